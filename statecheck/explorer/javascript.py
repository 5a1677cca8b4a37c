"""Terms as JavaScript: each becomes a function of a state, which a browser evaluates.

========================  ====================================================================
an integer                a BigInt, of any size
a truth                   a Boolean
a member of an enumeration  a string: the name of its constructor, ``Cabin.moving``
an entity                 a Number: its place among those of its kind, from 0
========================  ====================================================================

A function is called with ``(F, G, C, N, x)``: the functions of the state before a step and after
it as arrays by entity, the constants by name, the number of entities by sort, and the entity that
an update is about. Z3's division leaves a remainder of 0 or more; ``div`` and ``mod`` of the page
do the same, and like Z3's are total: where a divisor is 0 no guard lets their value matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import z3

from statecheck.errors import ModelError
from statecheck.smt.existence import is_existence
from statecheck.smt.roles import PRIME
from statecheck.smt.terms import is_constructor

_MANY = {
    z3.Z3_OP_AND: " && ",
    z3.Z3_OP_OR: " || ",
    z3.Z3_OP_ADD: " + ",
    z3.Z3_OP_MUL: " * ",
    z3.Z3_OP_SUB: " - ",
}
_BINARY = {
    z3.Z3_OP_EQ: "===",
    z3.Z3_OP_IFF: "===",
    z3.Z3_OP_XOR: "!==",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GT: ">",
}
_CALLED = {z3.Z3_OP_IDIV: "div", z3.Z3_OP_MOD: "mod"}


class Code:
    """The functions of a page, each written once; pages refer to them by their numbers."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self._numbers: dict[str, int] = {}

    def add(self, term: z3.ExprRef, variable: z3.ExprRef | None = None) -> int:
        """The number of the function that evaluates a term; ``variable`` becomes its ``x``.

        Raises ModelError for an operator that is not supported.
        """
        text = function(term, variable)
        if text not in self._numbers:
            self._numbers[text] = len(self.functions)
            self.functions.append(text)
        return self._numbers[text]

    def text(self) -> str:
        """The JavaScript array of all of them."""
        joined = ",\n".join(self.functions)
        return f"[\n{joined}\n]"


def function(term: z3.ExprRef, variable: z3.ExprRef | None = None) -> str:
    """The JavaScript function that evaluates a term. Raises ModelError."""
    writer = _Writer(term, variable)
    value = writer.write(term, ())
    if not writer.lines:
        return f"(F,G,C,N,x)=>{value}"
    return f"(F,G,C,N,x)=>{{{''.join(writer.lines)}return {value};}}"


class _Writer:
    """Writes one term; what occurs in it several times is computed once."""

    def __init__(self, term: z3.ExprRef, variable: z3.ExprRef | None) -> None:
        self.variable = None if variable is None else variable.get_id()
        self.lines: list[str] = []
        self.names: dict[int, str] = {}
        self.shared = _shared(term)

    def write(self, term: z3.ExprRef, bound: tuple[str, ...]) -> str:
        if z3.is_var(term):
            index: int = z3.get_var_index(term)
            return bound[-1 - index]
        if z3.is_quantifier(term):
            return self._quantified(term, bound)
        number = term.get_id()
        if number in self.names:
            return self.names[number]
        text = self._application(term, bound)
        if number in self.shared:
            name = self.names[number] = f"t{len(self.names)}"
            self.lines.append(f"const {name}={text};")
            return name
        return text

    def _quantified(self, term: z3.QuantifierRef, bound: tuple[str, ...]) -> str:
        if term.is_lambda():
            raise _unsupported(term)
        count = term.num_vars()
        names = tuple(f"b{len(bound) + n}" for n in range(count))
        text = self.write(term.body(), (*bound, *names))
        word = "some" if term.is_exists() else "every"
        for place in reversed(range(count)):
            sort = term.var_sort(place)
            if sort.kind() != z3.Z3_UNINTERPRETED_SORT:
                raise _unsupported(term)
            text = f"{word}(N[{json.dumps(sort.name())}],{names[place]}=>{text})"
        return text

    def _application(self, term: z3.ExprRef, bound: tuple[str, ...]) -> str:
        kind = term.decl().kind()
        if is_existence(term):
            return "true"
        if kind == z3.Z3_OP_UNINTERPRETED:
            return self._uninterpreted(term, bound)
        if z3.is_int_value(term):
            number = term.as_long()
            return f"{number}n" if number >= 0 else f"({number}n)"
        if is_constructor(term):
            return json.dumps(term.decl().name())
        if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
            return "true" if kind == z3.Z3_OP_TRUE else "false"
        parts = [self.write(child, bound) for child in term.children()]
        return self._operation(term, kind, parts)

    def _uninterpreted(self, term: z3.ExprRef, bound: tuple[str, ...]) -> str:
        if term.get_id() == self.variable:
            return "x"
        name = str(term.decl().name())
        if term.num_args() == 0:
            return f"C[{json.dumps(name)}]"
        if term.num_args() != 1:
            raise _unsupported(term)
        table, own = ("G", name.removesuffix(PRIME)) if name.endswith(PRIME) else ("F", name)
        return f"{table}[{json.dumps(own)}][{self.write(term.arg(0), bound)}]"

    @staticmethod
    def _operation(term: z3.ExprRef, kind: int, parts: Sequence[str]) -> str:
        if kind == z3.Z3_OP_NOT:
            return f"(!{parts[0]})"
        if kind == z3.Z3_OP_UMINUS:
            return f"(-{parts[0]})"
        if kind == z3.Z3_OP_ITE:
            return f"({parts[0]}?{parts[1]}:{parts[2]})"
        if kind == z3.Z3_OP_IMPLIES:
            return f"(!{parts[0]}||{parts[1]})"
        if kind in _BINARY and len(parts) == 2:
            return f"({parts[0]}{_BINARY[kind]}{parts[1]})"
        if kind in _CALLED:
            return f"{_CALLED[kind]}({parts[0]},{parts[1]})"
        if kind == z3.Z3_OP_DISTINCT:
            pairs = [f"{a}!=={b}" for n, a in enumerate(parts) for b in parts[:n]]
            return f"({'&&'.join(pairs) or 'true'})"
        if kind in _MANY and parts:
            return f"({_MANY[kind].join(parts)})"
        raise _unsupported(term)


def _unsupported(term: z3.ExprRef) -> ModelError:
    what = term.decl() if z3.is_app(term) else "a quantifier over values that are no entities"
    return ModelError(f"a page cannot compute {what}; it has integers, truths, members, entities")


def _shared(term: z3.ExprRef) -> set[int]:
    """The subterms that occur several times and are about no variable of a quantifier."""
    count: dict[int, int] = {}
    is_open: dict[int, bool] = {}

    def children(part: z3.ExprRef) -> list[z3.ExprRef]:
        return [part.body()] if z3.is_quantifier(part) else part.children()

    def visit(root: z3.ExprRef, each: Callable[[z3.ExprRef], None]) -> None:
        stack = [(root, False)]
        while stack:
            part, done = stack.pop()
            number = part.get_id()
            if done:
                each(part)
                continue
            count[number] = count.get(number, 0) + 1
            if count[number] == 1:
                stack.append((part, True))
                stack.extend((child, False) for child in children(part))

    def note(part: z3.ExprRef) -> None:
        # A quantifier counts as open: Z3 numbers its variables by how deep they are.
        is_open[part.get_id()] = (
            z3.is_var(part)
            or z3.is_quantifier(part)
            or any(is_open.get(child.get_id(), True) for child in children(part))
        )
        sizes[part.get_id()] = len(children(part))

    sizes: dict[int, int] = {}
    visit(term, note)
    return {n for n, times in count.items() if times > 1 and sizes[n] and not is_open[n]}

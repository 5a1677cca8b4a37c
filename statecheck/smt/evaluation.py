"""Ground terms evaluated outside of the solver: a term becomes a Python function of a state.

Terms are compiled once and evaluated often: to sample runs, to check every model that the solver
returns, and to compare the extracted commands with what the plain machines do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.errors import ModelError
from statecheck.smt.existence import is_existence
from statecheck.smt.terms import is_constructor


@dataclass
class Valuation:
    """A state with named entities: entities are numbers, enumeration members their names.

    ``functions`` maps a function's name to its values by entity, ``constants`` a constant's name to
    its value, ``sizes`` a sort's name to the number of its entities.
    """

    sizes: dict[str, int]
    functions: dict[str, list[Any]]
    constants: dict[str, Any]


Compiled = Callable[[Mapping[str, Sequence[Any]], Mapping[str, Any], Mapping[str, int]], Any]

_BINARY = {
    z3.Z3_OP_EQ: "==",
    z3.Z3_OP_IFF: "==",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GT: ">",
    z3.Z3_OP_SUB: "-",
}
_DIVIDED = {z3.Z3_OP_IDIV: "//", z3.Z3_OP_MOD: "%"}
"""As Z3 has them where the divisor is above 0."""
_MANY = {
    z3.Z3_OP_AND: " and ",
    z3.Z3_OP_OR: " or ",
    z3.Z3_OP_ADD: " + ",
    z3.Z3_OP_MUL: " * ",
}


def compiled(*terms: z3.ExprRef) -> Compiled:
    """A function (functions, constants, sizes) -> the values of the terms, in a tuple.

    Raises ModelError for an operator that is not supported.
    """
    writer = _Writer()
    values = [writer.write(term) for term in terms]
    return _function(writer, f"({', '.join(values)},)" if values else "()")


def tabulated(*columns: tuple[z3.ExprRef, z3.ExprRef]) -> Compiled:
    """A function (functions, constants, sizes) -> for each column, a variable and a term over it,
    the list of the term's values where the variable is each entity of its sort; in a tuple.

    Raises ModelError for an operator that is not supported.
    """
    writer = _Writer()
    lists = []
    for variable, term in columns:
        name = f"C[{variable.decl().name()!r}]"
        writer.names[name] = "x"
        lists.append(f"[{writer.write(term)} for x in range(N[{variable.sort().name()!r}])]")
        del writer.names[name]
    return _function(writer, f"({', '.join(lists)},)" if lists else "()")


def of_each_choice(variables: Sequence[z3.ExprRef], *terms: z3.ExprRef) -> Compiled:
    """A function (functions, constants, sizes) -> for each choice of entities in place of the
    variables, in the order of `itertools.product`, the values of the terms, in a tuple; in a list.

    Raises ModelError for an operator that is not supported.
    """
    writer = _Writer()
    loops = []
    for number, variable in enumerate(variables):
        writer.names[f"C[{variable.decl().name()!r}]"] = f"x{number}"
        loops.append(f"for x{number} in range(N[{variable.sort().name()!r}])")
    values = [writer.write(term) for term in terms]
    own = f"({', '.join(values)},)" if values else "()"
    return _function(writer, f"[{own} {' '.join(loops)}]")


def _function(writer: _Writer, value: str) -> Compiled:
    body = "".join(f"    {line}\n" for line in writer.lines)
    source = f"def evaluate(F, C, N):\n{body}    return {value}\n"
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102  (the text is generated from terms, above)
    function: Compiled = space["evaluate"]
    return function


class _Writer:
    """Writes terms as Python; function tables and constants are bound to locals first."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, str] = {}

    def write(self, term: z3.ExprRef, bound: tuple[str, ...] = ()) -> str:
        if z3.is_var(term):
            index: int = z3.get_var_index(term)
            return bound[-1 - index]
        if z3.is_quantifier(term):
            own = [f"b{len(bound) + n}" for n in range(term.num_vars())]
            body = self.write(term.body(), (*bound, *own))
            word = "any" if term.is_exists() else "all"
            loops = (
                f"for {variable} in range(N[{term.var_sort(n).name()!r}])"
                for n, variable in enumerate(own)
            )
            return f"{word}({body} {' '.join(loops)})"
        kind = term.decl().kind()
        if is_existence(term):
            return "True"
        if kind == z3.Z3_OP_UNINTERPRETED:
            name = term.decl().name()
            if term.num_args() == 0:
                return self._bind(f"C[{name!r}]")
            return f"{self._bind(f'F[{name!r}]')}[{self.write(term.arg(0), bound)}]"
        if z3.is_int_value(term):
            return str(term.as_long())
        if is_constructor(term):
            return repr(term.decl().name())
        parts = [self.write(child, bound) for child in term.children()]
        if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
            return str(kind == z3.Z3_OP_TRUE)
        if kind == z3.Z3_OP_NOT:
            return f"(not {parts[0]})"
        if kind == z3.Z3_OP_UMINUS:
            return f"(-{parts[0]})"
        if kind == z3.Z3_OP_ITE:
            return f"({parts[1]} if {parts[0]} else {parts[2]})"
        if kind == z3.Z3_OP_IMPLIES:
            return f"(not {parts[0]} or {parts[1]})"
        if kind in _BINARY and len(parts) == 2:
            return f"({parts[0]} {_BINARY[kind]} {parts[1]})"
        if kind in _DIVIDED and z3.is_int_value(term.arg(1)) and term.arg(1).as_long() > 0:
            return f"({parts[0]} {_DIVIDED[kind]} {parts[1]})"
        if kind == z3.Z3_OP_DISTINCT and len(parts) == 2:
            return f"({parts[0]} != {parts[1]})"
        if kind in _MANY:
            return f"({_MANY[kind].join(parts)})"
        raise ModelError(f"the term {term} has an operator that cannot be evaluated: {term.decl()}")

    def _bind(self, expression: str) -> str:
        if expression not in self.names:
            self.names[expression] = f"v{len(self.names)}"
            self.lines.append(f"{self.names[expression]} = {expression}")
        return self.names[expression]

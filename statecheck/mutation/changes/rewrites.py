"""Small changes of code: each expression and statement of a function, one at a time."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from statecheck.mutation.changes.edits import Edit, Text, Words, called, last_word
from statecheck.mutation.changes.entity_scope import Scope
from statecheck.mutation.changes.loops import loop_edits

_COMPARISONS: dict[type[ast.cmpop], tuple[tuple[str, str], ...]] = {
    ast.Eq: (("eq-ne", "!="),),
    ast.NotEq: (("ne-eq", "=="),),
    ast.Lt: (("lt-le", "<="), ("lt-ge", ">=")),
    ast.LtE: (("le-lt", "<"), ("le-gt", ">")),
    ast.Gt: (("gt-ge", ">="), ("gt-le", "<=")),
    ast.GtE: (("ge-gt", ">"), ("ge-lt", "<")),
    ast.In: (("in-not", "not in"),),
    ast.NotIn: (("not-in", "in"),),
}
"""What a comparison becomes: off by one, and negated."""


class Rewrites:
    """The changes of one function's body. ``owner`` is the class that it is a method of."""

    def __init__(
        self, text: Text, words: Words, function: ast.FunctionDef, owner: str = ""
    ) -> None:
        self.text, self.words, self.function = text, words, function
        self.scope = Scope(words.kinds, owner, function)
        body = function.body
        first = body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        self.body = body[1:] if documented else body
        self.parents = {
            child: node
            for statement in self.body
            for node in ast.walk(statement)
            for child in ast.iter_child_nodes(node)
        }

    def all(self) -> Iterator[Edit]:
        """Every change, in the order of the source."""
        found: list[Edit] = []
        found += self._blocks(self.body)
        for statement in self.body:
            for node in ast.walk(statement):
                found += self._node(node)
                found += self._referent(node)
                if isinstance(node, ast.For):
                    found += loop_edits(self.text, self.scope, node)
        # Two operators may come to the same.
        different: dict[tuple[int, int, str], Edit] = {}
        for edit in found:
            different.setdefault((edit.start, edit.end, edit.text), edit)
        yield from sorted(different.values(), key=lambda edit: (edit.start, edit.end))

    def _swap(self, node: ast.expr, operator: str, new: str, detail: str = "") -> Edit:
        """Replace an expression, shown within the statement that it is in."""
        holder: ast.AST = node
        while holder in self.parents and not isinstance(holder, ast.stmt):
            holder = self.parents[holder]
        shown: ast.stmt | ast.expr = holder if isinstance(holder, ast.stmt) else node
        if isinstance(shown, ast.If | ast.For | ast.While):
            shown = shown.iter if isinstance(shown, ast.For) else shown.test
            if node not in ast.walk(shown):
                shown = node
        start, end = self.text.span(node)
        outer, last = self.text.span(shown)
        after = self.text.between(outer, start) + new + self.text.between(end, last)
        return Edit(start, end, new, operator, detail, self.text.of(shown), after)

    # -- statements -------------------------------------------------------------------------------

    def _blocks(self, block: Sequence[ast.stmt]) -> Iterator[Edit]:
        """Statements removed, and swapped with the next one."""
        text = self.text
        for statement, following in itertools.zip_longest(block, block[1:]):
            name = called(statement)
            if isinstance(statement, ast.Expr | ast.Assign | ast.For):
                yield Edit.replace(text, statement, "drop", "pass", name, after="nothing")
                if isinstance(following, ast.Expr | ast.Assign | ast.For):
                    start, end = text.span(statement)[0], text.span(following)[1]
                    gap = text.between(text.span(statement)[1], text.span(following)[0])
                    new = f"{text.of(following)}{gap}{text.of(statement)}"
                    before, after = text.of(statement), f"after {text.of(following)}"
                    yield Edit(start, end, new, "later", name, before, after)
            for inner in ("body", "orelse"):
                yield from self._blocks(getattr(statement, inner, []))

    # -- expressions ------------------------------------------------------------------------------

    def _node(self, node: ast.AST) -> Iterator[Edit]:
        match node:
            case ast.Compare(ops=[operator], left=left, comparators=[right]):
                for detail, symbol in _COMPARISONS.get(type(operator), ()):
                    new = f"{self.text.of(left)} {symbol} {self.text.of(right)}"
                    yield self._swap(node, "compare", new, detail)
                if isinstance(right, ast.Tuple) and isinstance(operator, ast.In | ast.NotIn):
                    yield from self._fewer(right)
            case ast.BoolOp():
                yield from self._junction(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._swap(node, "not", self.text.of(operand))
            case ast.Call():
                yield from self._call(node)
            case ast.Return(value=ast.expr() as value):
                yield from self._answer(value)
            case ast.If(test=test):
                yield from self._answer(test)
            case ast.Assign(value=ast.Constant(value=bool() as flag) as value):
                yield self._swap(value, "set", str(not flag))
            case ast.Attribute(value=ast.Name(id=name), attr=member) if name in self.words.enums:
                for other in self.words.enums[name].__members__:
                    if other != member:
                        yield self._swap(node, "constant", f"{name}.{other}", other)
            case ast.Attribute(attr="is_active", value=ast.Attribute(value=machine, attr=name)):
                for other in self.words.like_state(name):
                    new = f"{self.text.of(machine)}.{other}.is_active"
                    yield self._swap(node, "state", new, other)
            case ast.Attribute(value=owner, attr=name) if self.scope.kind(owner) is None:
                for other in self.words.like_field(name):
                    yield self._swap(node, "field", f"{self.text.of(owner)}.{other}", other)
            case _:
                return

    def _referent(self, node: ast.AST) -> Iterator[Edit]:
        """Another entity in place of one, all in place of some, and all in place of one."""
        text, plurals = self.text, self.words.kinds.plurals
        match node:
            case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                if self.scope.kind(node) is not None:
                    for other in self.scope.others(node):
                        yield self._swap(node, "entity", other, f"{text.of(node)}.{other}")
            case ast.For(iter=ast.Attribute(value=owner, attr=name) as some):
                if name in plurals and self.scope.kind(owner) is not None:
                    yield self._swap(some, "all-of", f"{text.of(owner)}.system.{name}", name)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Attribute(value=one)))):
                # In a loop over some, ``all-of`` says that better.
                loops = isinstance(one, ast.Name) and self.scope.loops_over(one)
                kind = None if loops else self.scope.kind(one)
                for plural in (name for name, own in plurals.items() if own == kind):
                    call = f"every{text.of(node.value)[len(text.of(one)) :]}"
                    loop = f"for every in {text.of(one)}.system.{plural}: {call}"
                    yield Edit.replace(text, node, "every", loop, last_word(one))

    def _fewer(self, node: ast.Tuple) -> Iterator[Edit]:
        for gone in node.elts:
            rest = ", ".join(self.text.of(other) for other in node.elts if other is not gone)
            yield self._swap(node, "drop", f"({rest},)", last_word(gone))

    def _junction(self, node: ast.BoolOp) -> Iterator[Edit]:
        said = [self.text.of(value) for value in node.values]
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield self._swap(node, word, f" {other} ".join(said))
        for gone, operand in enumerate(node.values):
            rest = f" {word} ".join(said[:gone] + said[gone + 1 :])
            yield self._swap(node, "drop", rest, last_word(operand))

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        text, function = self.text, node.func
        arguments = [*map(text.of, node.args), *map(text.of, node.keywords)]
        given = ", ".join(arguments)
        if isinstance(function, ast.Name) and function.id in ("all", "any"):
            other = "any" if function.id == "all" else "all"
            yield self._swap(node, function.id, f"{other}({given})")
        elif isinstance(function, ast.Attribute):
            owner, name = text.of(function.value), function.attr
            if isinstance(self.parents.get(node), ast.Expr):
                for event in self.words.like_event(last_word(function.value), name):
                    new = f"{owner}.{event}({given})"
                    yield self._swap(node, "event", new, f"{name}.{event}")
            elif name == "where":
                yield self._swap(node, "drop", owner, "where")
                # ``where`` by hand, the other way round.
                same = " and ".join(f"e.{k.arg} == {text.of(k.value)}" for k in node.keywords)
                others = f"Many([e for e in {owner} if not ({same})])"
                yield self._swap(node, "negate", others, "where")

    def _answer(self, value: ast.expr) -> Iterator[Edit]:
        """A condition replaced: the opposite, always, and never."""
        if not self._decides(value):
            return
        if not isinstance(value, ast.Compare | ast.UnaryOp):
            yield self._swap(value, "negate", f"not ({self.text.of(value)})")
        for word in ("True", "False"):
            if self.text.of(value) != word:
                yield self._swap(value, word.lower(), word)

    def _decides(self, value: ast.expr) -> bool:
        if isinstance(self.parents.get(value), ast.If):
            return True
        returns = self.function.returns
        return returns is not None and ast.unparse(returns) == "bool"

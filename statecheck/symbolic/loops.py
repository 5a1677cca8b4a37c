"""Which loops over any number of entities have a meaning for one arbitrary element.

A symbolic loop runs its body for one element that stands for all. That is sound when iterations are
independent: no value may pass from one to the next or out of the loop, but for what an entity's
machine remembers. This module looks at the source of the loop and refuses the others.
"""

from __future__ import annotations

import ast
import dis
import itertools
import linecache
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FrameType

from statecheck.modeling import ModelError
from statecheck.symbolic.paths import Explorer, is_library
from statecheck.symbolic.surroundings.memory import may_remember

_BEGINS_LOOP = dis.opmap["GET_ITER"]
_CONTAINERS = (list, dict, set, bytearray)
_Loop = ast.For | ast.comprehension


def check_loop(
    frame: FrameType, refuse: Callable[[str], ModelError], *, may_count: bool = False
) -> str:
    """Raise what ``refuse`` makes of the reason why the loop that runs in ``frame`` is unsound;
    returns by which function it counts, if it does and may.
    """
    code = frame.f_code
    counts = _counts(code, frame.f_lasti) if may_count else ""
    problem = None if counts else _problem(code, frame.f_lasti)
    if problem is not None:
        raise refuse(problem)
    called, names = _called(code, frame.f_lasti), _names(code, frame.f_lasti)
    asker = _asker(code, frame.f_lasti)
    if asker and asker in {**frame.f_globals, **frame.f_locals}:
        raise refuse(f"{asker} is not Python's own there; give the function another name")
    for name in names:
        known = frame.f_globals if name in called else {}
        value = frame.f_locals.get(name, known.get(name))
        if isinstance(value, _CONTAINERS):
            raise refuse(
                f"the loop uses the container {name}, which could collect its elements; "
                "keep what a loop finds out in a machine's field"
            )
        if name in frame.f_locals and may_remember(value):
            raise refuse(
                f"the loop uses {name}, a {type(value).__name__} that could remember its elements; "
                "keep what a loop finds out in a machine's field"
            )
    return counts


def way_out(user: CodeType, frame: FrameType) -> str:
    """The act by which the code that goes through a loop leaves it; ``frame`` is under way.
    Two ways out that are told alike come to the same, whichever element takes them.
    """
    own = next((f for f in _frames(frame) if f.f_code is user), None)
    if own is None:
        return raised(frame)
    doing = dis.opname[user.co_code[own.f_lasti]]
    statement = _innermost(user, own.f_lasti)
    if isinstance(statement, ast.Break):
        return "break"
    if isinstance(statement, ast.Return) and doing == "POP_TOP":
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        bound = names & {*user.co_varnames[user.co_argcount :], *user.co_cellvars}
        return ast.unparse(statement) + (f" of way {next(_ways)}" if bound else "")
    return raised(own, statement)


def raised(frame: FrameType, statement: ast.stmt | None = None) -> str:
    """An exception as a way out; they are told apart where the model's code catches some."""
    caught = (f.f_code for f in _frames(frame) if not is_library(f.f_code.co_filename))
    if any(map(_has_handlers, caught)):
        return f"an exception of {ast.unparse(statement) if statement else f'way {next(_ways)}'}"
    return "an exception"


_ways = itertools.count(1)
"""Numbers for ways out that are not known to come to the same."""


@cache
def _has_handlers(code: CodeType) -> bool:
    return any(i.opname == "PUSH_EXC_INFO" for i in dis.get_instructions(code))


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those that called it, up to the exploration of the code."""
    while frame is not None and frame.f_code.co_filename != _EXPLORER:
        yield frame
        frame = frame.f_back


_EXPLORER = str(Explorer.explore.__code__.co_filename)


@cache
def _innermost(code: CodeType, instruction: int) -> ast.stmt | None:
    """The innermost statement that an instruction is of."""
    line, end, column, end_column = list(code.co_positions())[instruction // 2]
    if line is None:
        return None
    parents = _parents(_statement(code.co_filename, line))
    found: ast.AST | None = None
    for node in parents:
        if tuple(getattr(node, name, None) for name in _SPAN) == (line, end, column, end_column):
            found = node
            break
    while found is not None and not isinstance(found, ast.stmt):
        found = parents.get(found)
    return found


_SPAN = ("lineno", "end_lineno", "col_offset", "end_col_offset")


@cache
def _parse(filename: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(filename)))


def _statement(filename: str, line: int) -> ast.AST:
    """The outermost statement around a line that is no class; else a class or the module."""
    found: ast.AST = _parse(filename)
    while isinstance(found, ast.Module | ast.ClassDef):
        around = [s for s in found.body if s.lineno <= line <= (s.end_lineno or s.lineno)]
        if len(around) != 1:
            break
        found = around[0]
    return found


@cache
def _parents(statement: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(statement) for child in ast.iter_child_nodes(node)}


@cache
def _loop(code: CodeType, instruction: int) -> tuple[_Loop | None, dict[ast.AST, ast.AST]]:
    """The loop whose iterable stands where an instruction does, and what is above each node."""
    line, end, column, end_column = list(code.co_positions())[instruction // 2]
    if line is None or code.co_code[instruction] != _BEGINS_LOOP:
        return None, {}
    parents = _parents(_statement(code.co_filename, line))
    match: _Loop | None = None
    for node in parents:
        if isinstance(node, ast.For | ast.comprehension):
            # Python 3.11 gives the whole loop as the position, later ones the iterable.
            owner = node if isinstance(node, ast.For) else parents[node]
            for at in (owner, node.iter):
                span = (at.lineno, at.end_lineno, at.col_offset, at.end_col_offset)  # type: ignore[attr-defined]
                if span == (line, end, column, end_column) and (match is None or at is owner):
                    match = node
    return match, parents


@cache
def _problem(code: CodeType, instruction: int) -> str | None:
    loop, parents = _loop(code, instruction)
    if loop is None:
        return (
            "any number of entities is taken apart by something other than a loop; "
            "write `for entity in ...`, `all(... for ...)` or `any(... for ...)`"
        )
    carrier = _carrier(loop if isinstance(loop, ast.For) else parents[loop])
    if carrier is not None:
        return carrier
    if isinstance(loop, ast.comprehension):
        owner = parents[loop]
        call = parents.get(owner)
        if (
            isinstance(owner, ast.GeneratorExp)
            and isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in ("all", "any")
        ):
            return None
        return (
            "a comprehension over any number of entities; possible are all(... for ...) and "
            "any(... for ...), and in a claim len([member for member in ...]) and sum(... for ...)"
        )
    if loop.orelse:
        return "a loop over any number of entities has an else; write all() or any() instead"
    return _carried(loop, parents)


@cache
def _counts(code: CodeType, instruction: int) -> str:
    """The function by which a loop counts; empty for any other one."""
    loop, parents = _loop(code, instruction)
    owner = parents[loop] if isinstance(loop, ast.comprehension) else None
    call = parents.get(owner) if owner is not None else None
    if (
        not isinstance(owner, ast.ListComp | ast.GeneratorExp)
        or not isinstance(call, ast.Call)
        or (call.args, call.keywords) != ([owner], [])
        or len(owner.generators) > 1
        or _carrier(owner) is not None
    ):
        return ""
    known = {ast.ListComp: "len", ast.GeneratorExp: "sum"}
    name = known[type(owner)]
    return name if isinstance(call.func, ast.Name) and call.func.id == name else ""


_CARRIERS: dict[type[ast.AST], str] = {
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Await: "await",
    ast.NamedExpr: ":=",
    ast.Nonlocal: "nonlocal",
    ast.Global: "global",
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.ClassDef: "class",
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.Delete: "del",
    ast.MatchStar: "a pattern that captures",
}
"""Syntax that could pass a value from one element of a loop to the next, or out of it."""


def _carrier(region: ast.AST) -> str | None:
    for node in ast.walk(region):
        word = _CARRIERS.get(type(node))
        if isinstance(node, ast.MatchAs) and node.name is not None:
            word = "a pattern that captures"
        if isinstance(node, ast.ExceptHandler) and node.name is not None:
            word = "except ... as"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "next"
        ):
            word = "next()"
        if word is not None:
            return (
                f"a loop over any number of entities has {word}, which could carry a value from "
                "one element to the next; use plain conditions, all() or any()"
            )
    return None


def _root(node: ast.expr) -> str:
    """The name that a chain of attributes starts with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _carried(loop: ast.For, parents: dict[ast.AST, ast.AST]) -> str | None:
    inside = set(ast.walk(loop))
    function = next(n for n in _ancestors(loop, parents) if isinstance(n, _FUNCTIONS))
    stored = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal | ast.Global) and stored.intersection(node.names):
            names = ", ".join(sorted(stored.intersection(node.names)))
            return f"{names} passes from the loop to the code around it; use all() or any()"
    for node in inside:
        if isinstance(node, ast.AugAssign | ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Subscript) for target in targets):
                return (
                    "a loop over any number of entities assigns to an item; use a machine's field"
                )
            for target in targets:
                if isinstance(target, ast.Attribute) and _root(target) not in stored:
                    return (
                        f"a loop over any number of entities assigns {ast.unparse(target)}, which "
                        "is not its own element's; use a machine's field, all() or any()"
                    )
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            return (
                f"a loop over any number of entities accumulates into {node.target.id}; "
                "count with a machine's field, or ask all() or any()"
            )
    for node in ast.walk(function):
        if not isinstance(node, ast.Name) or node.id not in stored:
            continue
        if node in inside:
            if isinstance(node.ctx, ast.Load) and not _bound_before(node, loop, parents):
                return f"{node.id} may come from an earlier element of the loop; assign it first"
        elif not _rebound(node, loop, parents):
            return f"{node.id} passes from the loop to the code around it; use all() or any()"
    return None


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module)


def _ancestors(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in parents:
        node = parents[node]
        yield node


def _bound_before(use: ast.Name, loop: ast.For, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a name used in a loop's body was certainly bound in the same iteration."""
    if any(isinstance(n, ast.Name) and n.id == use.id for n in ast.walk(loop.target)):
        return True
    above = [use, *_ancestors(use, parents)]
    for node in above:
        if node is loop:
            return False
        if any(
            isinstance(n, ast.Name) and n.id == use.id
            for target in _targets(node)
            for n in ast.walk(target)
        ):
            return True
        block = parents.get(node)
        body = getattr(block, "body", None)
        if isinstance(body, list) and node in body:
            for earlier in body[: body.index(node)]:
                if isinstance(earlier, ast.Assign | ast.AnnAssign) and any(
                    isinstance(n, ast.Name) and n.id == use.id and isinstance(n.ctx, ast.Store)
                    for n in ast.walk(earlier)
                ):
                    return True
    return False


def _targets(node: ast.AST) -> list[ast.expr]:
    """The targets that a loop or a comprehension binds for its own body."""
    if isinstance(node, ast.For):
        return [node.target]
    return [generator.target for generator in getattr(node, "generators", ())]


def _rebound(name: ast.Name, loop: ast.For, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a name outside of a loop belongs to another loop that binds it itself."""
    return any(
        isinstance(other, ast.For | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp)
        and other is not loop
        and loop not in ast.walk(other)
        and any(
            isinstance(n, ast.Name) and n.id == name.id and isinstance(n.ctx, ast.Store)
            for n in ast.walk(other)
        )
        for other in _ancestors(name, parents)
    )


@cache
def _asker(code: CodeType, instruction: int) -> str:
    """The name of the function that an expression with a loop is given to; empty for a `for`."""
    loop, parents = _loop(code, instruction)
    call = parents.get(parents[loop]) if isinstance(loop, ast.comprehension) else None
    return call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""


@cache
def _names(code: CodeType, instruction: int) -> tuple[str, ...]:
    loop, parents = _loop(code, instruction)
    if loop is None:
        return ()
    region = loop if isinstance(loop, ast.For) else parents[loop]
    return tuple(sorted({n.id for n in ast.walk(region) if isinstance(n, ast.Name)}))


@cache
def _called(code: CodeType, instruction: int) -> frozenset[str]:
    """The names whose methods are called in a loop."""
    loop, parents = _loop(code, instruction)
    if loop is None:
        return frozenset()
    region = loop if isinstance(loop, ast.For) else parents[loop]
    return frozenset(
        _root(node.func)
        for node in ast.walk(region)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )

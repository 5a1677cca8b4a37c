"""Classes cut out of the files they stand in, with what they need and nothing else.

A class inside a function is lifted to a module of its own: the definitions, imports and
assignments that it refers to come with it, from the function and the module around it, and from
other files of the same project.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.statecheck.acceptance.corpus import trees

BASES = ("StateMachine", "StateChart")

Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Block:
    """The statements of a module or function, and the parameters of the function."""

    file: Path
    statements: list[ast.stmt]
    parameters: frozenset[str] = frozenset()
    is_module: bool = False


@dataclass(frozen=True)
class Slice:
    """A class with what it needs, as a module of its own.

    ``lacks`` are parameters of functions around it that it refers to, such as fixtures of a test.
    """

    place: str
    name: str
    source: str
    lacks: tuple[str, ...] = ()


@dataclass
class _Cut:
    """Statements that are needed, in the order in which they run."""

    root: Path
    chosen: list[ast.stmt] = field(default_factory=list)
    done: set[tuple[int, str]] = field(default_factory=set)
    lacks: set[str] = field(default_factory=set)

    def need(self, names: set[str], blocks: list[Block], line: int) -> None:
        for name in sorted(names):
            self._name(name, blocks, line)

    def _name(self, name: str, blocks: list[Block], line: int) -> None:
        for place, block in enumerate(blocks):
            statement = bound(name, block, line)
            if statement is not None:
                self.take(statement, name, blocks[place:])
                return
            if name in block.parameters and name not in ("self", "cls"):
                self.lacks.add(name)
                return

    def take(self, statement: ast.stmt, name: str, blocks: list[Block]) -> None:
        if (id(statement), name) in self.done:
            return
        self.done.add((id(statement), name))
        if isinstance(statement, ast.ImportFrom):
            found = imported(self.root, blocks[0].file, statement, name)
            if found is not None:
                original, block = found
                other = bound(original, block, 10**9)
                if other is not None:
                    self.take(other, original, [block])
                    if original != name:
                        self.chosen.append(ast.parse(f"{name} = {original}").body[0])
                return
        if statement in self.chosen:
            return
        inner = [statement] if not isinstance(statement, ast.With) else statement.body
        for part in inner:
            self.need(loaded(part), blocks, statement.lineno)
        self.chosen.append(statement)


def imported(
    root: Path, file: Path, statement: ast.ImportFrom, name: str
) -> tuple[str, Block] | None:
    """The name and the module that an import of the same project takes something from."""
    alias = next(a for a in statement.names if (a.asname or a.name) == name)
    start = root
    if statement.level:
        start = file.parents[statement.level - 1]
    path = start.joinpath(*(statement.module or "").split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if statement.module and candidate.is_file():
            if candidate.is_relative_to(root / "statemachine"):
                return None
            tree = next(trees(candidate), None)
            if tree is not None:
                return alias.name, Block(candidate, tree.body, is_module=True)
    return None


def bound(name: str, block: Block, line: int) -> ast.stmt | None:
    """The statement of a block that binds a name: the last one before a line, or else any."""
    found = [s for s in flat(block.statements) if name in binds(s)]
    before = [s for s in found if s.lineno < line]
    if before:
        return before[-1]
    return found[-1] if found and block.is_module else None


def flat(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, those within ``with``, ``try`` and ``if`` too."""
    for statement in statements:
        match statement:
            case ast.With() | ast.AsyncWith():
                yield from flat(statement.body)
            case ast.Try() | ast.If():
                yield from flat(statement.body)
            case _:
                yield statement


def binds(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return {(a.asname or a.name).partition(".")[0] for a in statement.names}
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Assign(targets=targets):
            return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return {name}
    return set()


def loaded(node: ast.AST) -> set[str]:
    """The names that a piece of code may look up outside of itself."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - set(vars(builtins)) | {
        n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and n.id in ("property", "print", "type")
    }


def is_machine(node: ast.ClassDef, blocks: list[Block], root: Path) -> bool:
    """Tell whether a class is one of the library's machines, by the names of its bases."""
    for base in node.bases:
        match base:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in BASES:
                return True
            case ast.Name(id=name) if name != node.name:
                for place, block in enumerate(blocks):
                    statement = bound(name, block, node.lineno)
                    if isinstance(statement, ast.ClassDef):
                        if is_machine(statement, blocks[place:], root):
                            return True
                        break
                    if isinstance(statement, ast.ImportFrom):
                        found = imported(root, block.file, statement, name)
                        if found is not None:
                            other = bound(found[0], found[1], 10**9)
                            if isinstance(other, ast.ClassDef) and is_machine(
                                other, [found[1]], root
                            ):
                                return True
                        break
    return False


def slices(path: Path, root: Path) -> Iterator[Slice]:
    """The machines of a file."""
    for tree in trees(path):
        block = Block(path, tree.body, is_module=True)
        yield from _within(tree.body, [block], path, root)


def _within(
    statements: list[ast.stmt], blocks: list[Block], path: Path, root: Path
) -> Iterator[Slice]:
    for statement in statements:
        match statement:
            case ast.ClassDef():
                if is_machine(statement, blocks, root):
                    yield _slice(statement, blocks, path, root)
                else:
                    yield from _within(statement.body, blocks, path, root)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                arguments = statement.args
                given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                inner = Block(path, statement.body, frozenset(a.arg for a in given))
                yield from _within(statement.body, [inner, *blocks], path, root)
            case ast.With() | ast.AsyncWith():
                if not any("raises" in ast.unparse(item) for item in statement.items):
                    yield from _within(statement.body, blocks, path, root)
            case ast.If() | ast.For() | ast.While():
                yield from _within(statement.body, blocks, path, root)
            case ast.Try(body=body):
                yield from _within(body, blocks, path, root)


def _slice(node: ast.ClassDef, blocks: list[Block], path: Path, root: Path) -> Slice:
    cut = _Cut(root)
    cut.need(loaded(node), blocks, node.lineno)
    if node not in cut.chosen:
        cut.chosen.append(node)
    first = [s for s in cut.chosen if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    rest = [s for s in cut.chosen if s not in first]
    future = bound("annotations", blocks[-1], 10**9)
    head = ["from __future__ import annotations"] if isinstance(future, ast.ImportFrom) else []
    if path.suffix != ".py":
        head.append("from statemachine import *")  # as a reader of the page does
    source = "\n\n".join([*head, *(ast.unparse(s) for s in rest)]) + "\n"
    relative = path.relative_to(root)
    return Slice(f"{relative}:{node.lineno}", node.name, source, tuple(sorted(cut.lacks)))

"""Mutants of a model: its own source with one small change, one at a time.

What is changed is behaviour: declarations of machines (states, fields, transitions with their
guards and effects), the bodies of guards, effects, actions and pure helpers, and numbers that a
module names. What only directs a search (``dead_fields``) or reads and prints values is left alone.
"""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from statecheck.modeling import Entity, Machine, System
from statecheck.mutation.changes.declarations import DeclarationRewrites
from statecheck.mutation.changes.edits import Edit, Text, Words
from statecheck.mutation.changes.moved_effects import between_actions
from statecheck.mutation.changes.rewrites import Rewrites


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    ``part`` is the machine, entity, action or else the module that it is about, ``line`` where the
    change is, and ``before -> after`` what it is; both are code, cut down to what differs.
    """

    id: str
    module: str
    part: str
    operator: str
    line: int
    before: str
    after: str
    start: int
    end: int
    text: str

    def source(self, original: str) -> str:
        """The module's source with the change made. Raises SyntaxError if that is no Python."""
        code = original.encode()
        changed = (code[: self.start] + self.text.encode() + code[self.end :]).decode()
        ast.parse(changed)
        return changed


def mutants(system: type[System], modules: Sequence[ModuleType]) -> tuple[Mutant, ...]:
    """Every mutant of the modules that make up a system, in the order of the source.

    Ids are unique and depend on the module alone: ``machines.Lift.open.2:drop-guard:is_still`` is
    the second transition of the event ``open`` without its guard ``is_still``.
    """
    found: dict[str, Mutant] = {}
    for module in modules:
        text = Text(inspect.getsource(module), module.__name__)
        words = Words.of(system, module)
        for part, place, edit in _edits(module, text, words):
            short = module.__name__.rpartition(".")[2]
            name = f"{short}.{place}:{edit.operator}" + (f":{edit.detail}" if edit.detail else "")
            count = 1 + sum(known == name or known.startswith(f"{name}~") for known in found)
            id_ = name if count == 1 else f"{name}~{count}"
            found[id_] = Mutant(
                id_,
                module.__name__,
                part,
                edit.operator,
                text.line(edit.start if edit.at is None else edit.at),
                _said(
                    edit.before if edit.before is not None else text.between(edit.start, edit.end)
                ),
                _said(edit.after if edit.after is not None else edit.text),
                edit.start,
                edit.end,
                edit.text,
            )
    return tuple(found.values())


def _said(code: str) -> str:
    return " ".join(code.split())


def _edits(module: ModuleType, text: Text, words: Words) -> Iterator[tuple[str, str, Edit]]:
    """Each change, with the part of the model that it is about and its place."""
    for node in text.tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _of_class(getattr(module, node.name), node, text, words)
        elif isinstance(node, ast.FunctionDef):
            if hasattr(getattr(module, node.name), "__wrapped__"):  # marked @pure
                for edit in Rewrites(text, words, node).all():
                    yield text.name, node.name, edit
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(target, ast.Name):
                value = getattr(module, target.id)
                if isinstance(value, int) and not isinstance(value, bool):
                    for edit in _by_one(text, node.value, type(value)):
                        yield text.name, target.id, edit


def _by_one(text: Text, node: ast.expr, type_: type[int]) -> Iterator[Edit]:
    said = text.of(node)
    for word, sign in (("less", "-"), ("more", "+")):
        new = f"{type_.__name__}({said} {sign} 1)" if type_ is not int else f"{said} {sign} 1"
        yield Edit.replace(text, node, f"one-{word}", new)


def _of_class(
    cls: type, node: ast.ClassDef, text: Text, words: Words
) -> Iterator[tuple[str, str, Edit]]:
    if issubclass(cls, enum.IntEnum):
        for item in node.body:
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                for edit in _by_one(text, item.value, int):
                    yield text.name, f"{cls.__name__}.{item.targets[0].id}", edit
    if not issubclass(cls, Machine | Entity | System):
        return
    if issubclass(cls, Machine) and cls.__name__ in words.events:
        for place, edit in DeclarationRewrites(cls, node, text, words).all():
            yield cls.__name__, f"{cls.__name__}.{place}", edit
    if issubclass(cls, System):
        for item in node.body:
            match item:
                case ast.AnnAssign(ast.Name(name), _, ast.Constant(bool() as flag) as value):
                    edit = Edit.replace(text, value, "set", str(not flag))
                    yield cls.__name__, f"{cls.__name__}.{name}", edit
        for place, edit in between_actions(cls, node, text):
            part = f"{cls.__name__}.{place}"
            yield part, part, edit
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name not in vars(Machine):
            for edit in Rewrites(text, words, item, cls.__name__).all():
                place = f"{cls.__name__}.{item.name}"
                yield (place if issubclass(cls, System) else cls.__name__), place, edit


def parts(found: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """Mutants by what they are about, in the order of the source."""
    grouped: dict[str, list[Mutant]] = {}
    for mutant in found:
        grouped.setdefault(mutant.part, []).append(mutant)
    return grouped

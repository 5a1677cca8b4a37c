"""Checks of what dotted names lead to, and of what is compared with what."""

from __future__ import annotations

import ast
import difflib
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statecheck.claims.paths.lookup import ACTIVE, type_at
from statecheck.modeling import ModelError, Step, SystemInfo

STEP = ("before", "after", "fires", "keeps")
"""The names that a step has."""


@dataclass(frozen=True)
class PathChecks:
    """Checks of one expression. ``space`` are the names of the system's module, ``variables`` the
    entities that the expression names, by their kinds.
    """

    info: SystemInfo
    text: str
    space: Mapping[str, Any]
    variables: Mapping[str, type]

    def check(self, tree: ast.Expression, bound: set[str]) -> None:
        """Raise ModelError for names that lead nowhere, and for what can never be equal."""
        inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            match node:
                case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]) if (
                    isinstance(kind := self.space.get(name), enum.EnumType)
                ):
                    some = ", ".join(f"{name}.{member}" for member in list(kind.__members__)[:2])
                    raise ModelError(
                        f"{self.text!r}: {name} is a class; name members of it: in ({some})"
                    )
                case ast.Attribute() if id(node) not in inner:
                    self._type(node, bound)
                case ast.Call(func=ast.Attribute(ast.Name("step"), "fires"), args=[first, *_]):
                    self._check_action(first)
                case ast.Compare(left=left, comparators=[right]):
                    self._check_sides(left, right, bound)
                    self._check_sides(right, left, bound)

    def _type(self, node: ast.expr, bound: set[str]) -> Any:
        """The type of what a path leads to, None if that is not known."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        shown = ast.unparse(node)
        root = node.slice if isinstance(node, ast.Subscript) else node
        if not isinstance(root, ast.Name) or root.id in bound:
            return None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) != "after":
            return None
        if root.id in self.variables:
            try:
                return type_at(self.info, self.variables[root.id], shown, names)
            except ModelError as error:
                raise ModelError(f"{self.text!r}: {error}") from None
        if root.id == "step" and names and not hasattr(Step, names[0]) and names[0] not in STEP:
            raise ModelError(f"{self.text!r}: a step has {', '.join(STEP)}, no {names[0]}")
        if root.id == "after" and names and not hasattr(self.info.cls, names[0]):
            known = {e.plural for e in self.info.entities} | {c for c, _, _ in self.info.constants}
            if names[0] not in known:
                first = self.info.entities[0].name.lower()
                raise ModelError(
                    f"{self.text!r}: after is the whole system, and has no {names[0]}; of one "
                    f"entity write after[{first}]"
                )
        constant = self.space.get(root.id)
        if isinstance(constant, type) and issubclass(constant, enum.Enum) and names:
            self._check_enum(constant, shown, names[0])
        if self.space.get(root.id) is self.info.cls and names:
            self._check_member(names[0])
        return None

    def _check_member(self, name: str) -> None:
        """Raise ModelError for a name that is none of the system's class."""
        cls = self.info.cls
        if not hasattr(cls, name):
            actions = [action.name for action in self.info.actions]
            near = difflib.get_close_matches(name, actions, 1) or actions[:1]
            raise ModelError(
                f"{self.text!r}: {cls.__name__} has no {name}; did you mean "
                f"{cls.__name__}.{near[0] if near else 'ACTION'}?"
            )

    def _check_enum(self, constant: type[enum.Enum], shown: str, name: str) -> None:
        """Raise ModelError for a name that is none of an enumeration's."""
        if not hasattr(constant, name):
            members = list(constant.__members__)
            near = difflib.get_close_matches(name, members, 1, 0.5)
            meant = f"did you mean {shown}.{near[0]}?" if near else f"it has {', '.join(members)}"
            raise ModelError(f"{self.text!r}: {shown} has no {name}; {meant}")

    def _check_action(self, node: ast.expr) -> None:
        """Raise ModelError for an action that is written as a text."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = self.info.cls.__name__
            raise ModelError(
                f"{self.text!r}: step.fires takes an action, no text; write "
                f"step.fires({name}.{node.value})"
            )

    def _check_sides(self, path: ast.expr, other: ast.expr, bound: set[str]) -> None:
        """Raise ModelError where a path is compared with a constant of another type."""
        values = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
        found = self._type(path, bound) if isinstance(path, ast.Attribute) else None
        for value in values:
            if not isinstance(value, ast.Constant) or value.value is None or found is None:
                continue
            wrong = _mismatch(found, value.value)
            if wrong:
                raise ModelError(
                    f"{self.text!r} compares {ast.unparse(path)}, {wrong}, with "
                    f"{ast.unparse(value)}; compare values of one type"
                )


def _mismatch(found: Any, value: object) -> str:
    """The kind of a value that is never equal to a constant; empty if it may be."""
    if found is ACTIVE:
        return "" if isinstance(value, bool) else "a state, which stands for being active"
    if not isinstance(found, type):
        return ""
    if issubclass(found, enum.Enum):
        members = ", ".join(f"{found.__name__}.{name}" for name in list(found.__members__)[:4])
        is_plain = issubclass(found, type(value))
        return "" if is_plain else f"one of {members}"
    if issubclass(found, bool):
        return "" if isinstance(value, bool) else "a truth value"
    if issubclass(found, int):
        return "" if type(value) is int else "a number"
    return ""

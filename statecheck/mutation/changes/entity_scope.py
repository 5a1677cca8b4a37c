"""Which entity an expression of a model's code means, and which others could stand in its place."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from statecheck.modeling import Entity, SystemInfo


@dataclass(frozen=True)
class Kinds:
    """The ways from an entity or a machine to an entity: for each class the attributes, written
    as in code, by the kind of entity that they lead to. ``plurals`` are all entities of a kind.
    """

    leads: Mapping[str, Mapping[str, str]]
    plurals: Mapping[str, str]
    """Kinds by the name of all their entities."""
    holders: Mapping[str, frozenset[str]]
    """By kind the attributes that are some entities, named as all entities of their kind are."""
    conditions: Mapping[str, tuple[str, ...]]
    """By kind what may hold of an entity: a state of a machine of its, a field that is a bool."""

    @classmethod
    def of(cls, info: SystemInfo) -> Kinds:
        """The kinds of a system."""
        names = {entity.cls.__name__: entity for entity in info.entities}
        plurals = {entity.plural: kind for kind, entity in names.items()}
        leads: dict[str, dict[str, str]] = {}
        conditions: dict[str, tuple[str, ...]] = {}
        for kind, entity in names.items():
            conditions[kind] = tuple(
                f"{machine.slot}.{condition}"
                for machine in entity.machines
                for condition in (
                    *(f"{state}.is_active" for state in machine.states),
                    *(field.name for field in machine.fields if field.type is bool),
                )
            )
            own = leads.setdefault(kind, {name: to.__name__ for name, to in entity.references})
            for name, member in vars(entity.cls).items():
                if isinstance(member, property) and member.fget is not None:
                    answer = inspect.get_annotations(member.fget).get("return")
                    if answer in names:
                        own[name] = answer
            for machine in entity.machines:
                at = leads.setdefault(machine.cls.__name__, {"owner": kind})
                for field in machine.fields:
                    if isinstance(field.type, type) and issubclass(field.type, Entity):
                        at[field.name] = field.type.__name__
                        own[f"{machine.slot}.{field.name}"] = field.type.__name__
        holders = {
            kind: frozenset(name for name in vars(entity.cls) if name in plurals)
            for kind, entity in names.items()
        }
        return cls(leads, plurals, holders, conditions)


class Scope:
    """The names of a function that mean an entity or the machine itself, by class."""

    def __init__(self, kinds: Kinds, owner: str, function: ast.FunctionDef) -> None:
        self.kinds, self.function = kinds, function.name
        self.loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
        self.names = {"self": owner} if owner in kinds.leads else {}
        for argument in function.args.args:
            annotation = argument.annotation
            if annotation is not None and ast.unparse(annotation) in kinds.leads:
                self.names[argument.arg] = ast.unparse(annotation)

    def kind(self, node: ast.expr) -> str | None:
        """The kind of entity that an expression means; None for anything else."""
        found = self._class(node)
        return found if found in self.kinds.plurals.values() else None

    def _class(self, node: ast.expr) -> str | None:
        match node:
            case ast.Name(id=name):
                return {**self.names, **self._looped(node)}.get(name)
            case ast.Attribute():
                inner: ast.expr = node
                words: list[str] = []
                while isinstance(inner, ast.Attribute):
                    words.insert(0, inner.attr)
                    inner = inner.value
                    leads = self.kinds.leads.get(self._class(inner) or "", {})
                    if ".".join(words) in leads:
                        return leads[".".join(words)]
        return None

    def loops_over(self, name: ast.Name) -> bool:
        """True of the variable of a loop that the name stands in."""
        return name.id in self._looped(name)

    def _looped(self, node: ast.expr) -> dict[str, str]:
        """The variables of the loops that an expression is in the body of."""
        return {
            loop.target.id: self.kinds.plurals[loop.iter.attr]
            for loop in self.loops
            if isinstance(loop.target, ast.Name)
            and isinstance(loop.iter, ast.Attribute)
            and loop.iter.attr in self.kinds.plurals
            and any(node is inner for statement in loop.body for inner in ast.walk(statement))
        }

    def others(self, node: ast.expr) -> Iterator[str]:
        """The other expressions that mean an entity of the same kind."""
        kind, said = self.kind(node), ast.unparse(node)
        found = dict.fromkeys(path for path, own in self._paths(node) if own == kind)
        # A property that asks itself never answers.
        yield from (path for path in found if path not in (said, f"self.{self.function}"))

    def other_holders(self, owner: ast.expr, plural: str) -> Iterator[str]:
        """The expressions that mean an entity of another kind than ``owner``, with an attribute
        ``plural``.
        """
        kinds = {kind for kind, some in self.kinds.holders.items() if plural in some}
        kinds -= {self.kind(owner)}
        yield from dict.fromkeys(path for path, own in self._paths(owner) if own in kinds)

    def _paths(self, node: ast.expr) -> Iterator[tuple[str, str]]:
        """The names at a place and the ways on from them, each with the class that it leads to.

        No way comes to a kind of entity again, but for a single step from an entity to one of its
        own kind.
        """
        paths = [(name, own, {own}) for name, own in {**self.names, **self._looped(node)}.items()]
        while paths:
            path, own, met = paths.pop(0)
            yield path, own
            start = self.kinds.leads.get(self.names.get(path.removesuffix(".owner"), ""), {})
            for words, to in self.kinds.leads.get(own, {}).items():
                if path.endswith(".owner") and words.rpartition(".")[2] in start:
                    continue  # back to the machine's own field
                if to not in met:
                    paths.append((f"{path}.{words}", to, {*met, to}))
                elif len(met) == 1:
                    yield f"{path}.{words}", to

"""A system as a page has it: guarded commands in JavaScript, and everything that is shown."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.results import Result
from statecheck.explorer.diagrams import Diagram, diagram
from statecheck.explorer.javascript import Code
from statecheck.explorer.replays import replays
from statecheck.explorer.types import Types
from statecheck.explorer.watched import watched
from statecheck.modeling import (
    STATE,
    Entity,
    History,
    MachineInfo,
    Start,
    System,
    is_none_cell,
    none_cell,
)
from statecheck.smt.terms import subterms
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.commands import Command, Update
from statecheck.symbolic.spelling import spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key

DEFAULT_SIZE = 1
"""So many entities of each kind a page begins with; of one that others refer to one more."""


def system_data(
    system: type[System],
    code: Code,
    *,
    histories: Sequence[History[Any]] = (),
    claims: Sequence[Claim] = (),
    results: Sequence[Result] = (),
    integers: Mapping[Any, IntegerType] | None = None,
) -> dict[str, Any]:
    """A system as JSON; what a page computes goes into ``code``.

    Raises ModelError for a system that has no meaning for any number of entities, or that computes
    what a page cannot.
    """
    transitions = TransitionSystem(system, histories)
    return _Writer(transitions, code, integers).data(claims, results)


class _Writer:
    """Writes one system."""

    def __init__(
        self,
        transitions: TransitionSystem,
        code: Code,
        integers: Mapping[Any, IntegerType] | None,
    ) -> None:
        self.transitions, self.code = transitions, code
        self.info = transitions.info
        self.types = Types(transitions, integers)
        self.diagrams: dict[type, tuple[int, Diagram]] = {}

    def data(self, claims: Sequence[Claim], results: Sequence[Result]) -> dict[str, Any]:
        """The whole system."""
        doc = inspect.getdoc(self.info.cls) or ""
        kinds = [self._kind(entity) for entity in self.info.entities]
        return {
            "kind": "system",
            "name": self.info.cls.__name__,
            "about": " ".join(doc.split("\n\n", maxsplit=1)[0].split()),
            "kinds": kinds,
            "constants": [self._constant(*constant) for constant in self.info.constants],
            "initial": [
                {"key": str(key), "code": self._update(update)}
                for key, update in self.transitions.initial.items()
            ],
            "actions": [self._action(command) for command in self.transitions.commands],
            "watched": list(watched(self.transitions, claims, results, self.code, self.types)),
            "runs": list(replays(self.transitions, results)),
            "histories": [
                {"key": str(key), "sort": key.entity}
                for key in self.transitions.keys
                if key.slot == HISTORY
            ],
            "diagrams": [found.data() for _, found in self.diagrams.values()],
            "types": self.types.known,
        }

    # -- entities -------------------------------------------------------------------------------

    def _kind(self, entity: Any) -> dict[str, Any]:
        referred = {target for e in self.info.entities for _, target in e.references}
        referred |= {
            target.cls
            for target in self.info.entities
            for _, machine, _, type_ in self.info.functions()
            if isinstance(type_, type) and issubclass(type_, target.cls)
        }
        return {
            "sort": entity.name,
            "word": entity.name.lower(),
            "plural": entity.plural,
            "size": DEFAULT_SIZE + (entity.cls in referred),
            "references": [
                {"key": f"{entity.name}.{name}", "label": name, "type": self.types.name(target)}
                for name, target in entity.references
            ],
            "machines": [self._machine(entity, machine) for machine in entity.machines],
        }

    def _machine(self, entity: Any, machine: MachineInfo) -> dict[str, Any]:
        cls: type = machine.cls
        if cls not in self.diagrams:
            self.diagrams[cls] = len(self.diagrams), diagram(cls)
        key = Key(entity.name, machine.slot, STATE)
        states = self.transitions.vocabulary.types[key]
        return {
            "slot": machine.slot,
            "diagram": self.diagrams[cls][0],
            "state": {
                "key": str(key),
                "type": self.types.name(states),
                "open": len(machine.starts_in) > 1,
                "default": encoded(machine.starts_in[0], states),
            },
            "fields": [self._field(entity, machine, info) for info in machine.fields],
        }

    def _field(self, entity: Any, machine: MachineInfo, info: Any) -> dict[str, Any]:
        is_open = info.field.start is Start.ANYTHING
        none = machine.cls.fields.get(none_cell(info.name))
        key = str(Key(entity.name, machine.slot, info.name))
        return {
            "key": key,
            "label": info.name,
            "none": None if none is None else none_cell(key),
            "tells": is_none_cell(info.name),
            "unread": none is not None and none.start is Start.CONSTANT and bool(none.value),
            "type": self.types.name(info.type),
            "open": is_open,
            "default": self._default(info) if is_open else None,
        }

    @staticmethod
    def _default(info: Any) -> str | bool | None:
        """The value that a plain system starts with; None for an entity: it takes the first."""
        value = info.field.value
        if value is None or isinstance(value, Entity):
            return None
        return _json(encoded(value, info.type))

    def _constant(self, name: str, type_: Any, value: Any) -> dict[str, Any]:
        known = dict(self.info.ranges).get(name)
        return {
            "key": str(self.transitions.vocabulary.constants[name].decl().name()),
            "label": name,
            "type": self.types.name(type_),
            "default": _json(encoded(known.high if known else value, type_)),
            "low": None if known is None else str(int(known.low)),
            "high": None if known is None else str(int(known.high)),
        }

    # -- actions --------------------------------------------------------------------------------

    def _update(self, update: Update) -> int:
        return self.code.add(update.value, update.variable)

    def _action(self, command: Command) -> dict[str, Any]:
        function = self.info.action(command.name).function
        doc = inspect.getdoc(function) or ""
        places = {term.get_id(): f"{{{name}}}" for name, _, term in command.parameters}
        return {
            "name": command.name,
            "member": str(self.transitions.actions[command.name].decl().name()),
            "about": " ".join(doc.split("\n\n", maxsplit=1)[0].split()),
            "parameters": [
                {
                    "name": name,
                    "key": str(term.decl().name()),
                    "options": [{"type": self.types.name(type_)}],
                }
                for name, type_, term in command.parameters
            ],
            "guard": self.code.add(command.guard),
            "because": self._because(command.guard, places),
            "updates": [
                {"key": str(key), "code": self._update(update)}
                for key, update in command.updates.items()
            ],
        }

    def _because(self, term: z3.ExprRef, places: Mapping[int, str]) -> dict[str, Any]:
        """Why a condition does not hold: a part of it, in the model's words, with what it asks."""
        if z3.is_app_of(term, z3.Z3_OP_ITE):
            condition, then, other = term.children()
            return {
                "if": self.code.add(condition),
                "then": self._because(then, places),
                "else": self._because(other, places),
            }
        if z3.is_and(term):
            return {"all": [self._because(part, places) for part in term.children()]}
        return {
            "code": self.code.add(term),
            "text": spell(term, self.transitions, places),
            "asked": list(self._asked(term, places)),
        }

    def _asked(self, term: z3.ExprRef, places: Mapping[int, str]) -> Iterator[dict[str, Any]]:
        """The values of the state that a condition compares, where they have a name."""
        vocabulary = self.transitions.vocabulary
        for part in subterms(term):
            if not z3.is_app(part) or part.num_args() != 1 or _is_open(part):
                continue
            key = vocabulary.key_of(part.decl())
            if key is not None:
                yield {
                    "text": spell(part, self.transitions, places),
                    "code": self.code.add(part),
                    "type": self.types.name(vocabulary.types[key]),
                }


def _is_open(term: z3.ExprRef) -> bool:
    """Tell whether a term is about a variable of a quantifier."""
    return any(z3.is_var(part) for part in subterms(term))


def _json(code: Any) -> str | bool:
    """A code as JSON has it: numbers as texts, for they may be of any size."""
    return code if isinstance(code, bool | str) else str(code)

"""Runs in writing: as a lock file keeps them for review, and as they are played again.

A text has what a reader is shown: the sizes, what the initial state leaves open, the actions with
their arguments, the claim's variables. Nothing of it is believed. The rest of the
initial state is the model's own, every step is executed, and the claim is judged by its own code at
the end.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import ConcreteRun, IntegerType
from statecheck.claims.run import Run
from statecheck.modeling import STATE, Entity, Start, System, signature
from statecheck.modeling.entity import entity_name
from statecheck.symbolic.codes import encoded

_STEP = re.compile(r"(\w+)\((.*)\)")

RunText = dict[str, Any]
"""``sizes`` by the system's attributes, ``start`` and ``witness`` by names, ``steps`` as text."""


def to_text(run: Run) -> RunText:
    """A run as text."""
    return {
        "sizes": dict(run.sizes),
        "start": dict(run.start),
        "steps": [str(step) for step in run.steps],
        "witness": dict(run.witness),
    }


def from_text(
    system: type[System], claim: Claim, numbers: Mapping[Any, IntegerType], text: RunText
) -> ConcreteRun:
    """The run of a text, which ends as a claim is about; it is to be replayed untrimmed.

    Raises ValueError where it does not fit the system, the claim or its variant.
    """
    return _Reader(system, claim, numbers, text).run()


class _Reader:
    """Reads one run; every name in it has to be one of the system's."""

    def __init__(
        self, system: type[System], claim: Claim, numbers: Mapping[Any, IntegerType], text: RunText
    ) -> None:
        self.info, self.claim, self.numbers, self.text = signature(system), claim, numbers, text
        self.sizes: dict[type, int] = {}
        # A run names the entities that it has, but for a few.
        most = sum(len(text[part]) for part in ("start", "steps", "witness"))
        for entity in self.info.entities:
            size = text["sizes"].get(entity.plural)
            if type(size) is not int or not 0 <= size <= most:
                raise ValueError(f"it has {size} {entity.plural}")
            self.sizes[entity.cls] = size

    def run(self) -> ConcreteRun:
        """The run."""
        if self.claim.on_step and not self.text["steps"]:
            raise ValueError("it has no step")
        constants = {
            name: self.value(type_, self.start(name)) for name, type_, _ in self.info.constants
        }
        for name, value in self.claim.variant.constants:
            if self.start(name) != str(value):
                raise ValueError(f"it has {name} = {self.start(name)}, unlike its reading")
        witness = [
            (type_, self.value(type_, self._given(self.text["witness"], name)))
            for name, type_ in self.claim.variables
        ]
        return ConcreteRun(
            {entity.name: self.sizes[entity.cls] for entity in self.info.entities},
            self.initial(),
            constants,
            tuple(map(self.step, self.text["steps"])),
            tuple(value for _, value in witness),
            tuple(type_ for type_, _ in witness),
        )

    def start(self, name: str) -> str:
        """The text of a value of the initial state."""
        return self._given(self.text["start"], name)

    def initial(self) -> dict[str, list[Any]]:
        """The open choices of the initial state, at every entity."""
        values: dict[str, list[Any]] = {}
        for entity in self.info.entities:
            for index in range(self.sizes[entity.cls]):
                member = entity_name(entity.name, index)
                for name, target in entity.references:
                    value = self.value(target, self.start(f"{member}.{name}"))
                    values.setdefault(f"{entity.name}.{name}", []).append(value)
                for machine in entity.machines:
                    kind, here = f"{entity.name}.{machine.slot}", f"{member}.{machine.slot}"
                    if len(machine.starts_in) > 1:
                        state = self.start(here)
                        if state not in machine.starts_in:
                            raise ValueError(f"{here} cannot start as {state}")
                        values.setdefault(f"{kind}.{STATE}", []).append(
                            f"{machine.cls.__name__}.{state}"
                        )
                    for info in machine.fields:
                        if info.field.start is Start.ANYTHING:
                            text = self.text["start"].get(f"{here}.{info.name}")
                            value = self.value(info.type, text)
                            values.setdefault(f"{kind}.{info.name}", []).append(value)
        return values

    def step(self, text: str) -> tuple[str, tuple[Any, ...]]:
        """An action with its arguments."""
        match = _STEP.fullmatch(text)
        action = next((a for a in self.info.actions if match and a.name == match[1]), None)
        given = match[2].split(", ") if match and match[2] else []
        if action is None or len(given) != len(action.parameters):
            raise ValueError(f"{text} is no action with its arguments")
        types = [type_ for _, type_ in action.parameters]
        return action.name, tuple(map(self.value, types, given))

    def value(self, type_: Any, text: str | None) -> Any:
        """The value that a text stands for, or any value: entities by number, members by name."""
        known = self._known(type_)
        if known is not None:
            value = next(iter(known.values()), None) if text is None else known.get(text)
        elif type_ in self.numbers:
            numbers = self.numbers[type_]
            number = numbers.low if text is None else int(numbers.parse(text))
            value = number if numbers.low <= number <= numbers.high else None
        else:
            value = 0 if text is None else int(text)
        if value is None:
            raise ValueError(f"it has no {type_.__name__} {text}")
        return value

    def _known(self, type_: Any) -> dict[str, Any] | None:
        """The values of a finite type by their texts; None for a type of numbers."""
        if issubclass(type_, Entity):
            kind = self.info.entity(type_)
            return {entity_name(kind.name, k): k for k in range(self.sizes[kind.cls])}
        if issubclass(type_, enum.Enum):
            return {str(member): encoded(member, type_) for member in type_}
        return {str(truth): truth for truth in (False, True)} if issubclass(type_, bool) else None

    def _given(self, named: Mapping[str, str], name: str) -> str:
        if name not in named:
            raise ValueError(f"it does not say what {name} is")
        return named[name]

"""Plain systems of the size of a run, in its initial state, and runs cut down to what they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from statecheck.claims.concrete_run import ConcreteRun
from statecheck.modeling import STATE, Entity, ModelError, Start, System, signature, unread_fields
from statecheck.symbolic.codes import decoded, member_name


class Stage:
    """Plain systems to play runs on: two of each size, kept for the next run.

    One run is played at a time.
    """

    def __init__(self, system: type[System]) -> None:
        self.system = system
        self._kept: dict[str, tuple[tuple[System, System], Any]] = {}

    def systems(self, run: ConcreteRun) -> tuple[System, System]:
        """Two systems of a run's size, in an initial state."""
        fixed = {k: v for k, v in run.initial.items() if k.count(".") == 1}
        key = repr((run.sizes, fixed, run.constants))
        if key not in self._kept:
            pair = _build(self.system, run), _build(self.system, run)
            self._kept[key] = pair, [system.snapshot() for system in pair]
        pair, starts = self._kept[key]
        for system, start in zip(pair, starts, strict=True):
            system.restore(start)
        return pair


def trimmed(stage: Stage, run: ConcreteRun) -> ConcreteRun:
    """A run without the entities that only dead fields lead to (see ``Machine.dead_fields``)."""
    plain, _ = stage.systems(run)
    arrange(plain, run)
    initial = {name: list(values) for name, values in run.initial.items()}
    sorts: dict[str, str] = {}
    for entity in plain.info.entities:
        for name, target in entity.references:
            sorts[f"{entity.name}.{name}"] = plain.info.entity(target).name
        for machine in entity.machines:
            for info in machine.fields:
                if issubclass(info.type, Entity) and info.field.start is Start.ANYTHING:
                    name = f"{entity.name}.{machine.slot}.{info.name}"
                    sorts[name] = plain.info.entity(info.type).name
                    for member in plain.entities_of(entity):
                        if info.name in unread_fields(getattr(member, machine.slot)):
                            initial[name][member.index] = None
    kept: dict[str, list[int]] = {sort: [] for sort in run.sizes}

    def keep(sort: str, index: int) -> None:
        if index not in kept[sort]:
            kept[sort].append(index)
            for name, values in initial.items():
                if name.startswith(f"{sort}.") and name in sorts and values[index] is not None:
                    keep(sorts[name], values[index])

    for sort, index in _named(plain, run):
        keep(sort, index)
    # What only dead fields lead to is left out, but for one of a kind: they have to lead somewhere.
    for name in list(sorts) * len(sorts):
        own = kept[name.split(".", 1)[0]]
        if own and not kept[sorts[name]]:
            keep(sorts[name], run.initial[name][own[0]])
    numbers = {sort: {old: new for new, old in enumerate(olds)} for sort, olds in kept.items()}

    def renumber(type_: Any, value: Any) -> Any:
        if isinstance(type_, type) and issubclass(type_, Entity):
            return numbers[plain.info.entity(type_).name][value]
        return value

    steps = tuple(
        (name, tuple(map(renumber, (t for _, t in plain.info.action(name).parameters), values)))
        for name, values in run.steps
    )
    renamed = {
        name: [
            numbers[sorts[name]].get(values[old], 0) if name in sorts else values[old]
            for old in kept[name.split(".", 1)[0]]
        ]
        for name, values in initial.items()
    }
    witness = tuple(map(renumber, run.types, run.witness))
    sizes = {sort: len(olds) for sort, olds in kept.items()}
    small = replace(
        run, sizes=sizes, initial=renamed, steps=steps, witness=witness, required_entities=()
    )
    return small if _obeys_axioms(stage, small) else run


def _obeys_axioms(stage: Stage, run: ConcreteRun) -> bool:
    """Tell whether a run has all that the axioms of its system ask for."""
    if not signature(stage.system).axioms:
        return True
    plain, _ = stage.systems(run)
    arrange(plain, run)
    try:
        plain.check_axioms()
    except ModelError:
        return False
    return True


def _named(system: System, run: ConcreteRun) -> Iterable[tuple[str, int]]:
    """The entities that a run names: in its actions, as the claim's variables, and besides."""
    yield from run.required_entities
    typed = [
        (type_, value)
        for name, values in run.steps
        for (_, type_), value in zip(system.info.action(name).parameters, values, strict=True)
    ]
    for type_, value in (*typed, *zip(run.types, run.witness, strict=True)):
        if issubclass(type_, Entity):
            yield system.info.entity(type_).name, value


def _build(system: type[System], run: ConcreteRun) -> System:
    info = signature(system)
    tables: dict[str, Any] = {}
    for entity in info.entities:
        size = run.sizes[entity.name]
        tables[entity.plural] = [
            {name: run.initial[f"{entity.name}.{name}"][i] for name, _ in entity.references}
            for i in range(size)
        ]
    bare = system.before_its_start()
    constants = {
        name: decoded(run.constants[name], type_, bare) for name, type_, _ in info.constants
    }
    return system.before_its_start(**tables, **constants)


def arrange(system: System, run: ConcreteRun) -> None:
    """Bring a system into the initial state of a run: its open choices, and what hangs on them."""
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            for machine in entity.machines:
                record = getattr(member, machine.slot).model
                name = f"{entity.name}.{machine.slot}."
                if len(machine.starts_in) > 1:
                    record._restore(STATE, member_name(run.initial[name + STATE][member.index]))
                for info in machine.fields:
                    if info.field.start is Start.ANYTHING:
                        value = run.initial[name + info.name][member.index]
                        record._restore(info.name, decoded(value, info.type, system))
            for machine in entity.machines:
                instance = getattr(member, machine.slot)
                for info in machine.fields:
                    if info.field.start is Start.DERIVED:
                        instance.model._restore(info.name, info.field.value(instance))

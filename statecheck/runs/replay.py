"""Replay: a run that the solver found, executed on the plain machines before anybody sees it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.run import Change, Plain, Run, RunStep, Trace
from statecheck.modeling import (
    STATE,
    ActionDisabled,
    Entity,
    History,
    Inapplicable,
    ModelError,
    Start,
    Step,
    System,
    shown_value,
    unread_fields,
    value_cell,
)
from statecheck.runs.stage import Stage, arrange, trimmed
from statecheck.symbolic.codes import decoded
from statecheck.symbolic.vocabulary import HISTORY


class ReplayError(Exception):
    """A run does not happen on the plain machines, so no verdict may rest on it."""


class Observed:
    """The histories of a plain system."""

    def __init__(self, system: System, histories: Iterable[History[Any]]) -> None:
        self.system = system
        self.histories = tuple(histories)
        self.values: dict[tuple[str, int], Any] = {}
        system.observed = self

    @cached_property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """The variables of the state, each with the name of the entity that has it."""
        kind = {entity.cls: entity.name for entity in self.system.info.entities}
        return tuple(
            (f"{kind[type(member)]}.{machine.slot}.{name}", member.name)
            for member, machine, name in self.system.state_variables()
        )

    def members(self, history: History[Any]) -> Sequence[Any]:
        """The entities that a history is about."""
        return self.system.entities_of(self.system.info.entity(history.entity))

    def observe(self, name: str, entity: Entity, type_: Any) -> Any:
        """The value of a history at an entity."""
        value = self.values[name, entity.index]
        return self.system[value] if isinstance(value, Entity) else value

    def enabled(self, name: str, arguments: tuple[Any, ...]) -> bool:
        """True where an action can be fired: it is, and taken back."""
        own = [self.system[a] if isinstance(a, Entity) else a for a in arguments]
        try:
            getattr(self.system, name)(*own)
        except ActionDisabled:
            return False
        self.system.undo()
        return True

    def begin(self) -> None:
        """Give every history its first value."""
        for history in self.histories:
            for member in self.members(history):
                self.values[history.name, member.index] = history.first(member)


def _check_start(system: System) -> None:
    """Raise ReplayError where an initial state violates an axiom."""
    try:
        system.check_axioms()
    except ModelError as error:
        raise ReplayError(str(error)) from None


class PlainStep(Step):
    """A step of a plain system."""

    def __init__(
        self, before: System, after: System, action: str, arguments: tuple[Any, ...]
    ) -> None:
        self.before, self.after = before, after
        self.action, self.arguments = action, arguments

    def fires(self, action: Callable[..., Any], *arguments: Any) -> bool:
        """True of a step of this action with these arguments."""
        return action.__name__ == self.action and all(
            bool(given == own) for given, own in zip(arguments, self.arguments, strict=False)
        )

    def _same(self, entity: Any, slot: str, name: str) -> bool:
        before = getattr(getattr(self.before[entity], slot).model, name)
        return bool(before == getattr(getattr(self.after[entity], slot).model, name))


class Player:
    """Plays a run on two copies of a plain system, the states before and after the last step."""

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]],
        run: ConcreteRun,
        *,
        trim: bool = True,
        stage: Stage | None = None,
    ) -> None:
        histories, stage = tuple(histories), stage or Stage(system)
        run = trimmed(stage, run) if trim else run
        self.run = run
        self.after, self.before = stage.systems(run)
        for copy in (self.after, self.before):
            arrange(copy, run)
            _check_start(copy)
        self.now, self.past = Observed(self.after, histories), Observed(self.before, histories)
        self.now.begin()
        self.step: PlainStep | None = None
        self.arguments: list[tuple[Plain, ...]] = []
        self.states = [tuple(_state(self.now))]
        self.start = tuple(_open_choices(self.after))

    def play(self) -> tuple[RunStep, ...]:
        """Fire every action in turn. Raises ReplayError where one is disabled."""
        return tuple(self.fire(name, arguments) for name, arguments in self.run.steps)

    def fire(self, name: str, arguments: tuple[Any, ...]) -> RunStep:
        """Fire an action. Raises ReplayError where it is disabled."""
        _copy(self.after, self.before)
        self.past.values = dict(self.now.values)
        action = self.after.info.action(name)
        values = [
            decoded(value, type_, self.after)
            for (_, type_), value in zip(action.parameters, arguments, strict=True)
        ]
        try:
            getattr(self.after, name)(*values)
        except ActionDisabled as error:
            number = len(self.arguments) + 1
            raise ReplayError(f"step {number}, {error}") from None
        self.step = PlainStep(self.before, self.after, name, tuple(values))
        news = {
            (history.name, member.index): history.update(self.step, member)
            for history in self.past.histories
            for member in self.past.members(history)
        }
        self.now.values = news
        self.arguments.append(tuple(map(plain, values)))
        self.states.append(tuple(_state(self.now)))
        names = [parameter for parameter, _ in action.parameters]
        return RunStep(
            name,
            tuple((n, str(value)) for n, value in zip(names, values, strict=True)),
            tuple(_changes(self.before, self.after)),
        )

    def witness(self, claim: Claim) -> tuple[Any, ...]:
        """The values of a claim's variables, in the state that the claim is given."""
        system = self.before if claim.on_step else self.after
        return tuple(
            decoded(value, type_, system)
            for (_, type_), value in zip(claim.variables, self.run.witness, strict=True)
        )

    def judge(self, claim: Claim) -> bool | None:
        """The answer of a claim about the last step or state; None where it is inapplicable."""
        first = self.step if claim.on_step else self.after
        try:
            return bool(claim.body(first, *self.witness(claim)))
        except Inapplicable:
            return None


def replay(
    system: type[System],
    histories: Iterable[History[Any]],
    run: ConcreteRun,
    claim: Claim,
    want: bool,
    stage: Stage | None = None,
    *,
    trim: bool = True,
) -> Run:
    """Execute a run and check that it ends as the claim says (``want``) or denies (not ``want``).

    Raises ReplayError if it does not.
    """
    player = Player(system, histories, run, trim=trim, stage=stage)
    steps = player.play()
    if player.judge(claim) is not want:
        last = f"its last step, {steps[-1].action}," if steps else "its initial state"
        raise ReplayError(f"{last} is no such one of {claim.title}")
    return as_run(player, claim, steps)


def as_run(player: Player, claim: Claim, steps: tuple[RunStep, ...]) -> Run:
    """The run that was played, for a reader."""
    witness = player.witness(claim)
    trace = Trace(
        tuple(_constants(player.after)),
        tuple(player.states[: len(steps) + 1]),
        tuple(player.arguments[: len(steps)]),
        tuple(map(plain, witness)),
    )
    return Run(
        tuple(
            (entity.plural, len(player.after.entities_of(entity)))
            for entity in player.after.info.entities
        ),
        player.start,
        steps,
        tuple(
            (name, str(value)) for (name, _), value in zip(claim.variables, witness, strict=True)
        ),
        trace,
    )


def plain(value: Any) -> Plain:
    """A value as a truth, a number, or a name."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Entity):
        return value.name
    return value if isinstance(value, bool | str) else int(value)


def _state(observed: Observed) -> Iterable[tuple[str, str, Plain]]:
    """Every value of a state, histories included."""
    system = observed.system
    for (variable, member), value in zip(observed.variables, system.snapshot(), strict=True):
        yield variable, member, plain(value)
    for history in observed.histories:
        kind = system.info.entity(history.entity).name
        for member in observed.members(history):
            value = observed.values[history.name, member.index]
            yield f"{kind}.{HISTORY}.{history.name}", member.name, plain(value)


def _constants(system: System) -> Iterable[tuple[str, str, Plain]]:
    """The values that never change: constants of the system, and references."""
    for name, _, _ in system.info.constants:
        yield f"{type(system).__name__}.{name}", "", plain(getattr(system, name))
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            for name, _ in entity.references:
                yield f"{entity.name}.{name}", member.name, plain(getattr(member, name))


def _copy(source: System, target: System) -> None:
    target.restore(
        [target[value] if isinstance(value, Entity) else value for value in source.snapshot()]
    )


def _open_choices(system: System) -> Iterable[tuple[str, str]]:
    """The choices that an initial state leaves open; without those that nothing reads."""
    for name, _, _ in system.info.constants:
        yield name, str(getattr(system, name))
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            for name, _ in entity.references:
                yield f"{member}.{name}", str(getattr(member, name))
            for machine in entity.machines:
                instance = getattr(member, machine.slot)
                if len(machine.starts_in) > 1:
                    yield f"{member}.{machine.slot}", instance.model.state
                unread = unread_fields(instance)
                for info in machine.fields:
                    is_open = info.field.start is Start.ANYTHING
                    if is_open and info.name not in unread:
                        yield (
                            f"{member}.{machine.slot}.{info.name}",
                            str(instance.model.__dict__[info.name]),
                        )


def _changes(before: System, after: System) -> Iterable[Change]:
    cells = zip(before.state_variables(), before.snapshot(), after.snapshot(), strict=True)
    changed = dict.fromkeys(
        (member, machine, value_cell(name))
        for (member, machine, name), old, new in cells
        if old != new
    )
    for variable in changed:
        member, machine, name = variable
        old, new = shown_value(before, *variable), shown_value(after, *variable)
        if old != new:
            what = machine.slot if name == STATE else f"{machine.slot}.{name}"
            yield Change(str(member), what, str(old), str(new))

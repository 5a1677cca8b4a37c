"""One machine, read: the instance, its code, its world, and its automaton."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statecheck.modeling import Made, ModelError
from statecheck.single.claims import claims
from statecheck.single.claims.checks import errors_of, space_of
from statecheck.single.claims.meanings import others_of
from statecheck.single.claims.predicates import Reader, qualified_names
from statecheck.single.execution.attempt import World
from statecheck.single.execution.automaton import Automaton
from statecheck.single.execution.build import Builder
from statecheck.single.execution.giving_up import until
from statecheck.single.execution.plain_values import PlainValues
from statecheck.single.reading.code import Reach
from statecheck.single.reading.fields import Fields, fields_of
from statecheck.single.reading.foreign.memory import follow_named
from statecheck.single.reading.freeze import Freezer, NotAnyValue, TimeToDecide, TooLarge
from statecheck.single.reading.inspection import Inspection
from statecheck.single.reading.parameters import Events, events_of
from statecheck.single.reading.specimen import Attribute, Specimen
from statecheck.single.running.agreement import check_agreement
from statecheck.single.running.clock import Clock

if TYPE_CHECKING:
    from statecheck.single.locking.kept import Kept

__all__ = ["Clock", "Subject", "read"]

LATE = "an attribute that the machine need not have from the start"
"""Why a claim cannot use one that only events set: it has no value before."""

TRIED = 0.2
"""The share of the time in which the solver may look for values to try a class with."""


@dataclass
class Subject:
    """A class, read. ``plain`` are automata of plain values where ``automaton`` keeps some as
    terms. ``kept`` is what a lock has of the claim that is decided.
    """

    specimen: Specimen
    reader: Reader
    world: World
    fields: Fields
    automaton: Automaton
    plain: PlainValues
    names: claims.Names
    clock: Clock
    assumptions: tuple[str, ...]
    kept: Kept | None = None

    @property
    def digest(self) -> str:
        """Identifies the automaton that verdicts are about."""
        lines = [str(len(self.automaton.nodes))]
        for edge in self.automaton.edges:
            updates = sorted((v.name, str(term)) for v, term in edge.updates.items())
            lines.append(
                f"{edge.source.number} {edge.target.number} {edge.event} {edge.guard} {updates} "
                f"{edge.raised}"
            )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read(
    made: Made,
    fixed: Sequence[str],
    inputs: Sequence[str],
    clock: Clock,
    *,
    seed: int = 0,
    harmless: Sequence[str] = (),
    take: Callable[[claims.Names], bool] = lambda _: False,
    early: bool = False,
) -> Subject:
    """Read a class, or the class of what a function makes. Raises ModelError for what cannot be
    taken as it is.

    ``harmless`` names things from outside whose calls neither raise nor change the machine.
    ``take`` gets the names that claims may use, as soon as they are known, and tells whether
    events that are refused have to be gone through, too. ``early`` asks for integers to be kept as
    terms soon, which is enough for single claims; more plain values are gone through as needed.
    """
    with until(clock.end):
        return _read(made, fixed, inputs, clock, seed, harmless, take, early)


def _read(
    made: Made,
    fixed: Sequence[str],
    inputs: Sequence[str],
    clock: Clock,
    seed: int,
    harmless: Sequence[str],
    take: Callable[[claims.Names], bool],
    early: bool,
    written: Collection[Attribute] = (),
) -> Subject:
    specimen = Specimen(made)
    cls = specimen.cls
    reach = Reach(specimen)
    inspection = Inspection(specimen, reach, harmless)
    follow_named(specimen, reach, inspection.reach, inspection.memory)
    surroundings = inspection.surroundings
    specimen.installed = surroundings.exploring
    specimen.playing = surroundings.playing
    specimen.stand_in = surroundings.stand_in
    events = events_of(specimen)
    fields = fields_of(specimen, reach, fixed, inputs, written)
    world = World(events, fields.inputs)
    for (owner, name), domain in fields.inputs.items():
        del owner
        if name in {state.id for state in specimen.states.values()}:
            raise ModelError(f"{cls.__name__}: {name} is a state and an input of {domain}")

    # What is known when this is over has to be enough, so that time is left to decide claims.
    reading = clock.part(0.6)

    def watch() -> None:
        clock.left(1)
        if reading.is_over:
            raise TimeToDecide
        inspection.check()

    specimen.written = frozenset(reach.writes)
    reader = Reader(specimen, world)
    names = _names(specimen, reader)
    answers = surroundings.answers if surroundings else None
    refusals = take(names)
    builder = Builder(
        specimen, reach, world, watch, answers=answers, with_refusals=refusals, early=early
    )
    automaton = builder.build()
    inspection.check_memory()
    changed = {a for edge in automaton.edges for a, _ in edge.outputs}
    if changed := {a for a in changed if not {a[1], specimen.named(a)} & set(inputs)}:
        # Code writes them by names that it computes, so they are no inputs.
        again = {*written, *changed}
        return _read(made, fixed, inputs, clock, seed, harmless, take, early, again)
    if automaton.variables or any(e.locals for n in automaton.nodes for e in (*n.edges, *n.idle)):
        from statecheck.single.running.witnesses import check_witnesses

        try:
            with until(clock.part(TRIED).end):
                check_witnesses(specimen, automaton, clock)
        except NotAnyValue as error:
            builder.near = builder.bounded = None
            automaton = builder.sampled(error)
    said = tuple(_assumptions(specimen, automaton, fields, inspection, events))
    with until(clock.part(TRIED).end):
        check_agreement(specimen, reader, automaton, clock, seed)
    plain = builder.plain_values(automaton)
    return Subject(specimen, reader, world, fields, automaton, plain, names, clock, said)


def _names(specimen: Specimen, reader: Reader) -> claims.Names:
    cls = specimen.cls
    states = list(specimen.states.values())
    # What is an attribute later on is no constant of the module by that name.
    late = specimen.written - set(reader.names.values())
    space = {name: value for name, value in space_of(cls).items() if name not in late}
    return claims.Names(
        cls.__name__,
        frozenset(state.id for state in states),
        frozenset(reader.names.values()),
        frozenset(str(event.id) for event in cls._events),
        space,
        errors_of(cls),
        {state.id: frozenset(s.id for s in state.ancestors()) for state in states},
        frozenset(reader.world.events.parameters),
        frozenset(reader.names[a] for a in reader.world.inputs if a in reader.names),
        others_of(cls, type(specimen.owners[1]), specimen.kept[1]) | dict.fromkeys(late, LATE),
        qualified_names(specimen, reader.names),
    )


def _assumptions(
    specimen: Specimen,
    automaton: Automaton,
    fields: Fields,
    inspection: Inspection,
    events: Events,
) -> list[str]:
    """The assumptions about the environment, in sentences."""
    said = [
        f"{specimen.named(attribute)} is an input: the environment may set it to any {domain} "
        "between events."
        for attribute, domain in fields.inputs.items()
    ]
    constants = [*fields.constants]
    for attribute in fields.tables:
        if attribute not in inspection.surroundings.attributes:
            constants += [attribute] if _is_kept(specimen, automaton, attribute) else []
    said += [f"{specimen.named(a)} is a constant: nobody changes it." for a in constants]
    for event, parameters in events.parameters.items():
        for parameter in parameters:
            if parameter.domain is not None:
                optional = ", or is left out" if parameter.optional else ""
                said.append(
                    f"The argument {parameter.name} of {event} is any {parameter.domain}{optional}."
                )
    if events.internal:
        senders = "the machine itself" + (
            " and the work that it invokes" if specimen.endings else ""
        )
        said.append(f"Nobody but {senders} sends {', '.join(events.internal)}.")
    return [*said, *inspection.surroundings.assumptions()]


def _is_kept(specimen: Specimen, automaton: Automaton, attribute: Attribute) -> bool:
    """Tell whether an attribute is the same in every node."""
    found = set()
    for node in automaton.nodes:
        if attribute in node.data:
            freezer = Freezer(tuple(specimen.owners), {})
            freezer.shared = specimen.freezer.shared
            try:
                found.add(freezer.key(node.data[attribute]))
            except TooLarge:
                return False
    return len(found) <= 1

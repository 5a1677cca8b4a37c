"""Which states are reached, and which transitions fire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statecheck.claims.answers import Answer, Question
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable
from statecheck.single.questions.inquiry import (
    Inquiry,
    fine,
    fires,
    is_active,
    is_visited,
    left_open,
    proved,
)
from statecheck.single.running.replay import Played


class Coverage:
    """The parts that replayed runs have shown: states, by id, and transitions, by number.

    A state that is left at once, by a transition without an event, is shown too.
    """

    def __init__(self, inquiry: Inquiry) -> None:
        self.states: set[str] = set()
        self.transitions: set[int] = set()
        self._make(inquiry)

    def add(self, seen: Played) -> None:
        """Note what a run has shown."""
        for moment in seen.moments:
            self.states |= moment.active
        for facts in seen.facts:
            self.states |= facts.seen.visited
            self.transitions |= facts.seen.fired

    def _make(self, inquiry: Inquiry) -> None:
        """Note what happens while an instance is made."""
        specimen = inquiry.subject.specimen
        numbers = {id(t): n for n, t in enumerate(inquiry.transitions)}
        engine: Any = type(specimen.machine._engine)
        original = engine.microstep

        def noted(self_: Any, transitions: list[Any], trigger: Any) -> Any:
            self.transitions.update(numbers[id(t)] for t in transitions if id(t) in numbers)
            self.states.update(state.id for state in self_.sm.configuration)
            return original(self_, transitions, trigger)

        engine.microstep = noted
        try:
            machine = specimen.fresh()
        finally:
            engine.microstep = original
        self.states.update(state.id for state in machine.configuration)


def answers(inquiry: Inquiry, coverage: Coverage) -> Iterator[Answer]:
    """The states that are never reached, then the transitions that never fire."""
    states = [s.id for s in inquiry.subject.specimen.states.values() if not s.is_history]
    reached = list(states)
    for id_ in states:
        if id_ in coverage.states:
            continue
        answer = inquiry.reach(is_active(id_), on_step=False)
        if isinstance(answer, Unreachable):
            passed = inquiry.reach(is_visited(id_), on_step=True)
            answer = answer if isinstance(passed, Unreachable) else passed
        match answer:
            case Reached(played=seen):
                coverage.add(seen)
                continue
            case Unreachable() as proof:
                detail = f"No run gets to {id_}"
                yield proved(Question.STATE_NEVER_REACHED, id_, detail, proof)
            case Unknown() as unknown:
                yield left_open(Question.STATE_NEVER_REACHED, id_, unknown)
        reached.remove(id_)
    if len(reached) == len(states):
        yield fine(Question.STATE_NEVER_REACHED, f"each of {len(states)} is reached by a run")
    yield from _transitions(inquiry, coverage, set(reached))


def _transitions(inquiry: Inquiry, coverage: Coverage, reached: set[str]) -> Iterator[Answer]:
    missed = False
    for number, transition in enumerate(inquiry.transitions):
        # From a state that is never reached nothing fires, and that was said already.
        if number in coverage.transitions or transition.source.id not in reached:
            continue
        name = inquiry.names[number]
        match inquiry.reach(fires(number), on_step=True):
            case Reached(played=seen):
                coverage.add(seen)
                continue
            case Unreachable() as proof:
                detail = f"{transition.source.id} is reached, but in no run does it fire"
                yield proved(Question.TRANSITION_NEVER_FIRES, name, detail, proof)
            case Unknown() as unknown:
                yield left_open(Question.TRANSITION_NEVER_FIRES, name, unknown)
        missed = True
    if not missed:
        count = len([t for t in inquiry.transitions if t.source.id in reached])
        yield fine(Question.TRANSITION_NEVER_FIRES, f"each of {count} fires in a run")

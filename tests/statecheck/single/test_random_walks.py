"""The answers to the standard questions against random walks, which share nothing with them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed

from statecheck.claims.answers import Question
from statecheck.single.questions.ask import answered
from tests.statecheck.single import suspicious

CLASSES = [
    cls
    for cls in vars(suspicious).values()
    if isinstance(cls, type)
    and issubclass(cls, StateChart)
    and cls.__module__ == suspicious.__name__
]

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "amount": (-1, 0, 9, 10, 11, 12, 1000),
    "ok": (True, False),
    "left": (True, False),
    "people": (0, 1, 2, 9),
    "colour": tuple(suspicious.Colour),
}


class Watcher:
    """Notes the transitions that are taken."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str, str]] = set()

    def after_transition(self, event: str, source: Any, target: Any) -> None:
        self.taken.add((str(event), source.id, target.id))


def walked(cls: Any, chance: random.Random) -> tuple[set[str], set[Any], set[str]]:
    """The states, the transitions and the exceptions of some random walks."""
    states: set[str] = set()
    watcher = Watcher()
    raised: set[str] = set()
    events = [str(event.id) for event in cls._events if not str(event.id).startswith("error")]
    for _ in range(12):
        machine = cls(listeners=[watcher])
        for _ in range(40):
            states |= {state.id for state in machine.configuration}
            arguments = {name: chance.choice(values) for name, values in ARGUMENTS.items()}
            if hasattr(machine, "wet"):
                machine.wet = chance.random() < 0.5
            try:
                machine.send(chance.choice(events), **arguments)
            except TransitionNotAllowed:
                continue
            except Exception as error:  # noqa: BLE001  (what a model raises is what is looked for)
                raised.add(type(error).__name__)
    return states, watcher.taken, raised


@pytest.mark.slow
@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_walk_contradicts_an_answer(cls: Any) -> None:
    states, taken, raised = walked(cls, random.Random(1))
    report = answered(cls)
    never = {a.subject for a in report.answers if a.question is Question.STATE_NEVER_REACHED}
    assert not never & states
    dead = {a.subject for a in report.answers if a.question is Question.TRANSITION_NEVER_FIRES}
    # Where two transitions are named alike but for their guards, a walk cannot tell them apart.
    assert not dead & {f"{event}, {source} to {target}" for event, source, target in taken}
    asked = (Question.EXCEPTION_NOT_CAUGHT, Question.VALIDATOR_REFUSES)
    known = {a.subject.partition(" ")[0] for a in report.answers if a.question in asked}
    assert raised <= known

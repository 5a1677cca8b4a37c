"""Assumptions about the runs of one machine, read."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from statecheck.claims.fairness import Often, Strength
from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Moment, Names, looks_beyond_states
from statecheck.single.claims.parse import parse_state, parse_step
from statecheck.single.deciding.endings.pending import EndAssumptions
from statecheck.single.running.runs import text as shown
from statecheck.single.running.subject import Subject


def of_ends(assumed: AssumedTexts) -> tuple[Any, ...]:
    """The assumptions of claims about the end of runs, as reports know them."""
    return (
        *(Sent(event, Strength.WEAK) for event in assumed.fair),
        *(Sent(event, Strength.STRONG) for event in assumed.strongly_fair),
        *(Excluded(text, Often.NEVER) for text in assumed.never),
        *(Excluded(text, Often.FINITELY) for text in assumed.finitely),
    )


def parsed_ends(assumed: AssumedTexts, names: Names) -> EndAssumptions:
    """The same, read. Raises ModelError for what is no event, or not about a step."""
    for option, events in (("--fair", assumed.fair), ("--strongly-fair", assumed.strongly_fair)):
        for event in events:
            _check_event(option, event, names)
    return EndAssumptions(
        assumed.fair,
        assumed.strongly_fair,
        tuple(parse_step(text, names, "--never") for text in assumed.never),
        tuple(parse_step(text, names, "--finitely") for text in assumed.finitely),
    )


def parsed_beginning(assumed: AssumedTexts, names: Names) -> list[Claim]:
    """The conditions of the first state, read. Raises ModelError."""
    return [parse_state(text, names, "--initially") for text in assumed.initially]


@dataclass(frozen=True)
class Sent:
    """Fairness to an event, with whatever arguments."""

    event: str
    strength: Strength

    def __str__(self) -> str:
        return f"{self.strength} fairness of {self.event}, with whatever arguments"


@dataclass(frozen=True)
class Excluded:
    """Steps that are not seen any more."""

    text: str
    often: Often

    def __str__(self) -> str:
        return f"{self.often}: {self.text}"


def _check_event(option: str, event: str, names: Names) -> None:
    if event in names.sent:
        return
    near = difflib.get_close_matches(event, sorted(names.sent), 1)
    if near:
        raise ModelError(
            f"{option} {event}: {names.machine} has no such event; did you mean {near[0]}?"
        )
    known = ", ".join(sorted(names.sent))
    raise ModelError(f"{option} {event}: the events of {names.machine} are: {known}")


def check_beginning(subject: Subject, begins: Sequence[Claim]) -> list[str]:
    """The sentences that say how runs begin. Raises ModelError where the machine begins otherwise.

    A machine that is made as its users make it begins in one state, but for its inputs.
    """
    node, start = subject.automaton.nodes[0], subject.automaton.start
    moment = subject.reader.at_start(node, start)
    for claim in begins:
        if subject.automaton.is_abstract and looks_beyond_states(claim):
            raise ModelError(
                f"--initially {claim.text!r}: what is enabled rests on answers from outside, of "
                "which nothing is known; say something of states and fields"
            )
        free = sorted(claim.fields & subject.names.inputs)
        if free:
            raise ModelError(
                f"--initially {claim.text!r}: {free[0]} is an input, which may be set at any time, "
                f"so how a run begins says nothing of it; say --fixed {free[0]}"
            )
        run = partial(claim.conclusion, moment, None, None)
        if subject.reader.condition(run, moment, None) is not True:
            raise ModelError(
                f"--initially {claim.text!r}: no run begins so; {subject.names.machine} begins in "
                f"{_described(subject, moment)}"
            )
    return [f"Every run begins with {claim.text}." for claim in begins]


def _described(subject: Subject, moment: Moment) -> str:
    """The first state in words."""
    values = {n: v for n, v in moment.fields.items() if n not in subject.names.inputs}
    held = ", ".join(
        f"{name} == {value.term if hasattr(value, 'term') else shown(value)}"
        for name, value in sorted(values.items())
    )
    return " + ".join(sorted(moment.active)) + (f" with {held}" if held else "")

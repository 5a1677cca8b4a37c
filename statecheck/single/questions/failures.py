"""Exceptions that come out of an event, or that the library catches and no transition handles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from statemachine.callbacks import CallbackGroup
from statemachine.exceptions import TransitionNotAllowed

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.single.claims.claims import StepFacts
from statecheck.single.claims.predicates import facts_of
from statecheck.single.deciding.answers import Reached, Unknown
from statecheck.single.questions.inquiry import Inquiry, fine, found, left_open, of_step
from statecheck.single.reading.code import functions_of, plain_functions

Failure = tuple[str, str, str, bool]
"""Event, type of the exception, callback that it came out of, whether the library caught it."""


def answers(inquiry: Inquiry) -> Iterator[Answer]:
    """Each kind of exception by the event and the callback."""
    with _failures_as_steps(inquiry):
        yield from list(_answers(inquiry))


@contextmanager
def _failures_as_steps(inquiry: Inquiry) -> Iterator[None]:
    """Count events that do nothing but fail inside of the library as steps, for a while."""
    nodes = [node for automaton in inquiry.automata for node in automaton.nodes if node.failures]
    kept = [(node, node.edges) for node in nodes]
    for node in nodes:
        node.edges = [*node.edges, *node.failures]
    try:
        yield
    finally:
        for node, edges in kept:
            node.edges = edges


def _answers(inquiry: Inquiry) -> Iterator[Answer]:
    validators = _validators(inquiry)
    missed = False
    for failure in _failures(inquiry):
        event, type_, place, caught = failure
        where = f" in {place}" if place else ""
        about = f"{type_} on {event}{where}"

        def occurs(step: StepFacts, failure: Failure = failure) -> bool:
            return failure in of_facts(step)

        match inquiry.reach(of_step(occurs), on_step=True):
            case Reached() as answer:
                if place in validators and not caught:
                    detail = "the caller gets it as the answer to the event"
                    seen = found(inquiry, Question.VALIDATOR_REFUSES, about, detail, answer)
                    yield replace(seen, standing=Standing.INFORMATION)
                    continue
                missed = True
                detail = (
                    "The library catches it, and nothing handles error.execution"
                    if caught
                    else "It comes out of the event, to whoever sent it"
                )
                yield found(inquiry, Question.EXCEPTION_NOT_CAUGHT, about, detail, answer)
            case Unknown() as unknown:
                missed = True
                yield left_open(Question.EXCEPTION_NOT_CAUGHT, about, unknown)
    if not inquiry.subject.automaton.complete:
        why = Unknown("not all states were visited")
        yield left_open(Question.EXCEPTION_NOT_CAUGHT, "elsewhere", why)
    elif not missed:
        yield fine(Question.EXCEPTION_NOT_CAUGHT, "none comes out of an event, and none is lost")


def of_facts(step: StepFacts) -> Iterator[Failure]:
    """The failures of a step; an event that is refused, and nothing else happens, is none."""
    if step.raised and (step.seen.fired or step.raised != TransitionNotAllowed.__name__):
        yield step.event, step.raised, step.raised_in, False
    for type_, place in step.seen.unhandled:
        yield step.event, type_, place, True


def _failures(inquiry: Inquiry) -> list[Failure]:
    """The failures of all edges, be they reachable or not."""
    return list(
        dict.fromkeys(
            failure
            for automaton in inquiry.automata
            for edge in automaton.edges
            for failure in of_facts(facts_of(edge))
        )
    )


def _validators(inquiry: Inquiry) -> set[str]:
    """The names of the functions that are validators."""
    return {
        function.__code__.co_qualname.replace("<locals>.", "")
        for transition in inquiry.transitions
        for found_ in functions_of(
            inquiry.subject.specimen,
            [s for s in transition._specs if s.group == CallbackGroup.VALIDATOR],
            set(),
        )
        for function in plain_functions(found_)
    }

"""Asking all standard questions: the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.claims.results import Report
from statecheck.clock import Timeout, bounded
from statecheck.modeling import Made
from statecheck.single.deciding.answers import Unknown
from statecheck.single.deciding.recover import ABSTRACT
from statecheck.single.questions import ambiguity, failures, ranges, reachability, traps
from statecheck.single.questions.inquiry import Inquiry, left_open
from statecheck.single.questions.reachability import Coverage
from statecheck.single.running.subject import Clock, Subject, read

ORDER = list(Question)


def answered(
    made: Made,
    *,
    fixed: Sequence[str] = (),
    inputs: Sequence[str] = (),
    timeout: float | None = None,
    depth: int | None = None,
    seed: int = 0,
    harmless: Sequence[str] = (),
) -> Report:
    """Answer the standard questions about a class, or about what a function makes.

    The options are those of `check`. Raises ModelError for a class that cannot be taken as it is.
    """
    found: list[Answer] = []
    subject: Subject | None = None
    interrupted = False
    try:
        clock = Clock(timeout)
        with bounded(clock.end):
            subject = read(made, fixed, inputs, clock, seed=seed, harmless=harmless)
            for answer in _answers(Inquiry(subject, depth)):
                found.append(answer)  # noqa: PERF402  (what is found outlives an interruption)
    except Timeout:
        rest = "the questions that were not asked any more"
        found.append(Answer(_following(found), rest, Standing.OPEN, "timed out"))
    except KeyboardInterrupt:
        interrupted = True
    found.sort(key=lambda answer: ORDER.index(answer.question))
    assumptions = () if subject is None else subject.assumptions
    digest = "" if subject is None else subject.digest
    return Report(digest, (), interrupted, environment=assumptions, answers=tuple(found))


def _answers(inquiry: Inquiry) -> Iterator[Answer]:
    coverage = Coverage(inquiry)
    if inquiry.subject.automaton.is_abstract:
        yield from reachability.answers(inquiry, coverage)
        yield from failures.answers(inquiry)
        for open_ in (Question.GUARDS_OVERLAP, Question.NOTHING_LEADS_ON):
            yield left_open(
                open_, "the machine", Unknown(inquiry.subject.automaton.caveat or ABSTRACT)
            )
        return
    questions: tuple[Callable[[], Iterator[Answer]], ...] = (
        lambda: reachability.answers(inquiry, coverage),
        lambda: ambiguity.overlaps(inquiry),
        lambda: traps.answers(inquiry, coverage),
        lambda: failures.answers(inquiry),
        lambda: ambiguity.always(inquiry, coverage),
        lambda: ranges.answers(inquiry),
    )
    for question in questions:
        yield from question()


def _following(found: list[Answer]) -> Question:
    """The question that was being asked when time was over."""
    asked = max((ORDER.index(answer.question) for answer in found), default=-1)
    return ORDER[min(asked + 1, len(ORDER) - 1)]

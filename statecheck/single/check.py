"""Deciding claims about one python-statemachine class: the way in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from statecheck.claims import claim as stated
from statecheck.claims.claim import Kind
from statecheck.claims.clause_text import of_one_machine
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.syntax import AssumedTexts, check_use, of_no_use
from statecheck.clock import Timeout, bounded
from statecheck.modeling import NO_VARIANT, Made, ModelError
from statecheck.single.assumptions import check_beginning, of_ends, parsed_beginning, parsed_ends
from statecheck.single.claims.claims import Claim, Names, looks_beyond_states
from statecheck.single.claims.parse import parse
from statecheck.single.claims.predicates import conjunction, violation
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable, too_many
from statecheck.single.deciding.certain import ADVICE
from statecheck.single.deciding.decide import reachable
from statecheck.single.deciding.endings.pending import EndAssumptions
from statecheck.single.deciding.monitoring import monitored
from statecheck.single.execution.giving_up import Unexplored, UnknownError, until
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Clock, Subject, read

if TYPE_CHECKING:
    from statecheck.single.locking.locked import Locked

EXPECTED = {
    Kind.ALWAYS: "PROVED",
    Kind.POSSIBLE: "REACHED",
    Kind.RECOVERABLE: "PROVED",
    Kind.EVENTUALLY: "PROVED",
}
"""The verdict that each kind of claim hopes for."""

NOTHING_ASSUMED = AssumedTexts()

BEYOND = (
    "its steps rest on answers from outside, of which nothing is known; what is enabled, what is "
    f"refused and what was before are not decided then; {ADVICE}"
)

STEPS = (
    "An event that is refused or ignored, so that nothing changes, is no step; step.refused says "
    "something about it."
)
"""The meaning of claims about steps."""


def check(
    made: Made,
    asked: Sequence[tuple[str, str]],
    *,
    assumed: AssumedTexts = NOTHING_ASSUMED,
    fixed: Sequence[str] = (),
    inputs: Sequence[str] = (),
    timeout: float | None = None,
    depth: int | None = None,
    seed: int = 0,
    harmless: Sequence[str] = (),
    lock: Locked | None = None,
) -> Report:
    """Decide what is claimed of a class, or of what a function makes.

    ``asked`` are pairs of a kind (``always``, ``possible``, ``recoverable``, ``eventually``) and an
    expression; ``assumed`` is what is assumed of runs, ``fixed`` are fields that the
    environment never sets, ``inputs`` others that it does; ``harmless`` are things from outside
    whose calls neither raise nor change the machine; ``depth`` bounds the search for runs by the
    solver; ``lock`` has what was found before, or is to keep what is found.

    Raises ModelError for a class or a claim that cannot be taken as it is.
    """
    has_ends = any(kind == str(Kind.EVENTUALLY) for kind, _ in asked)
    check_use(assumed, has_ends=has_ends)
    if assumed.fair and not has_ends:
        raise ModelError(of_no_use("--fair", assumed.fair[0]))
    whole = _stated(asked, assumed)
    results: list[Result] = []
    sentences: list[str] = []
    subject: Subject | None = None
    interrupted = False
    bounds = ExitStack()
    try:
        parsed: list[Claim] = []

        def take(names: Names) -> bool:
            parsed[:] = [parse(claim.text, names, claim.kind) for claim in whole]
            parsed_ends(assumed, names)
            parsed_beginning(assumed, names)
            return any(said.about_refusals for said in parsed)

        clock = Clock(timeout)
        bounds.enter_context(bounded(clock.end))
        subject = read(
            made, fixed, inputs, clock, seed=seed, harmless=harmless, take=take, early=True
        )
        ends = parsed_ends(assumed, subject.names)
        begins = check_beginning(subject, parsed_beginning(assumed, subject.names))
        sentences += [*subject.assumptions, *begins, *_meaning_of_steps(parsed)]
        if lock is not None:
            lock.begin(made.__name__, subject.digest)
        for claim, said in zip(whole, parsed, strict=True):
            started = time.perf_counter()
            kept = None if lock is None else lock.of(f"{claim.kind}: {claim.text}")
            try:
                with until(clock.end):
                    result = _decided(replace(subject, kept=kept), claim, said, ends, depth)
            except Unexplored:
                result = Result(claim, Verdict.UNDETERMINED, too_many(subject.automaton))
            except UnknownError as gave_up:
                result = Result(claim, Verdict.UNDETERMINED, _gave_up(gave_up))
            results.append(replace(result, seconds=time.perf_counter() - started))
        if lock is not None:
            lock.is_whole = True
    except Timeout:
        results += [
            Result(claim, Verdict.UNDETERMINED, "timed out") for claim in whole[len(results) :]
        ]
    except UnknownError as gave_up:  # before any claim was asked about
        results = [Result(claim, Verdict.UNDETERMINED, _gave_up(gave_up)) for claim in whole]
    except KeyboardInterrupt:
        interrupted = True
    finally:
        bounds.close()
    digest = "" if subject is None else subject.digest
    notes = () if lock is None else tuple(lock.complaints())
    return Report(digest, tuple(results), interrupted, notes=notes, environment=tuple(sentences))


def _gave_up(error: UnknownError) -> str:
    return f"Z3 gave up ({error}); simpler arithmetic in guards and callbacks would help"


def _meaning_of_steps(parsed: Sequence[Claim]) -> list[str]:
    """The sentence that says what a step is, where some claim is about steps."""
    plain = any(said.on_step and not said.about_refusals for said in parsed)
    return [STEPS] if plain else []


def _stated(asked: Sequence[tuple[str, str]], assumed: AssumedTexts) -> list[stated.Claim]:
    """The claims as reports know them."""
    ends = of_ends(assumed)
    counts: dict[str, int] = {}
    found = []
    for name, text in asked:
        kind = Kind(name)
        counts[name] = counts.get(name, 0) + 1
        id_ = f"{name}.{counts[name]}"
        found.append(
            stated.Claim(
                id_,
                stated.Section(name),
                kind,
                text,
                _nothing,
                (),
                False,
                NO_VARIANT,
                EXPECTED[kind],
                (),
                ends if kind is Kind.EVENTUALLY else (),
            )
        )
    return found


def _nothing() -> None:
    """The body of a claim that is written as an expression."""


def _decided(
    subject: Subject,
    claim: stated.Claim,
    said: Claim,
    ends: EndAssumptions,
    depth: int | None,
) -> Result:
    if subject.automaton.is_abstract and looks_beyond_states(said):
        return Result(claim, Verdict.UNDETERMINED, subject.automaton.caveat or BEYOND)
    subject = monitored(subject, said)
    match claim.kind:
        case Kind.ALWAYS:
            return _always(subject, claim, said, depth)
        case Kind.POSSIBLE:
            return _possible(subject, claim, said, depth)
        case Kind.RECOVERABLE:
            from statecheck.single.deciding.recover import recoverable

            return recoverable(subject, claim, said, depth)
        case Kind.EVENTUALLY:
            from statecheck.single.deciding.endings.liveness import eventually

            return eventually(subject, claim, said, ends)
        case _:
            raise ModelError(f"{claim.kind} is no kind of claim about one machine")


def _always(subject: Subject, claim: stated.Claim, said: Claim, depth: int | None) -> Result:
    answer = reachable(subject, violation(said.premise, said.conclusion), said, depth)
    match answer:
        case Reached():
            return _with_run(subject, claim, said, answer, Verdict.REFUTED)
        case Unknown(why, suspect):
            return Result(claim, Verdict.UNDETERMINED, why, suspect=suspect)
    return Result(
        claim,
        Verdict.PROVED,
        answer.how,
        invariant=of_one_machine(answer.invariant),
        vacuous=_is_vacuous(subject, said, depth),
    )


def _is_vacuous(subject: Subject, said: Claim, depth: int | None) -> bool | None:
    """Tell whether a claim that holds says nothing: nothing named, or its premise never true."""
    if not said.is_about_machine:
        return True
    if said.premise is None:
        return False
    match reachable(subject, said.premise, said, depth):
        case Reached():
            return False
        case Unreachable():
            return True
        case Unknown():
            return None


def _possible(subject: Subject, claim: stated.Claim, said: Claim, depth: int | None) -> Result:
    answer = reachable(subject, conjunction(said.premise, said.conclusion), said, depth)
    match answer:
        case Reached():
            return _with_run(subject, claim, said, answer, Verdict.REACHED)
        case Unknown(why, suspect):
            return Result(claim, Verdict.UNDETERMINED, why, suspect=suspect)
    return Result(claim, Verdict.REFUTED, answer.how, invariant=of_one_machine(answer.invariant))


def _with_run(
    subject: Subject, claim: stated.Claim, said: Claim, answer: Reached, verdict: Verdict
) -> Result:
    run = shown_run(subject, answer.route, answer.played)
    steps = len(answer.route.moves)
    return Result(
        claim,
        verdict,
        "" if answer.shortest else "a shorter run may exist",
        steps=steps,
        run=run,
        vacuous=None if said.is_about_machine else True,
        shortest=answer.shortest,
    )

"""Deciding claims about one python-statemachine class: the way in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from statemachine import StateChart

from statecheck.claims import claim as stated
from statecheck.claims.claim import Kind
from statecheck.claims.clause_text import of_one_machine
from statecheck.claims.results import Report, Result, Verdict
from statecheck.modeling import NO_VARIANT, ModelError
from statecheck.single.claims import claims
from statecheck.single.claims.claims import Claim
from statecheck.single.claims.predicates import conjunction, violation
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable
from statecheck.single.deciding.decide import reachable
from statecheck.single.execution.giving_up import UnknownError
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Clock, OutOfTime, Subject, read

EXPECTED = {
    Kind.ALWAYS: "PROVED",
    Kind.POSSIBLE: "REACHED",
    Kind.RECOVERABLE: "PROVED",
    Kind.EVENTUALLY: "PROVED",
}
"""The verdict that each kind of claim hopes for."""


def check(
    cls: type[StateChart[Any]],
    asked: Sequence[tuple[str, str]],
    *,
    fair: Sequence[str] = (),
    fixed: Sequence[str] = (),
    inputs: Sequence[str] = (),
    timeout: float | None = None,
    depth: int | None = None,
    seed: int = 0,
    harmless: Sequence[str] = (),
) -> Report:
    """Decide what is claimed of a class.

    ``asked`` are pairs of a kind (``always``, ``possible``, ``recoverable``, ``eventually``) and an
    expression; ``fair`` are events that are not put off for ever, ``fixed`` fields that the
    environment never sets, ``inputs`` others that it does; ``harmless`` are things from outside
    whose calls neither raise nor change the machine; ``depth`` bounds the search for runs by the
    solver. Raises ModelError for a class or a claim that cannot be taken as it is.
    """
    whole = _stated(asked, fair)
    results: list[Result] = []
    subject: Subject | None = None
    interrupted = False
    try:
        parsed: list[Claim] = []

        def take(names: claims.Names) -> None:
            parsed.extend(claims.parse(claim.text, names, claim.kind) for claim in whole)

        clock = Clock(timeout)
        subject = read(cls, fixed, inputs, clock, seed=seed, harmless=harmless, take=take)
        for claim, said in zip(whole, parsed, strict=True):
            started = time.perf_counter()
            try:
                result = _decided(subject, claim, said, fair, depth)
            except UnknownError as gave_up:
                why = (
                    f"Z3 gave up ({gave_up}); simpler arithmetic in guards and callbacks would help"
                )
                result = Result(claim, Verdict.UNDETERMINED, why)
            results.append(replace(result, seconds=time.perf_counter() - started))
    except OutOfTime:
        results += [
            Result(claim, Verdict.UNDETERMINED, "timed out") for claim in whole[len(results) :]
        ]
    except KeyboardInterrupt:
        interrupted = True
    assumptions = () if subject is None else subject.assumptions
    digest = "" if subject is None else subject.digest
    return Report(digest, tuple(results), interrupted, environment=assumptions)


@dataclass(frozen=True)
class Sent:
    """Weak fairness to an event, with whatever arguments."""

    event: str

    def __str__(self) -> str:
        return f"weak fairness of {self.event}, with whatever arguments"


def _stated(asked: Sequence[tuple[str, str]], fair: Sequence[str]) -> list[stated.Claim]:
    """The claims as reports know them."""
    assumed: Any = tuple(Sent(event) for event in dict.fromkeys(fair))
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
                assumed if kind is Kind.EVENTUALLY else (),
            )
        )
    return found


def _nothing() -> None:
    """The body of a claim that is written as an expression."""


def _decided(
    subject: Subject, claim: stated.Claim, said: Claim, fair: Sequence[str], depth: int | None
) -> Result:
    match claim.kind:
        case Kind.ALWAYS:
            return _always(subject, claim, said, depth)
        case Kind.POSSIBLE:
            return _possible(subject, claim, said, depth)
        case Kind.RECOVERABLE:
            from statecheck.single.deciding.recover import recoverable

            return recoverable(subject, claim, said, depth)
        case Kind.EVENTUALLY:
            from statecheck.single.deciding.liveness import eventually

            return eventually(subject, claim, said, fair)
        case _:
            raise ModelError(f"{claim.kind} is no kind of claim about one machine")


def _always(subject: Subject, claim: stated.Claim, said: Claim, depth: int | None) -> Result:
    answer = reachable(subject, violation(said.premise, said.conclusion), said, depth)
    match answer:
        case Reached():
            return _with_run(subject, claim, said, answer, Verdict.REFUTED)
        case Unknown(why):
            return Result(claim, Verdict.UNDETERMINED, why)
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
        case Unknown(why):
            return Result(claim, Verdict.UNDETERMINED, why)
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

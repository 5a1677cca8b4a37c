"""Pairs of sentences that cannot both hold, and the run that satisfies one and violates the other.

Every pair is asked about. A step that is as one sentence says is possible may violate what another
says holds always; where every such step does, under any reading, no site satisfies both. Other
pairs hold under readings that have nothing in common.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from proofs.family.matrix import FamilyProver, Standing
from proofs.family.sentence import Sentence
from proofs.family.site import FAMILY
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.modeling import Inapplicable, signature


@dataclass(frozen=True)
class Conflict:
    """Two sentences of which no reading satisfies both.

    ``run`` is as ``possible`` says and violates ``always``: the shortest one there is. Without a
    run the readings of the two exclude each other, and nothing more is known.
    """

    always: Sentence
    possible: Sentence
    run: Run | None


@dataclass(frozen=True)
class Conflicts:
    """The conflicts, and the pairs of which it is not known whether they are one."""

    found: tuple[Conflict, ...]
    open: tuple[tuple[Sentence, Sentence], ...]


def conflicts(prover: FamilyProver, standings: Sequence[Standing]) -> Conflicts:
    """The conflicts among sentences. Raises Timeout."""
    sentences = [standing.sentence for standing in standings]
    pairs = [
        (always, possible)
        for always, possible in itertools.product(sentences, sentences)
        if possible.is_possibility and not always.is_possibility
    ]
    asked = {entails_violation(*pair): pair for pair in pairs if _comparable(*pair)}
    known = {standing.sentence: standing for standing in standings}
    entailed = {asked[claim]: r for claim, r in prover.prove(list(asked)).items()}
    found, open_ = [], []
    for pair, run in _runs(prover, entailed):
        if known[pair[1]].open or run is None:
            open_.append(pair)
        elif known[pair[1]].happens:
            found.append(Conflict(*pair, run))
    by_run = {(conflict.always, conflict.possible) for conflict in found} | set(open_)
    found += [
        Conflict(*pair, None)
        for pair in itertools.combinations(sentences, 2)
        if not _settled(pair, by_run) and _apart(known[pair[0]], known[pair[1]])
    ]
    return Conflicts(tuple(found), tuple(open_))


def _settled(pair: tuple[Sentence, Sentence], known: set[tuple[Sentence, Sentence]]) -> bool:
    return pair in known or pair[::-1] in known


def _apart(one: Standing, other: Standing) -> bool:
    """Both hold under some reading, and under none together."""
    settled = not one.open and not other.open
    return settled and bool(one.holds and other.holds) and not one.holds & other.holds


def _runs(
    prover: FamilyProver, entailed: dict[tuple[Sentence, Sentence], Result]
) -> Iterator[tuple[tuple[Sentence, Sentence], Run | None]]:
    """The pairs of which one entails that the other is violated, each with the shortest run."""
    pairs = [pair for pair, r in entailed.items() if r.verdict is Verdict.PROVED and not r.vacuous]
    asked = {no_run_to_both(*pair): pair for pair in pairs}
    for claim, result in prover.prove(list(asked)).items():
        yield asked[claim], result.run


def _comparable(always: Sentence, possible: Sentence) -> bool:
    return len(always.claim.variables) == len(possible.claim.variables) == 1


def _violates(body: Callable[..., Any], step: Any, entity: Any) -> Any:
    try:
        return not body(step, entity)
    except Inapplicable:
        return False


def entails_violation(always: Sentence, possible: Sentence) -> Claim:
    """The claim that each step which is as one sentence says violates the other, for some entity
    that the step is about.
    """
    says, holds = possible.claim.body, always.claim.body
    about = _about(always, possible)

    def violated(step: Any, entity: Any) -> Any:
        if not says(step, entity):
            raise Inapplicable
        return any(_violates(holds, step, other) for other in about(step, entity))

    return _pair_claim("entails", always, possible, violated)


def no_run_to_both(always: Sentence, possible: Sentence) -> Claim:
    """The claim that no step is as one sentence says and violates the other."""
    says, holds = possible.claim.body, always.claim.body
    about = _about(always, possible)

    def never(step: Any, entity: Any) -> Any:
        if not says(step, entity):
            return True
        return not any(_violates(holds, step, other) for other in about(step, entity))

    return _pair_claim("no run", always, possible, never)


def _pair_claim(word: str, always: Sentence, possible: Sentence, body: Callable[..., Any]) -> Claim:
    return replace(
        possible.claim,
        id=f"{word}: {possible.id}, {always.id}",
        kind=Kind.ALWAYS,
        text=f"{word}: {possible.claim.text} {always.claim.text}",
        body=body,
        expected="PROVED",
    )


def _about(always: Sentence, possible: Sentence) -> Callable[[Any, Any], Any]:
    """The entities that one sentence may be violated of, where another is about some entity: that
    one, if it is of the right kind, else all there are.
    """
    info = signature(FAMILY)
    own, wanted = (info.entity(s.claim.variables[0][1]) for s in (possible, always))
    if own is wanted:
        return lambda _, entity: (entity,)
    return lambda step, _: getattr(step.before, wanted.plural)

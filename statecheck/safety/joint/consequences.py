"""Claims that follow in each state from clauses that hold together, and from extremes that exist.

No step keeps such a claim by itself: that nobody is stuck, for one, because among those who wait
the last one in the order can go on. The clauses are looked for in small instances, where a solver
seldom gives up, and then proven for any number of entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.joint import quantified
from statecheck.safety.joint.extremes import Extreme, extremes
from statecheck.safety.joint.lemmas import Lemma, assume
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pair_atoms import Group, groups
from statecheck.safety.joint.pair_candidates import (
    Samples,
    as_lemma,
    candidates,
    pool_of,
    sampled,
)
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.safety.joint.quantified import Frame, GaveUp, clauses_assumed, every
from statecheck.safety.joint.search import Search
from statecheck.safety.joint.small_moments import SMALL, SmallMoment, StateMoment, denied
from statecheck.smt.existence import exists
from statecheck.smt.solving import ground_solver, is_satisfiable

MOST = 200
"""After so many candidates a claim is given up."""


@dataclass(frozen=True)
class Consequence:
    """A claim that follows from lemmas, and from an extreme that there is if any is needed.

    ``words_of`` are the claims of whose words the lemmas are made.
    """

    claim: Lemma
    lemmas: tuple[Lemma, ...]
    extreme: Extreme | None
    words_of: tuple[Lemma, ...]


class ConsequenceSearch(Search):
    """A search for what a claim follows from."""

    def __init__(
        self, pools: Sequence[Pool], moments: Sequence[Moment], state: StateMoment
    ) -> None:
        super().__init__(pools, moments)
        self.state = state

    def take_on(self, candidate: Candidate) -> bool:
        """Make a candidate active, unless it is false initially. Raises GaveUp."""
        if self.tried == MOST:
            raise GaveUp
        taken = super().take_on(candidate)
        if taken:
            self.state.admit(candidate)
        return taken

    def follows(self) -> bool:
        """Tell whether the claim follows from candidates, which are active afterwards and which
        every step keeps. Raises GaveUp, and Timeout.
        """
        while True:
            while (model := self.state.state(self.active)) is not None:
                if not any(map(self.take_on, self.options(self.state.before(model)))):
                    return False
            self.settle()
            if self.state.state(self.active) is None:
                return True


class ConsequenceProver:
    """Finds what claims follow from, beside clauses that are an invariant and known lemmas."""

    def __init__(
        self,
        induction: Induction,
        claims: Sequence[Lemma],
        known: Sequence[Lemma],
        clauses: Sequence[Clause],
        variant: Variant,
    ) -> None:
        self.words_of = (*known, *claims)
        self.whole, self.known = induction, known
        self.induction = induction.about([lemma.term for lemma in self.words_of])
        self.clauses, self.variant = clauses, variant

    @cached_property
    def samples(self) -> Samples:
        """Some reachable states of small instances. Raises Timeout."""
        induction = self.induction
        sizes = [SMALL[:1]]
        return sampled(
            induction.transitions, self.variant, induction.seed, induction.time_left, sizes
        )

    @cached_property
    def origin(self) -> dict[Pool, Group]:
        """The pools of clauses that no sample violates, each with the group that it is about."""
        found: dict[Pool, Group] = {}
        terms = [claim.term for claim in self.words_of]
        for group in groups(self.induction.transitions, terms, witnesses=True):
            own, _ = candidates(group, self.samples)
            if own:
                found[pool_of(len(self.known) + len(found), group, own)] = group
        return found

    def of(self, claim: Lemma) -> Consequence | None:
        """The claim with what it follows from; None if that is not found. Raises Timeout."""
        pools = [
            *(
                Pool(number, lemma.variables, [lemma.term], [((0, True),)])
                for number, lemma in enumerate(self.known)
            ),
            *self.origin,
        ]
        for pool in pools:
            pool.restore()
        commands = (None, *self.induction.transitions.commands)
        moments = [
            SmallMoment(self.induction, self.clauses, self.variant, command) for command in commands
        ]
        state = StateMoment(self.induction, self.clauses, self.variant, claim)
        search = ConsequenceSearch(pools, moments, state)
        with suppress(GaveUp):
            while search.follows():
                few = search.needed(state.reasons(search.active))
                for chosen in (few, [*search.active]):
                    lemmas = {candidate: self._lemma(candidate) for candidate in chosen}
                    broken = self._not_kept([*lemmas.values()])
                    lost = [c for c, lemma in lemmas.items() if lemma in broken]
                    if not lost:
                        found = self.followed(claim, [*lemmas.values()])
                        if found is not None:
                            return found
                if not lost:
                    return None
                search.drop(lost)
        return None

    def _lemma(self, candidate: Candidate) -> Lemma:
        if candidate.pool in self.origin:
            group = self.origin[candidate.pool]
            return as_lemma(group, candidate.literals, self.variant)
        return self.known[candidate.pool.number]

    def _not_kept(self, lemmas: Sequence[Lemma]) -> list[Lemma]:
        return quantified.not_kept(self.whole, lemmas, self.clauses, self.variant)

    def followed(
        self, claim: Lemma, lemmas: Sequence[Lemma], *, patient: bool = True
    ) -> Consequence | None:
        """The claim with what it follows from, if the lemmas suffice at any size; if not
        ``patient``, as far as a few instances of them show it.
        """
        words = [lemma.term for lemma in lemmas]
        found = extremes(self.induction.transitions, claim.term, claim.variables, words)
        given = (None, *found)
        for excluded in (self._excluded_by_instances, *([self._excluded] if patient else [])):
            for extreme in given:
                if excluded(claim, lemmas, extreme):
                    return Consequence(claim, tuple(lemmas), extreme, self.words_of)
        return None

    def _excluded_by_instances(
        self, claim: Lemma, lemmas: Sequence[Lemma], extreme: Extreme | None
    ) -> bool:
        """Tell whether instances of the lemmas show that the claim is never false."""
        induction = self.induction
        grounding = induction.grounding(self.clauses)
        grounding.constraints.extend(induction.transitions.fixed_constants(self.variant))
        if extreme is not None:
            there = z3.Bool("there is an extreme")
            grounding.entity(extreme.member, there)
            fact = extreme.fact(there)
            grounding.forall(
                extreme.variable.sort().name(),
                lambda entity: z3.substitute(fact, (extreme.variable, entity)),
            )
        assume(grounding, lemmas)
        grounding.add(denied(claim))
        solver = ground_solver(induction.seed)
        grounding.assert_into(solver)
        return not is_satisfiable(solver, (), induction.time_left)

    def _excluded(self, claim: Lemma, lemmas: Sequence[Lemma], extreme: Extreme | None) -> bool:
        """Tell whether the solver finds by itself that the claim is never false."""
        frame = Frame(self.induction, (), self.variant, None, patterns=False)
        frame.add(*clauses_assumed(self.induction, self.clauses), denied(claim))
        frame.add(*(every(lemma.variables, lemma.term) for lemma in lemmas))
        if extreme is not None:
            frame.add(every([extreme.variable], extreme.fact(exists(extreme.member))))
        with suppress(GaveUp):
            return not frame.has_model([])
        return False


def consequences(
    induction: Induction,
    claims: Sequence[Lemma],
    known: Sequence[Lemma],
    clauses: Sequence[Clause],
    variant: Variant,
    *,
    alone: bool = False,
) -> Iterator[Consequence]:
    """The claims that follow in each state, beside ``clauses`` that are an invariant, from lemmas,
    which are ``known`` or are mined; ``alone``: none is mined. Raises Timeout.
    """
    search = ConsequenceProver(induction, claims, known, clauses, variant)
    for claim in claims:
        if alone:
            found = search.followed(claim, (), patient=False)
            if found is None and known:
                found = search.followed(claim, known, patient=False)
        else:
            found = None if search.samples.refutes(claim) else search.of(claim)
        if found is not None:
            yield found

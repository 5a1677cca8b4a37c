"""Claims that hold together with clauses about one entity or two that are mined for them.

The search goes from the claims: a step that violates one starts in a state that some candidates
exclude, if it is not reachable; the best of them is taken on, and has to be kept in turn. What is
violated from a state that no candidate excludes is dropped. That finds as much as to check all
candidates at once would (Houdini, Flanagan and Leino, FME 2001), and looks at few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.joint import quantified
from statecheck.safety.joint.lemmas import Lemma, inductive
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pair_atoms import Group, groups
from statecheck.safety.joint.pair_candidates import as_lemma, candidates, pool_of, sampled
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.safety.joint.quantified import GaveUp, not_kept
from statecheck.safety.joint.quantified_moments import QuantifiedMoment
from statecheck.safety.joint.small_moments import SmallMoment
from statecheck.smt.evaluation import Valuation
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.commands import Command
from statecheck.symbolic.vocabulary import Key

FAST, FAST_AGAIN = (partial(QuantifiedMoment, patterns=True, again=n) for n in range(2))

KINDS: Sequence[Callable[[Induction, Sequence[Clause], Variant, Command | None], Moment]] = (
    FAST,
    FAST_AGAIN,
    SmallMoment,
    partial(QuantifiedMoment, patterns=False),
)
"""Ways to ask, the fastest first; where one gives up, the next is tried. The fastest has two tries,
for whether it gets there may hang on what the process asked before. What is found in a small
instance is shown at any size then."""


def with_helpers(
    induction: Induction, claims: Sequence[Lemma], clauses: Sequence[Clause], variant: Variant
) -> tuple[list[Lemma], list[Lemma], list[Lemma]]:
    """The claims that hold, the lemmas that were mined for them, and the claims, in their order,
    of whose words these are made.

    Together they are inductive, beside ``clauses`` that are an invariant. They are looked for in
    the part of the system that the claims depend on, and checked once more in the whole, in another
    way. Raises Timeout.
    """
    whole, induction = induction, induction.about([claim.term for claim in claims])
    transitions = induction.transitions
    samples = sampled(transitions, variant, induction.seed, induction.time_left)
    open_ = [claim for claim in claims if not samples.refutes(claim)]
    if not open_:
        return [], [], []
    own = [
        Pool(number, claim.variables, [claim.term], [((0, True),)])
        for number, claim in enumerate(open_)
    ]
    origin: dict[int, Group] = {}
    pools: list[Pool] = []
    for group in groups(transitions, [claim.term for claim in open_]):
        found, seen = candidates(group, samples)
        if seen[1]:
            number = len(own) + len(pools)
            pools.append(pool_of(number, group, found, seen))
            origin[number] = group

    def lemma_of(candidate: Candidate) -> Lemma:
        number = candidate.pool.number
        if number < len(own):
            return open_[number]
        return as_lemma(origin[number], candidate.literals, variant)

    wanted = [Candidate(pool, 0) for pool in own]
    held: list[Candidate] = []
    chosen: list[Candidate] = []
    for kind in KINDS:
        for pool in (*own, *pools):
            pool.restore()
        with suppress(GaveUp):
            commands = (None, *transitions.commands)
            search = Search(pools, [kind(induction, clauses, variant, c) for c in commands])
            if kind is not SmallMoment:
                held = search.run(wanted)
                chosen = search.needed(held)
                if held or kind is not FAST:
                    break
                continue
            held, chosen = _at_any_size(
                search, wanted, lambda found: not_kept(whole, found, clauses, variant), lemma_of
            )
            if held:
                return [*map(lemma_of, held)], [*map(lemma_of, chosen[len(held) :])], open_
    helpers = [lemma_of(c) for c in chosen if c not in held]
    known = [lemma_of(candidate) for candidate in held]
    found_together = [*known, *helpers]
    together = set(jointly_inductive(whole, found_together, clauses, variant))
    if len(together) < len(found_together) and not not_kept(
        whole, found_together, clauses, variant
    ):
        together = set(found_together)
    return [c for c in known if c in together], [h for h in helpers if h in together], open_


def _at_any_size(
    search: Search,
    wanted: Sequence[Candidate],
    not_kept: Callable[[Sequence[Lemma]], Sequence[Lemma]],
    lemma_of: Callable[[Candidate], Lemma],
) -> tuple[list[Candidate], list[Candidate]]:
    """The claims that a search in small instances finds to hold, and that hold at any size; and
    these with the candidates that they are inductive with. Raises GaveUp, and Timeout.
    """
    held = search.run(wanted)
    while held:
        lost: list[Candidate] = []
        others = [candidate for candidate in search.active if candidate not in held]
        for chosen in (search.needed(held), [*held, *others]):
            lemmas = {lemma_of(candidate): candidate for candidate in chosen}
            lost = [lemmas[lemma] for lemma in not_kept([*lemmas])]
            if not lost:
                return held, chosen
        search.drop(lost)
        held = search.run([claim for claim in held if claim not in lost])
    return [], []


def jointly_inductive(
    induction: Induction, lemmas: Sequence[Lemma], clauses: Sequence[Clause], variant: Variant
) -> list[Lemma]:
    """The largest set of lemmas that hold initially and that every step keeps, together with
    clauses that are an invariant. Raises Timeout.
    """
    try:
        return quantified.inductive(induction, lemmas, clauses, variant)
    except GaveUp:
        return inductive(induction, lemmas, clauses, variant)


class Search:
    """One search among the candidates of some pools; the first moment is the beginning."""

    def __init__(self, pools: Sequence[Pool], moments: Sequence[Moment]) -> None:
        self.pools = pools
        self.start, *self.steps = moments
        self.active: list[Candidate] = []

    def run(self, claims: Sequence[Candidate]) -> list[Candidate]:
        """The claims that are inductive together with candidates, which are active afterwards."""
        for claim in claims:
            if claim not in self.active:
                self.take_on(claim)
        settled = 0
        while settled < len(self.steps) and any(claim in self.active for claim in claims):
            settled = self._round(settled)
        return [claim for claim in claims if claim in self.active]

    def settle(self) -> None:
        """Take on and drop candidates until every step keeps all that are active."""
        settled = 0
        while settled < len(self.steps):
            settled = self._round(settled)

    def _round(self, settled: int) -> int:
        """Ask about each step, after the last so many changed nothing; how many did not now."""
        for step in self.steps:
            settled = 0 if self._strengthened(step) else settled + 1
            if settled == len(self.steps):
                break
        return settled

    def take_on(self, candidate: Candidate) -> bool:
        """Make a candidate active, unless it is false initially."""
        self.start.admit(candidate)
        if (found := self.start.counterexample([candidate])) is not None:
            candidate.pool.drop(candidate.index)
            if (state := self.start.initial_state(found[1])) is not None:
                for pool in self.pools:
                    for truths in pool.truths_in(state):
                        pool.learn(truths)
            return False
        for step in self.steps:
            step.admit(candidate)
        self.active.append(candidate)
        return True

    def _strengthened(self, step: Moment) -> bool:
        """Take on and drop candidates until the step keeps all that are active; tell whether any
        was.
        """
        changed = False
        while self.active and (found := step.counterexample(self.active)) is not None:
            changed = True
            violated, model = found
            if not self._excluded(step.before(model), step.cone_of(violated)):
                violated.pool.drop(violated.index)
                self.active.remove(violated)
        return changed

    def _excluded(self, state: Valuation, cone: frozenset[Key]) -> bool:
        """Take on a candidate that excludes a state, a new one if need be; tell whether there is
        one.
        """
        if any(map(self.take_on, self.options(state, cone))):
            return True
        while new := self._called_for(state, cone):
            if any(map(self.take_on, new)):
                return True
        return False

    def options(self, state: Valuation, cone: frozenset[Key] | None = None) -> Iterator[Candidate]:
        """The candidates that are false in a state, those first that are about nothing outside a
        cone: what is not reachable within it, something about it excludes. Then the best come
        first.
        """
        false: tuple[set[Candidate], set[Candidate]] = set(), set()
        for pool in self.pools:
            beyond = 0 if cone is None else pool.beyond(cone)
            for truths in {*pool.truths_in(state)}:
                for k in pool.false_at(truths):
                    false[beyond >> k & 1].add(Candidate(pool, k))
        for part in false:
            yield from sorted(part.difference(self.active), key=_preference)

    def _called_for(self, state: Valuation, cone: frozenset[Key]) -> list[Candidate]:
        """New candidates of more literals, made to be false in a state; likewise."""
        made = [
            Candidate(pool, k)
            for pool in self.pools
            for truths in dict.fromkeys(pool.truths_in(state))
            if (k := pool.longer(truths, cone)) is not None
        ]
        return sorted(made, key=_preference)

    def drop(self, candidates: Sequence[Candidate]) -> None:
        """Leave out candidates that some step, of another instance, does not keep."""
        for candidate in candidates:
            candidate.pool.drop(candidate.index)
            self.active.remove(candidate)

    def needed(self, claims: Sequence[Candidate]) -> list[Candidate]:
        """Few of the active candidates that are inductive together with the claims, and these; all
        of them where a solver gives up.
        """
        chosen = list(claims)
        settled = 0
        while chosen and settled < len(chosen):
            settled = len(chosen)
            try:
                for step in self.steps:
                    chosen += sorted(step.enough(chosen, self.active))
            except GaveUp:
                return [*claims, *sorted({*self.active}.difference(claims))]
        return chosen


def _preference(candidate: Candidate) -> tuple[bool, int, int, Candidate]:
    """Clauses without quantifiers come first: they are easier to reason with; then short ones."""
    atoms = candidate.pool.atoms
    quantified = any(has_quantifier(atoms[n]) for n, _ in candidate.literals)
    return quantified, len(candidate.literals), len(candidate.pool.variables), candidate

"""Claims that hold together with clauses about one entity or two that are mined for them.

The search goes from the claims: a step that violates one starts in a state that some candidates
exclude, if it is not reachable; the best of them is taken on, and has to be kept in turn. What is
violated from a state that no candidate excludes is dropped. That finds as much as to check all
candidates at once would (Houdini, Flanagan and Leino, FME 2001), and looks at few of them.
"""

from __future__ import annotations

import itertools
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
from statecheck.safety.joint.reserve import Reserve
from statecheck.safety.joint.small_moments import SmallMoment
from statecheck.smt.evaluation import Valuation
from statecheck.smt.solving import work_done
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.commands import Command
from statecheck.symbolic.vocabulary import Key

FAST, FAST_AGAIN = (partial(QuantifiedMoment, patterns=True, again=n) for n in range(2))

SOME = 40
"""After so many candidates that were taken on further runs are made."""

WORK = 20_000_000
"""The work that a search may cost, in units of Z3, of which there are one or two million a second:
ten times what any of the examples needs.
"""

Kind = Callable[[Induction, Sequence[Clause], Variant, Command | None], Moment]

KINDS: Sequence[Kind] = (
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
    way. Those that do not hold together with the others are looked for once more without them, for
    less work: of fewer words fewer lemmas are made. Raises Timeout.
    """
    known, helpers, words_of = _with_helpers(induction, claims, clauses, variant, WORK)
    rest = [claim for claim in claims if claim not in known]
    if known and rest:
        more, others, further = _with_helpers(induction, rest, clauses, variant, WORK // 4)
        if more:
            known, helpers = [*known, *more], [*dict.fromkeys([*helpers, *others])]
            words_of = [*dict.fromkeys([*words_of, *further])]
    return known, helpers, words_of


def _with_helpers(
    induction: Induction,
    claims: Sequence[Lemma],
    clauses: Sequence[Clause],
    variant: Variant,
    work: int,
) -> tuple[list[Lemma], list[Lemma], list[Lemma]]:
    """The same, of all that are looked for together."""
    searches = _Searches(induction, claims, clauses, variant, work)
    if not searches.claims:
        return [], [], []
    found, is_checked = searches.found()
    lemmas = [*map(searches.lemma_of, found)]
    together = {*lemmas}
    if not is_checked:
        together = {*jointly_inductive(induction, lemmas, clauses, variant)}
        if len(together) < len(lemmas) and not not_kept(induction, lemmas, clauses, variant):
            together = {*lemmas}
    known = [lemma for lemma in lemmas if lemma in together and lemma in searches.claims]
    helpers = [lemma for lemma in lemmas if lemma in together and lemma not in known]
    return known, helpers, searches.claims


class _Searches:
    """Searches for what some claims hold together with.

    ``claims`` are those that no sample denies.
    """

    def __init__(
        self,
        whole: Induction,
        claims: Sequence[Lemma],
        clauses: Sequence[Clause],
        variant: Variant,
        work: int,
    ) -> None:
        self.whole, self.clauses, self.variant, self.work = whole, clauses, variant, work
        self.induction = whole.about([claim.term for claim in claims])
        given = self.induction.transitions, variant, whole.seed, whole.time_left
        samples = sampled(*given)
        self.claims = [claim for claim in claims if not samples.refutes(claim)]
        self.reserve = Reserve(*given)
        self.own = [
            Pool(number, claim.variables, [claim.term], [((0, True),)])
            for number, claim in enumerate(self.claims)
        ]
        self.origin: dict[Pool, Group] = {}
        terms = [claim.term for claim in self.claims]
        for group in groups(self.induction.transitions, terms) if terms else ():
            mined, seen = candidates(group, samples)
            if seen[1]:
                number = len(self.own) + len(self.origin)
                self.origin[pool_of(number, group, mined, seen)] = group

    def lemma_of(self, candidate: Candidate) -> Lemma:
        """A candidate as a lemma."""
        if candidate.pool in self.origin:
            return as_lemma(self.origin[candidate.pool], candidate.literals, self.variant)
        return self.claims[candidate.pool.number]

    def found(self) -> tuple[list[Candidate], bool]:
        """Claims and candidates that are inductive together, and whether they are shown to be so at
        any size and in the whole. Raises Timeout.
        """
        wanted = [Candidate(pool, 0) for pool in self.own]
        for kind in KINDS:
            with suppress(GaveUp):
                found = self._found(kind, wanted, self.work)
                if found or kind not in (FAST, SmallMoment):
                    return found, kind is SmallMoment
        return self._alone(wanted) if len(wanted) > 1 else [], True

    def _alone(self, wanted: Sequence[Candidate]) -> list[Candidate]:
        """The claims that are found to hold where each is asked about by itself, so that one that
        no search gets to the end of does not stand in the way of others; with candidates.
        """
        end = work_done() + self.work
        found: list[Candidate] = []
        kinds: Sequence[Kind] = (FAST, SmallMoment)
        for claim, kind in itertools.product(wanted, kinds):
            if claim in found or (left := end - work_done()) <= 0:
                continue
            with suppress(GaveUp):
                more = self._found(kind, [claim], min(left, self.work // 4))
                if kind is SmallMoment or not self._not_kept([*map(self.lemma_of, more)]):
                    found += [candidate for candidate in more if candidate not in found]
        return found

    def _found(self, kind: Kind, wanted: Sequence[Candidate], work: int) -> list[Candidate]:
        """Claims that are wanted and hold, and what they are inductive with, other claims among it,
        for so much work. Raises GaveUp, and Timeout.
        """
        pools = [*(pool for pool in self.own if Candidate(pool, 0) not in wanted), *self.origin]
        for pool in (*self.own, *self.origin):
            pool.restore()
        commands = (None, *self.induction.transitions.commands)
        moments = [kind(self.induction, self.clauses, self.variant, c) for c in commands]
        search = Search(pools, moments, self.reserve, work)
        if kind is SmallMoment:
            return self._at_any_size(search, wanted)
        return search.needed(search.run(wanted))

    def _at_any_size(self, search: Search, wanted: Sequence[Candidate]) -> list[Candidate]:
        """The claims that a search in small instances finds to hold, and that hold at any size,
        with the candidates that they are inductive with. Raises GaveUp, and Timeout.
        """
        held = search.run(wanted)
        while held:
            lost: list[Candidate] = []
            others = [candidate for candidate in search.active if candidate not in held]
            for chosen in (search.needed(held), [*held, *others]):
                lemmas = {self.lemma_of(candidate): candidate for candidate in chosen}
                lost = [lemmas[lemma] for lemma in self._not_kept([*lemmas])]
                if not lost:
                    return chosen
            search.drop(lost)
            held = search.run([claim for claim in held if claim not in lost])
        return []

    def _not_kept(self, lemmas: Sequence[Lemma]) -> list[Lemma]:
        return not_kept(self.whole, lemmas, self.clauses, self.variant) if lemmas else []


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
    """One search among the candidates of some pools; the first moment is the beginning.

    After some candidates a reserve of further runs, if there is one, is asked about each.
    """

    def __init__(
        self,
        pools: Sequence[Pool],
        moments: Sequence[Moment],
        reserve: Reserve | None = None,
        work: int = WORK,
    ) -> None:
        self.pools = pools
        self.start, *self.steps = moments
        self.reserve, self.tried, self._weeded = reserve, 0, False
        self._end = work_done() + work
        self.active: list[Candidate] = []

    def run(self, claims: Sequence[Candidate]) -> list[Candidate]:
        """The claims that are inductive together with candidates, which are active afterwards."""
        for claim in claims:
            if claim not in self.active:
                self.take_on(claim)
        self.active = self._settled(claims)
        return [claim for claim in claims if claim in self.active]

    def settle(self) -> None:
        """Take on and drop candidates until every step keeps all that are active."""
        while {*self.active} != {*self._settled(self.active)}:
            pass

    def _settled(self, claims: Sequence[Candidate]) -> list[Candidate]:
        """Take on and drop candidates until every step keeps the claims, and what of the candidates
        is needed for it: these together. Others that are active need not be kept.
        """
        wanted = self._left(claims)
        settled = 0
        for step in itertools.cycle(self.steps):
            if settled == len(self.steps) or not self._left(claims):
                break
            settled = 0 if self._strengthened(step, claims, wanted) else settled + 1
        return self._left(wanted) if self._left(claims) else []

    def _left(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those that are active of some candidates."""
        return [candidate for candidate in candidates if candidate in self.active]

    def take_on(self, candidate: Candidate) -> bool:
        """Make a candidate active, unless it is false initially, or known to be false later."""
        self.tried += 1
        self._pay()
        if self._is_denied(candidate):
            return False
        self.start.admit(candidate)
        if (found := self.start.counterexample([candidate], [])) is not None:
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

    def _pay(self) -> None:
        """Raise GaveUp where the search has cost all that it may."""
        if work_done() > self._end:
            raise GaveUp

    def _is_denied(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is false in the reserve, of which all pools learn then."""
        if self.reserve is None or self.tried <= SOME:
            return False
        if (state := self.reserve.denial(candidate)) is None:
            return False
        candidate.pool.drop(candidate.index)
        for pool in self.pools:
            for truths in {*pool.truths_in(state)}:
                pool.deny(truths)
        return True

    def _weed(self) -> None:
        """Drop what is active and false in the reserve, once it is asked."""
        if self.tried > SOME and not self._weeded:
            self._weeded = True
            self.active = [c for c in self.active if not self._is_denied(c)]

    def _strengthened(
        self, step: Moment, claims: Sequence[Candidate], wanted: list[Candidate]
    ) -> bool:
        """Take on and drop candidates until the step keeps the claims and all that are wanted,
        among which come those that are needed for it; tell whether anything was changed.
        """
        changed = False
        while True:
            self._pay()
            self._weed()
            if len(left := self._left(wanted)) < len(wanted):
                # Of those that are left some may have been wanted for what is dropped.
                wanted[:] = left = self._left(claims)
            if not left:
                return changed
            if (found := step.counterexample(left, self.active)) is None:
                if not (needed := step.grounds(left, self.active)):
                    return changed
                wanted += needed
            else:
                violated, model = found
                if not self._excluded(step.before(model), step.cone_of(violated)):
                    violated.pool.drop(violated.index)
                    self.active.remove(violated)
            changed = True

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

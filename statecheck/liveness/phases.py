"""The phases of a proof, found by a greatest fixpoint over abstract states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from statecheck.liveness.abstraction import LARGEST, AbstractGraph, AbstractState, Edge
from statecheck.liveness.chain_rule import Lap, Phase, premises, violated_premises
from statecheck.liveness.eventuality import Eventuality
from statecheck.safety.induction import Clause, Induction

DEEP = 3
"""So many laps are tried, one within the other."""

States = set[AbstractState]


@dataclass(frozen=True)
class Proof:
    """Phases, the first first, and the clauses beside known ones that their premises take."""

    phases: list[Phase]
    bounds: list[Clause]


def proof(induction: Induction, claim: Eventuality, clauses: Sequence[Clause]) -> Proof | None:
    """Phases of which Z3 has checked every premise; None where none are found. There are laps among
    them only where it takes laps. Raises Timeout.
    """
    graph = AbstractGraph(induction, claim, clauses)
    for careful in (False, True):
        phases = _phases(graph, careful=careful)
        if phases is not None and _prove(induction, claim, phases, clauses):
            return Proof(phases, [])
    return counted_phases(induction, claim, clauses)


def candidate_phases(
    induction: Induction, claim: Eventuality, clauses: Sequence[Clause]
) -> list[Phase] | None:
    """Phases that may prove a claim, the first first; None where none are found. Raises Timeout."""
    return _phases(AbstractGraph(induction, claim, clauses), careful=True)


def _phases(graph: AbstractGraph, *, careful: bool) -> list[Phase] | None:
    """Phases without laps; ``careful`` asks Z3 whether a set of instances shrinks before it is
    taken for a phase: it is quicker to ask afterwards.
    """
    if graph.is_hopeless or len(graph.states) > LARGEST:
        return None
    return _Search(graph, careful=careful).phases(0)


def counted_phases(
    induction: Induction, claim: Eventuality, clauses: Sequence[Clause]
) -> Proof | None:
    """Phases with laps of which Z3 has checked every premise, and the bounds of the numbers that
    fall in them; None where none are found. Raises Timeout.
    """
    graph = AbstractGraph(induction, claim, clauses, counting=True)
    if graph.is_hopeless or len(graph.states) > LARGEST:
        return None
    search = _Search(graph, careful=True)
    for depth in range(DEEP + 1):
        phases = search.phases(depth)
        if phases is not None and _prove(induction, claim, phases, graph.clauses):
            return Proof(phases, _needed(induction, claim, phases, clauses, graph.bounds))
    return None


def _prove(
    induction: Induction, claim: Eventuality, phases: Sequence[Phase], clauses: Sequence[Clause]
) -> bool:
    asked = list(premises(induction.transitions, claim, phases))
    return not violated_premises(induction, claim, asked, clauses)


def _needed(
    induction: Induction,
    claim: Eventuality,
    phases: Sequence[Phase],
    clauses: Sequence[Clause],
    bounds: Sequence[Clause],
) -> list[Clause]:
    """The bounds without which phases would not prove a claim, or the others not be kept."""
    left = list(bounds)
    for bound in bounds:
        rest = [other for other in left if other is not bound]
        known = [*clauses, *rest]
        if _prove(induction, claim, phases, known) and induction.is_invariant(known):
            left = rest
    return left


class _Search:
    """The search for phases of one claim, the last first; laps are nested up to ``depth``."""

    def __init__(self, graph: AbstractGraph, *, careful: bool) -> None:
        self.graph, self.careful, self.depth = graph, careful, 0
        self.recurring = [edge for edge in graph.edges if edge.recurring]
        self.enabled = [graph.enabled(helper) for helper in graph.claim.helpers]

    def phases(self, depth: int) -> list[Phase] | None:
        """Phases of all abstract states, the first first; None where some state is in none."""
        self.depth = depth
        phases, left = self.within(set(self.graph.states), set(), frozenset(), ())
        return None if left else phases

    def within(
        self,
        left: States,
        covered: States,
        ahead: frozenset[Edge],
        around: tuple[tuple[Lap, States], ...],
    ) -> tuple[list[Phase], States]:
        """Phases of abstract states from which steps lead to those that are covered, or ahead, and
        the states that are left; ``around`` are the laps that they are in, with their states.
        """
        left, covered, phases = set(left), set(covered), list[Phase]()
        while left:
            more, chosen = self._phase(left, covered, ahead, around)
            if not chosen and len(around) < self.depth:
                more, chosen = self._lap(left, covered, ahead, around)
            if not chosen:
                break
            phases = [*more, *phases]
            left -= chosen
            covered |= chosen
        return phases, left

    def _phase(
        self,
        left: States,
        covered: States,
        ahead: frozenset[Edge],
        around: tuple[tuple[Lap, States], ...],
    ) -> tuple[list[Phase], States]:
        """One phase, and its states; none where no helper has one."""
        graph = self.graph
        edges = [edge for edge in self.recurring if edge not in ahead]
        for index, helper in enumerate(self.graph.claim.helpers):
            chosen = _largest(edges, left & self.enabled[index], covered, index)
            if not chosen:
                continue
            laps = tuple(lap for lap, _ in around)
            phase = Phase(graph.holds(chosen), helper, graph.text(chosen), laps)
            several = helper.free and index not in graph.single
            if several and self.careful and not self._shrinks(phase, chosen, covered, around):
                continue
            return [phase], chosen
        return [], set()

    def _shrinks(
        self,
        phase: Phase,
        chosen: States,
        covered: States,
        around: Sequence[tuple[Lap, States]],
    ) -> bool:
        """Tell whether the premises hold that are about one phase, before others that are in its
        laps, and after those that are covered.
        """
        others: list[Phase] = []
        for depth, (_, states) in enumerate(around, 1):
            rest = states - chosen - covered
            if rest:
                others.append(replace(phase, holds=self.graph.holds(rest), laps=phase.laps[:depth]))
        later = []
        for depth, states in enumerate([self.graph.states, *(own for _, own in around)]):
            rest = covered & states
            if rest:
                later.append(replace(phase, holds=self.graph.holds(rest), laps=phase.laps[:depth]))
        every = [*others, phase, *reversed(later)]
        own = len(others)
        graph = self.graph
        asked = premises(graph.transitions, graph.claim, every)
        about = [premise for premise in asked if premise.phase == own]
        return not violated_premises(graph.induction, graph.claim, about, graph.clauses)

    def _lap(
        self,
        left: States,
        covered: States,
        ahead: frozenset[Edge],
        around: tuple[tuple[Lap, States], ...],
    ) -> tuple[list[Phase], States]:
        """The phases of a lap, and its states; none where none is found."""
        for number, lap in enumerate(self.graph.laps):
            if any(lap.rank.eq(other.rank) for other, _ in around):
                continue
            chosen, phases = set(left), list[Phase]()
            while chosen := self._never_raised(chosen, covered, ahead, number):
                falls = frozenset(
                    edge
                    for edge in self.recurring
                    if number in edge.lowered and edge.source in chosen and edge.target in chosen
                )
                if not falls:
                    chosen = set()
                    break
                # A number may fall in several laps.
                inside = (*around, (replace(lap), chosen))
                phases, rest = self.within(chosen, covered, ahead | falls, inside)
                if not rest:
                    return phases, chosen
                chosen = chosen - rest
        return [], set()

    def _never_raised(
        self, states: States, covered: States, ahead: frozenset[Edge], number: int
    ) -> States:
        """The largest part of some states that steps leave only for what is covered, or ahead, and
        within which none makes the number of a lap greater.
        """
        chosen = set(states)
        while lost := {
            edge.source
            for edge in self.recurring
            if edge.source in chosen
            and edge.target not in covered
            and edge not in ahead
            and (edge.target not in chosen or number in edge.raised)
        }:
            chosen -= lost
        return chosen


def _largest(recurring: Iterable[Edge], states: States, covered: States, helper: int) -> States:
    """The largest part of some abstract states that recurring steps leave only for covered ones and
    steps of a helper do leave.
    """
    chosen = set(states)
    while True:
        lost = {
            edge.source
            for edge in recurring
            if edge.source in chosen
            and edge.target not in covered
            and (edge.target not in chosen or helper in edge.taken)
        }
        if not lost:
            return chosen
        chosen -= lost

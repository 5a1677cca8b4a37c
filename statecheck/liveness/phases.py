"""The phases of a proof, found by a greatest fixpoint over abstract states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statecheck.liveness.abstraction import LARGEST, AbstractGraph, AbstractState, Edge
from statecheck.liveness.chain_rule import Phase, premises, violated_premises
from statecheck.liveness.eventuality import Eventuality
from statecheck.safety.induction import Clause, Induction


def proving_phases(
    induction: Induction, claim: Eventuality, clauses: Sequence[Clause]
) -> list[Phase] | None:
    """Phases, the first first, of which Z3 has checked every premise; None where none are found.

    Raises Timeout.
    """
    for careful in (False, True):
        phases = candidate_phases(induction, claim, clauses, careful=careful)
        if phases is not None:
            asked = list(premises(induction.transitions, claim, phases))
            if not violated_premises(induction, claim, asked, clauses):
                return phases
    return None


def candidate_phases(
    induction: Induction,
    claim: Eventuality,
    clauses: Sequence[Clause],
    *,
    careful: bool = True,
) -> list[Phase] | None:
    """Phases that may prove a claim, the first first; None where none are found.

    ``careful`` asks Z3 whether a set of instances shrinks before it is taken for a phase; it is
    quicker to ask afterwards. Raises Timeout.
    """
    graph = AbstractGraph(induction, claim, clauses)
    if len(graph.states) > LARGEST:
        return None
    enabled = [graph.enabled(helper) for helper in claim.helpers]
    left, covered = set(graph.states), set[AbstractState]()
    phases: list[Phase] = []
    while left:
        for index, helper in enumerate(claim.helpers):
            chosen = _largest(graph.edges, left & enabled[index], covered, index)
            if not chosen:
                continue
            phase = Phase(graph.holds(chosen), helper, graph.text(chosen))
            if helper.free and careful:
                asked = premises(induction.transitions, claim, [phase, *phases])
                own = [premise for premise in asked if premise.phase == 0]
                if violated_premises(induction, claim, own, clauses):
                    continue
            phases.insert(0, phase)
            left -= chosen
            covered |= chosen
            break
        else:
            return None
    return phases


def _largest(
    edges: Iterable[Edge], states: set[AbstractState], covered: set[AbstractState], helper: int
) -> set[AbstractState]:
    """The largest part of some abstract states that recurring steps leave only for covered ones and
    steps of a helper do leave.
    """
    recurring = [edge for edge in edges if edge.recurring]
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

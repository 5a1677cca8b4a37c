"""Values for the steps of a random walk: drawn, or the solver's where the draws do not do."""

from __future__ import annotations

import random
from typing import Any

import z3

from statecheck.single.claims.conditions import hold
from statecheck.single.execution.automaton import Edge, Variable
from statecheck.single.execution.terms import in_data
from statecheck.single.execution.texts import Texts
from statecheck.single.execution.values import term_of
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind
from statecheck.single.running.reach import solved
from statecheck.smt.terms import subterms

DRAWS = 4
"""So often values are drawn for an edge before the solver is asked for some."""

OTHER = "another text"
"""Stands for the texts that a guard does not name."""


class Draws:
    """Draws by one source of chance; the numbers that a guard names are drawn as well as others."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._named: dict[Edge, list[int]] = {}

    def chosen(self, edge: Edge, values: dict[Variable, Any]) -> dict[Any, Any] | None:
        """Values of its locals with which an edge is taken from a state of plain values; None where
        there are none. Raises UnknownError and OutOfTime.
        """
        wanted = [] if edge.guard is None else [edge.guard]
        for _ in range(DRAWS):
            drawn = {local: self._drawn(local.kind, edge) for local in edge.locals}
            both: dict[Any, Any] = {**values, **drawn}
            match hold(wanted, both):
                case True:
                    return drawn
                case False if not drawn:
                    return None
        known = {variable: term_of(value) for variable, value in values.items()}
        return solved([in_data(term, known) for term in wanted], edge.locals)

    def _drawn(self, kind: AnyKind, edge: Edge) -> Any:
        pick, named = self.chance, self._numbers(edge)
        match kind:
            case Kind.BOOL:
                return pick.random() < 0.5
            case MemberKind():
                return pick.choice(kind.members)
            case Kind.TEXT:
                texts = [text for text, code in Texts.codes.items() if code in named]
                return pick.choice([OTHER, *texts])
        if named and pick.random() < 0.5:
            return pick.choice(named) + pick.randint(-1, 1)
        return pick.randint(-1000, 1000) if pick.random() < 0.5 else pick.randint(-8, 8)

    def _numbers(self, edge: Edge) -> list[int]:
        """The numbers that the guard of an edge names."""
        if edge not in self._named:
            terms = [] if edge.guard is None else subterms(edge.guard)
            self._named[edge] = [t.as_long() for t in terms if z3.is_int_value(t)]
        return self._named[edge]

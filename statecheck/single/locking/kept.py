"""The part of a lock that is about one claim, and the findings of this run that go there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from statecheck.runs.recorded import one_line
from statecheck.single.claims.predicates import Holding
from statecheck.single.execution.automaton import Automaton, Node
from statecheck.single.execution.giving_up import UnknownError
from statecheck.single.locking import clauses, routes
from statecheck.single.locking.lock import ClaimEntry, ClauseEntry, StepEntry
from statecheck.single.running.clock import Clock
from statecheck.single.running.reach import Route


class Kept:
    """Clauses and a run of one claim, none of them believed; and those that are found.

    ``lost`` says, a line each, what could not be used and why.
    """

    def __init__(self, entry: ClaimEntry | None) -> None:
        self.entry = ClaimEntry() if entry is None else entry
        self.lost: list[str] = []
        self._invariant: dict[int, dict[Node, z3.BoolRef] | None] = {}
        self._clauses: dict[ClauseEntry, None] = {}
        self._run: tuple[StepEntry, ...] | None = None
        self._refused, self._recalled = "", False

    # -- what a lock has --------------------------------------------------------------------------

    def invariant(self, automaton: Automaton, clock: Clock) -> dict[Node, z3.BoolRef] | None:
        """The clauses that hold of an automaton, as one formula for each node; None without any.

        Raises OutOfTime.
        """
        if not self.entry.clauses:
            return None
        key = id(automaton)
        if key not in self._invariant:
            known, lost = clauses.read(automaton, self.entry.clauses)
            kept = clauses.inductive(automaton, known, clock)
            lost += [f"it does not hold: {c.entry}" for c in known if c not in kept]
            self.lost += [line for line in map(one_line, lost) if line not in self.lost]
            self._invariant[key] = clauses.together(automaton, kept) if kept else None
        return self._invariant[key]

    def route(
        self, automaton: Automaton, ends: Mapping[Node, Sequence[Holding]] | None, most: int
    ) -> Route | None:
        """The run as a route of up to ``most`` steps, to be played; None where there is none."""
        if self.entry.run is None:
            return None
        try:
            found = routes.route_of(automaton, self.entry.run, ends, most)
        except (ValueError, UnknownError) as error:
            self.refuse(str(error))
            return None
        if found is None:
            self.refuse("it does not end as the claim says")
        return found

    def refuse(self, why: str) -> None:
        """Take a reason why the run does not do, at least for what was asked."""
        self._refused = one_line(why)

    def accept(self) -> None:
        """Take that the run does."""
        self._recalled = True

    def complaints(self, claim: str) -> list[str]:
        """Everything that could not be used, a line each."""
        lines = [f"{claim}: {line}" for line in self.lost]
        if self._refused and not self._recalled:
            lines.append(f"the run of {claim}: {self._refused}")
        return lines

    # -- what is found ----------------------------------------------------------------------------

    def keep_invariant(self, formulas: Mapping[Node, z3.BoolRef]) -> None:
        """Keep an invariant that was proven."""
        self._clauses |= dict.fromkeys(clauses.entries(formulas))

    def keep_route(self, route: Route) -> None:
        """Keep a run that was played, and than which none is shorter."""
        self._run = routes.entries(route)

    @property
    def found(self) -> ClaimEntry:
        """The entry of a lock that has what was found."""
        return ClaimEntry(tuple(self._clauses), self._run)

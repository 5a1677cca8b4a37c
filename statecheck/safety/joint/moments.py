"""One solver for the initial states, and one for the steps of each command."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Sequence

import z3

from statecheck.safety.induction import Induction
from statecheck.safety.joint.model_state import StateReader
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.safety.joint.quantified import later
from statecheck.smt.c_interface import disjunction
from statecheck.smt.evaluation import Valuation, tabulated
from statecheck.smt.solving import is_satisfiable
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.commands import Command
from statecheck.symbolic.vocabulary import Key

THIN = 60
"""A core of more candidates is not thinned one by one."""


class Moment(ABC):
    """The initial states, where there is no command, or the steps of a command."""

    def __init__(self, induction: Induction, command: Command | None, solver: z3.Solver) -> None:
        self.induction, self.command, self.solver = induction, command, solver
        self.known: set[Candidate] = set()
        self._after: dict[tuple[int, int], z3.BoolRef] = {}
        self._reader = StateReader(induction.transitions.vocabulary)

    @abstractmethod
    def _assert(self, formula: z3.BoolRef) -> None:
        """Demand a formula."""

    @abstractmethod
    def _exist(self, entities: Sequence[z3.ExprRef]) -> z3.BoolRef:
        """The formula by which the entities exist that candidates are violated by."""

    @abstractmethod
    def _assume(self, candidate: Candidate) -> None:
        """Demand a candidate of all entities, where it is assumed."""

    @abstractmethod
    def _members(self, model: z3.ModelRef, sort: str) -> list[z3.ExprRef]:
        """The entities of a sort that exist in a model, each under one name."""

    def admit(self, candidate: Candidate) -> None:
        """Let a candidate be assumed before, and violated after."""
        if candidate in self.known:
            return
        self.known.add(candidate)
        pool, violated = candidate.pool, candidate.violated
        self._assert(z3.Implies(violated, self._exist(pool.variables)))
        for n, truth in candidate.literals:
            # An equivalence would have the solver think of quantifiers that nobody asks about.
            quantified = has_quantifier(pool.atoms[n])
            name = self._then(pool.atoms[n]) if quantified else self._later(pool, n)
            self._assert(z3.Implies(violated, z3.Not(name) if truth else name))
        if self.command is not None:
            self._assume(candidate)

    def _later(self, pool: Pool, n: int) -> z3.BoolRef:
        """The Boolean that an atom has after the step."""
        key = pool.number, n
        if key not in self._after:
            name = self._after[key] = z3.Bool(f"after {pool.number}.{n}")
            self._assert(name == self._then(pool.atoms[n]))
        return self._after[key]

    def _then(self, atom: z3.BoolRef) -> z3.BoolRef:
        """An atom about the state in which candidates are violated."""
        return later(self.induction.transitions, atom, self.command)

    def counterexample(
        self, wanted: Sequence[Candidate], active: Sequence[Candidate]
    ) -> tuple[Candidate, z3.ModelRef] | None:
        """A candidate of those that are wanted that is violated although all that are active hold
        before, and a model; None if there is none. Raises Timeout.
        """
        asked = self._asked(disjunction([candidate.violated for candidate in wanted]))
        if not self._check([asked, *(candidate.assumed for candidate in active)]):
            return None
        model = self.solver.model()
        return next(c for c in wanted if z3.is_true(model.eval(c.violated))), model

    def grounds(self, wanted: Sequence[Candidate], active: Sequence[Candidate]) -> list[Candidate]:
        """The active candidates by which there was no counterexample, but for those wanted."""
        by_name = {c.assumed.decl().name(): c for c in active if c not in wanted}
        return [by_name[name] for name in self._core(by_name)]

    def _asked(self, formula: z3.BoolRef) -> z3.BoolRef:
        """A Boolean that has a formula hold."""
        asked = z3.FreshBool("asked")
        self.solver.add(z3.Implies(asked, formula))
        return asked

    def cone_of(self, candidate: Candidate) -> frozenset[Key]:
        """The functions of the state that a candidate depends on."""
        return self.induction.transitions.relevance.cone([candidate.term])

    def initial_state(self, model: z3.ModelRef) -> Valuation | None:
        """The initial state of a model, where this is the beginning; None if it speaks of entities
        that do not exist.
        """
        chosen, initial = self.before(model), self.induction.transitions.initial
        whole = {str(decl): chosen.sizes[decl.domain(0).name()] for decl in self._reader.functions}
        if any(len(chosen.functions[name]) != size for name, size in whole.items()):
            return None
        first = tabulated(*((update.variable, update.value) for update in initial.values()))
        values = first(chosen.functions, chosen.constants, chosen.sizes)
        own = dict(zip(map(str, initial), values, strict=True))
        return Valuation(chosen.sizes, {**chosen.functions, **own}, chosen.constants)

    def before(self, model: z3.ModelRef) -> Valuation:
        """The state before the step of a model."""
        kinds = [entity.name for entity in self.induction.transitions.info.entities]
        members = {kind: self._members(model, kind) for kind in kinds}
        return self._reader.read(model, members).valuation

    def enough(self, wanted: Sequence[Candidate], active: Sequence[Candidate]) -> set[Candidate]:
        """Few of the active candidates that, with those that are wanted, keep these."""
        by_name = {c.assumed.decl().name(): c for c in active if c not in wanted}
        asked = self._asked(disjunction([candidate.violated for candidate in wanted]))
        given = [asked, *(candidate.assumed for candidate in wanted)]
        possible = self._check([*given, *map(z3.Bool, by_name)])
        assert not possible, "the candidates exclude it"
        core = self._core(by_name)
        for name in list(core) if len(core) <= THIN else ():
            rest = [other for other in core if other != name]
            if name in core and not self._check([*given, *map(z3.Bool, rest)]):
                core = self._core(by_name)
        return {by_name[name] for name in core}

    def _core(self, names: Container[str]) -> list[str]:
        core = (literal.decl().name() for literal in self.solver.unsat_core())
        return sorted(name for name in core if name in names)

    def _check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        return is_satisfiable(self.solver, assumptions, self.induction.time_left)

"""Small instances that satisfy a system's axioms, and the word that none does."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

import z3

from statecheck.clock import heed
from statecheck.modeling import ModelError
from statecheck.smt.evaluation import Valuation
from statecheck.smt.existence import is_existence
from statecheck.smt.failures import checked
from statecheck.smt.solving import WORK, ground_solver
from statecheck.smt.terms import constants, has_quantifier
from statecheck.symbolic.transition_system import TransitionSystem

LARGEST = 4
"""Instances of up to so many entities of each kind are tried."""

MORE = (4, 6, 9)
"""So many entities of a kind are tried where fewer do not satisfy the axioms."""

NUMBERS = 4
"""Of numbers the least few are tried, or so many as there are entities of the kind."""

Members = Mapping[str, Sequence[z3.ExprRef]]

_Demands = tuple[z3.Solver, Members, Sequence[tuple[str, z3.ExprRef]]]
"""What the axioms ask of so many entities, these, and the terms to choose."""


class Instances:
    """The choices of what never changes that the axioms of a system allow, and what its constants
    are ``fixed`` to.
    """

    def __init__(self, transitions: TransitionSystem, fixed: Sequence[z3.BoolRef] = ()) -> None:
        self.transitions, self.fixed = transitions, fixed
        vocabulary = transitions.vocabulary
        self.references = {
            f"{entity}.{name}": decl for (entity, name), decl in vocabulary.references.items()
        }
        mentioned = transitions.relevance.mentioned([a.term for a in transitions.axioms])
        # No step changes what an axiom asks for, so it is as it begins.
        self.initial = {
            vocabulary.functions[key]: transitions.initial[key]
            for key in sorted(mentioned, key=str)
            if key in transitions.initial and not has_quantifier(transitions.initial[key].value)
        }
        mentioned |= transitions.relevance.mentioned([u.value for u in self.initial.values()])
        self.functions = {str(key): vocabulary.functions[key] for key in mentioned}
        self.constants = {
            term.decl().name(): term
            for term in vocabulary.constants.values()
            if any(
                term.eq(constant)
                for formula in (*(axiom.term for axiom in transitions.axioms), *fixed)
                for constant in constants(formula)
            )
        }
        self._known: dict[tuple[tuple[str, int], ...], _Demands] = {}
        self._is_open = False

    def one(self, sizes: Mapping[str, int], pick: random.Random) -> Valuation | None:
        """A choice for so many entities of each kind, at random as far as may be; None if there is
        none.
        """
        solver, members, cells = self._asked(sizes)
        if not self._is_satisfiable(solver):
            return None
        try:
            chosen = [cell for _, cell in pick.sample(cells, len(cells))]
            for cell in (*chosen, *self.constants.values()):
                self._fix(solver, cell, _options(cell, members), pick)
            if not self._is_satisfiable(solver):
                return None
            return self._read(solver.model(), members, cells)
        finally:
            solver.pop(solver.num_scopes())

    def _fix(
        self,
        solver: z3.Solver,
        cell: z3.ExprRef,
        options: Sequence[z3.ExprRef],
        pick: random.Random,
    ) -> None:
        """Give a cell the first of its options, in random order, that the demands allow.

        Whatever values a model happens to have, and it depends on all that Z3 was asked before in
        this process, decide nothing.
        """
        others = _further(len(options)) if z3.is_int(cell) else ()
        for value in (*pick.sample(options, len(options)), *others):
            solver.push()
            solver.add(cell == value)
            heed()
            if self._is_satisfiable(solver):
                return
            solver.pop()

    def grown(self, sizes: Mapping[str, int]) -> Mapping[str, int] | None:
        """These sizes with more entities of one kind, where the axioms allow that."""
        for size, kind in itertools.product(MORE, sizes):
            larger = {**sizes, kind: size}
            if size > sizes[kind] and self.are_allowed(larger):
                return larger
        return None

    def are_allowed(self, sizes: Mapping[str, int]) -> bool:
        """Tell whether the axioms allow so many entities of each kind."""
        return self._is_satisfiable(self._asked(sizes)[0])

    def _is_satisfiable(self, solver: z3.Solver) -> bool:
        """Tell whether there is a model for sure."""
        answer = checked(solver)
        self._is_open |= answer == z3.unknown
        return bool(answer == z3.sat)

    def _asked(self, sizes: Mapping[str, int]) -> _Demands:
        """The demands on so many entities, made once: about some numbers is asked often."""
        key = tuple(sizes.items())
        if key not in self._known:
            self._known[key] = self._demands(sizes)
        return self._known[key]

    def _demands(self, sizes: Mapping[str, int]) -> _Demands:
        members = {
            kind: [z3.Const(f"{kind}:{n}", z3.DeclareSort(kind)) for n in range(size)]
            for kind, size in sizes.items()
        }
        solver = ground_solver(0)
        solver.set("rlimit", WORK)
        for own in members.values():
            if len(own) > 1:
                solver.add(z3.Distinct(*own))
        solver.add(*self.transitions.ranges, *self.fixed)
        tables = {**self.references, **self.functions}
        cells = []
        for name, decl in sorted(tables.items()):
            for member in members[decl.domain(0).name()]:
                cell = decl(member)
                cells.append((name, cell))
                if cell.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
                    solver.add(z3.Or(*(cell == other for other in members[cell.sort().name()])))
        for decl, first in self.initial.items():
            own = members[decl.domain(0).name()]
            solver.add(*(decl(member) == first.at(member) for member in own))
        for axiom in self.transitions.axioms:
            kinds = [members[v.sort().name()] for v in axiom.variables]
            solver.add(*(expanded(axiom.at(c), members) for c in itertools.product(*kinds)))
        heed()
        return solver, members, cells

    def _read(
        self, model: z3.ModelRef, members: Members, cells: Sequence[tuple[str, z3.ExprRef]]
    ) -> Valuation:
        def value(term: z3.ExprRef) -> object:
            found = model.eval(term, model_completion=True)
            if term.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
                own = members[term.sort().name()]
                return next(
                    n for n, e in enumerate(own) if model.eval(e, model_completion=True).eq(found)
                )
            if z3.is_int(term):
                return found.as_long()
            return z3.is_true(found) if z3.is_bool(term) else found.decl().name()

        functions: dict[str, list[object]] = {}
        for name, cell in cells:
            functions.setdefault(name, []).append(value(cell))
        sizes = {kind: len(own) for kind, own in members.items()}
        return Valuation(sizes, functions, {n: value(c) for n, c in self.constants.items()})

    def smallest(self) -> Valuation:
        """A choice for few entities, at least one of each kind.

        Raises ModelError where there is none of up to LARGEST of each.
        """
        kinds = [entity.name for entity in self.transitions.info.entities]
        counts = itertools.product(range(1, LARGEST + 1), repeat=len(kinds))
        for count in sorted(counts, key=lambda c: (sum(c), c)):
            found = self.one(dict(zip(kinds, count, strict=True)), random.Random(0))
            if found is not None:
                return found
        names = ", ".join(axiom.name for axiom in self.transitions.axioms)
        if self._is_open:
            raise ModelError(
                f"Z3 does not find out whether anything satisfies the axioms of "
                f"{self.transitions.info.cls.__name__} ({names}) that has 1 to {LARGEST} entities "
                "of each kind; write them without products, or with fewer numbers"
            )
        raise ModelError(
            f"nothing satisfies the axioms of {self.transitions.info.cls.__name__} ({names}) that "
            f"has 1 to {LARGEST} entities of each kind; they contradict each other"
        )


def described(found: Valuation) -> str:
    """An instance in words: how many entities, and where their references lead."""
    sizes = ", ".join(f"{kind} {size}" for kind, size in found.sizes.items())
    tables = "; ".join(f"{name} {_listed(values)}" for name, values in found.functions.items())
    return f"{sizes}; {tables}" if tables else sizes


def _listed(values: Sequence[object]) -> str:
    return ", ".join(str(v + 1 if type(v) is int else v) for v in values)


def _further(count: int) -> Iterator[z3.ExprRef]:
    """Numbers for where none of the least so many is allowed: the next ones, and those below 0."""
    for n in range(2 * count):
        yield z3.IntVal(count + n)
        yield z3.IntVal(-1 - n)


def _options(cell: z3.ExprRef, members: Members) -> Sequence[z3.ExprRef]:
    sort = cell.sort()
    if sort.kind() == z3.Z3_UNINTERPRETED_SORT:
        return members[sort.name()]
    if z3.is_bool(cell):
        return [z3.BoolVal(truth) for truth in (False, True)]
    if z3.is_int(cell):
        kind = cell.arg(0).sort().name() if cell.num_args() else ""
        return [z3.IntVal(n) for n in range(max(NUMBERS, len(members.get(kind, ()))))]
    return [sort.constructor(n)() for n in range(sort.num_constructors())]


def expanded(term: z3.BoolRef, members: Members) -> z3.BoolRef:
    """A formula whose quantifiers range over these entities alone."""
    if z3.is_quantifier(term):
        kinds = [members[term.var_sort(n).name()] for n in range(term.num_vars())]
        bodies = [
            expanded(z3.substitute_vars(term.body(), *reversed(chosen)), members)
            for chosen in itertools.product(*kinds)
        ]
        return z3.Or(*bodies) if term.is_exists() else z3.And(*bodies)
    if is_existence(term):
        return z3.BoolVal(True)
    if not z3.is_app(term) or not z3.is_bool(term) or not term.children():
        return term
    children = [expanded(c, members) if z3.is_bool(c) else c for c in term.children()]
    return term.decl()(*children)

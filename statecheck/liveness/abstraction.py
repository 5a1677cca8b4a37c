"""The states in which a claim is pending, abstracted to the truths of its atoms."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import z3

from statecheck.clock import Timeout
from statecheck.liveness.bounds import bounds
from statecheck.liveness.eventuality import ActionInstance, Eventuality
from statecheck.liveness.ranks import laps
from statecheck.safety.induction import Clause, Induction
from statecheck.smt.grounding import Grounding
from statecheck.smt.solving import check_sat, ground_solver
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.spelling import spell

LARGEST = 200
"""A claim whose atoms divide the states into more abstract ones is not proven."""

EDGES = 5_000
"""Nor is one of whose abstract steps by an action as many are found from states new at a time."""

AbstractState = tuple[bool, ...]
"""The truths of the atoms, in their order."""


@dataclass(frozen=True)
class Edge:
    """Steps from one abstract state to another; some of the ``recurring`` ones are instances of the
    helpers ``taken``. The numbers of the laps ``raised`` rise, and those of ``lowered`` fall.
    """

    source: AbstractState
    target: AbstractState
    recurring: bool
    taken: frozenset[int]
    raised: frozenset[int] = frozenset()
    lowered: frozenset[int] = frozenset()


class _Question:
    """A solver in which some names stand for terms; those after the states' atoms are about whether
    a step is recurring, about ``helpers`` and about ``laps``.
    """

    def __init__(
        self,
        seed: int,
        grounding: Grounding,
        names: Sequence[z3.BoolRef],
        helpers: Sequence[int] = (),
        laps: Sequence[int] = (),
    ) -> None:
        self.solver = ground_solver(seed)
        grounding.assert_into(self.solver)
        self.names, self.helpers, self.laps = names, helpers, laps

    def edge(self, truths: tuple[bool, ...], atoms: int) -> Edge:
        """The steps of which the names have some truths."""
        recurring, *rest = truths[2 * atoms :]
        taken, rest = rest[: len(self.helpers)], rest[len(self.helpers) :]
        raised, lowered = rest[: len(self.laps)], rest[len(self.laps) :]
        return Edge(
            truths[:atoms],
            truths[atoms : 2 * atoms],
            recurring,
            _chosen(self.helpers, taken) if recurring else frozenset(),
            _chosen(self.laps, raised),
            _chosen(self.laps, lowered),
        )


def _chosen(numbers: Sequence[int], truths: Sequence[bool]) -> frozenset[int]:
    return frozenset(k for k, truth in zip(numbers, truths, strict=True) if truth)


def _either(states: Iterable[AbstractState], names: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """True where the names have the truths of one of some abstract states."""
    return z3.Or(
        *(
            z3.And(*(n if truth else z3.Not(n) for n, truth in zip(names, state, strict=True)))
            for state in sorted(states)
        )
    )


class AbstractGraph:
    """The abstract states in which a claim may be pending, and the steps between them.

    ``counting`` looks at the numbers, too, that may fall in `laps`, and at their `bounds`.
    """

    def __init__(
        self,
        induction: Induction,
        claim: Eventuality,
        clauses: Sequence[Clause],
        *,
        counting: bool = False,
    ) -> None:
        self.induction, self.claim = induction, claim
        self.transitions = induction.transitions
        self.under = self.transitions.variant_constraints(claim.claim.variant)
        # What a helper does is only looked at more closely where it takes that.
        own = [helper.only if counting or not helper.free else None for helper in claim.helpers]
        self.single = {k: helper for k, helper in enumerate(own) if helper is not None}
        self.atoms = list(self._atoms())
        self.laps = laps(self.transitions, claim.variables, self.atoms) if counting else []
        self.bounds = bounds(induction, clauses, self.laps) if self.laps else []
        self.clauses = [*clauses, *self.bounds]
        self._written = {
            part.decl().name()
            for term in (*self.atoms, *(lap.rank for lap in self.laps))
            for part in subterms(term)
            if z3.is_app(part)
        }
        self._asked: dict[str, _Question] = {}
        self.is_hopeless = bool(counting and not self.laps)
        """True where no argument will be found: a state is seen that no helper leads out of, no
        number may fall that was to be counted, or there is too much of it.
        """
        self.edges: set[Edge] = set()
        self.states = self._states_of(claim.pending)
        fresh = self.states
        disabled = z3.And(*(z3.Not(helper.possible) for helper in claim.helpers))
        while fresh and len(self.states) <= LARGEST and not self.is_hopeless:
            self.is_hopeless |= counting and bool(self._states_of(disabled, fresh))
            new = set()
            for command in self.transitions.commands if not self.is_hopeless else ():
                edges = self._steps(command, fresh)
                self.edges |= edges
                new |= {edge.target for edge in edges}
            fresh = new - self.states
            self.states = self.states | fresh

    def holds(self, states: Iterable[AbstractState]) -> z3.BoolRef:
        """True of the states that are one of some abstract ones."""
        return _either(states, self.atoms)

    def enabled(self, helper: ActionInstance) -> set[AbstractState]:
        """The abstract states in which a helper is enabled for certain."""
        return self.states - self._states_of(z3.Not(helper.possible), self.states)

    def _states_of(
        self, term: z3.BoolRef, among: set[AbstractState] | None = None
    ) -> set[AbstractState]:
        """The abstractions of the states in which a term holds, those ``among`` some if given; not
        all of them where there are too many.
        """
        grounding = self.induction.grounding(self.clauses)
        for constraint in (*self.under, term):
            grounding.add(constraint)
        names = [z3.FreshBool("truth") for _ in self.atoms]
        for name, atom in zip(names, self.atoms, strict=True):
            grounding.add(name == atom)
        question = _Question(self.induction.seed, grounding, names)
        where = [] if among is None else [_either(among, names)]
        return set(itertools.islice(self._models(question, *where), LARGEST + 1))

    def _steps(self, command: Command, sources: Iterable[AbstractState]) -> set[Edge]:
        helps = any(helper.command.name == command.name for helper in self.claim.helpers)
        if not helps and not self._written.intersection(map(str, command.updates)):
            return {Edge(state, state, True, frozenset()) for state in sources}
        if command.name not in self._asked:
            self._asked[command.name] = self._question(command)
        question, count = self._asked[command.name], len(self.atoms)
        models = self._models(question, _either(sources, question.names[:count]))
        found = list(itertools.islice(models, EDGES))
        self.is_hopeless |= len(found) == EDGES
        return {question.edge(model, count) for model in found}

    def _question(self, command: Command) -> _Question:
        """The steps of an action: the abstract states before and after, and the helper taken."""
        transitions, claim = self.transitions, self.claim
        grounding = self.induction.grounding(self.clauses)
        macros = transitions.update_macros(command)
        grounding.add(command.guard)

        def demand(term: z3.BoolRef) -> None:
            own = transitions.specialise(term, command)
            grounding.constraints.append(grounding.expand(own, macros))

        def named(term: z3.BoolRef) -> z3.BoolRef:
            # An equation, so that quantifiers are understood with either sign.
            name = z3.FreshBool("truth")
            demand(name == term)
            return name

        for term in (*self.under, *claim.non_goal):
            demand(term)
        before = [named(atom) for atom in self.atoms]
        after = [named(transitions.primed(atom)) for atom in self.atoms]
        recurring = named(z3.And(*claim.recurring))
        single = {
            index: named(helper.taken)
            for index, helper in self.single.items()
            if helper.command.name == command.name
        }
        own = {str(transitions.vocabulary.functions[key].name()) for key in command.updates}
        numbers = [
            (k, lap.measure, transitions.primed(lap.measure))
            for k, lap in enumerate(self.laps)
            if any(part.decl().name() in own for part in subterms(lap.rank))
        ]
        raised = [named(then > now) for _, now, then in numbers]
        lowered = [named(then < now) for _, now, then in numbers]
        names = [*before, *after, recurring, *single.values(), *raised, *lowered]
        changing = tuple(k for k, *_ in numbers)
        return _Question(self.induction.seed, grounding, names, tuple(single), changing)

    def _models(self, question: _Question, *where: z3.BoolRef) -> Iterator[tuple[bool, ...]]:
        """The truths that the names of a question can have together."""
        instance, names = question.solver, question.names
        instance.push()
        instance.add(*where)
        while (answer := check_sat(instance, time_left=self.induction.time_left)) == z3.sat:
            model = instance.model()
            truths = tuple(z3.is_true(model.eval(n, model_completion=True)) for n in names)
            yield truths
            instance.add(z3.Or(*(n != t for n, t in zip(names, truths, strict=True))))
        if answer == z3.unknown:
            raise Timeout(instance.reason_unknown())
        instance.pop()

    def text(self, states: set[AbstractState]) -> str:
        """Some abstract states, told from the other ones in the model's names."""
        cubes: list[dict[int, bool]] = []
        left = set(states)
        while left:
            cube = dict(enumerate(max(left)))
            for k in list(cube):
                rest = {other: truth for other, truth in cube.items() if other != k}
                if self._within(rest) <= states:
                    cube = rest
            cubes.append(cube)
            left -= self._within(cube)
        words = (" and ".join(self._literal(k, truth) for k, truth in c.items()) for c in cubes)
        return ", or ".join(word or "at any time" for word in words)

    def _within(self, cube: dict[int, bool]) -> set[AbstractState]:
        return {s for s in self.states if all(s[k] == truth for k, truth in cube.items())}

    def _literal(self, index: int, truth: bool) -> str:
        """An atom or its negation in the model's names."""
        atom = self.atoms[index]
        for helper in self.claim.helpers:
            if helper.free and atom.eq(helper.possible):
                return f"{'some' if truth else 'no'} {helper.name} is enabled"
        names = {term.get_id(): name for name, _, term in self.claim.variables}
        return spell(atom if truth else z3.Not(atom), self.transitions, names)

    def _atoms(self) -> Iterator[z3.BoolRef]:
        """The terms about a state that the claim, and what its helpers do, are made of."""
        claim, transitions = self.claim, self.transitions
        known = [term for _, _, term in claim.variables]
        known += transitions.vocabulary.constants.values()
        terms = [claim.premise, claim.goal_holds]
        for index, helper in enumerate(claim.helpers):
            single, reached = self.single.get(index), z3.BoolVal(True)
            if single is not None:
                reached = z3.simplify(single.at(transitions.after(claim.goal, helper.command)))
            terms += [helper.possible, reached]
        seen: set[int] = set()
        stack = list(reversed(terms))
        while stack:
            term = stack.pop()
            if term.get_id() in seen:
                continue
            seen.add(term.get_id())
            kind = term.decl().kind() if z3.is_app(term) else None
            if kind in _CONNECTIVES or (kind == z3.Z3_OP_EQ and z3.is_bool(term.arg(0))):
                stack += reversed(term.children())
            elif _mentions_only(term, known):
                yield term


_CONNECTIVES = (
    z3.Z3_OP_AND,
    z3.Z3_OP_OR,
    z3.Z3_OP_NOT,
    z3.Z3_OP_IMPLIES,
    z3.Z3_OP_ITE,
    z3.Z3_OP_TRUE,
    z3.Z3_OP_FALSE,
)


def _mentions_only(term: z3.BoolRef, known: Sequence[z3.ExprRef]) -> bool:
    """True of a term about a state that has no constants but the known ones."""
    for part in subterms(term):
        if z3.is_app(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            if part.decl().name().endswith("'"):
                return False
            if part.num_args() == 0 and not any(part.eq(other) for other in known):
                return False
    return True

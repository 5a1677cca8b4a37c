"""Proof that every fair run gets there, for any finite number of entities.

The rule is the chain rule of Manna and Pnueli (*Completing the Temporal Picture*, 1991, rule
CHAIN-J), with sets. Phases are predicates that together hold from the premise until the goal, in an
order: no step goes back to an earlier phase. In each phase one fair action is *helpful*: it is
enabled, and a step of it leaves the phase. Or each of a set of instances is: then the instances
that are enabled are the measure, ordered by inclusion. The set is not empty in the phase, never
grows there, and each of its members leaves it when it is taken. A set of finitely many shrinks only
finitely often, so that the phase ends.

The phases are found, not typed in: the guards of the fair actions and the claim's own words divide
the states into cells, and a greatest fixpoint over the cells picks the phases, the last first. What
comes out counts only when Z3 has checked every premise of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.fairness import Assumption, Fair, LeadsTo, Often, Rare
from statecheck.clock import Timeout
from statecheck.modeling import ModelError
from statecheck.safety.atoms import places
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.properties import explore_claim
from statecheck.safety.spelling import spell
from statecheck.smt.existence import exists
from statecheck.smt.grounding import Grounding
from statecheck.smt.solving import check_sat, ground_solver
from statecheck.smt.terms import is_entity, subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.decision_tree import merge
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.values import lift

LARGEST = 200
"""A claim whose words divide the states into more cells is not proven."""

Variables = tuple[tuple[str, Any, z3.ExprRef], ...]


@dataclass(frozen=True)
class Instance:
    """An action that may help: its parameters, and those that stand for any entity.

    ``free`` are constants; ``link`` says which of their values the claim has to do with.
    """

    fair: Fair
    command: Command
    arguments: tuple[z3.ExprRef, ...]
    free: tuple[z3.ExprRef, ...]
    link: z3.BoolRef
    says: str

    def at(self, term: z3.BoolRef) -> z3.BoolRef:
        """A term over the action's parameters, said of the instance."""
        parameters = (parameter for _, _, parameter in self.command.parameters)
        said: z3.BoolRef = z3.substitute(term, *zip(parameters, self.arguments, strict=True))
        return said

    @property
    def enabled(self) -> z3.BoolRef:
        """That the instance is enabled."""
        guard = self.at(self.command.guard)
        return guard if z3.is_true(self.link) else z3.And(self.link, guard)

    @property
    def taken(self) -> z3.BoolRef:
        """That a step of the action is one of the instance."""
        pairs = zip(self.command.parameters, self.arguments, strict=True)
        return z3.And(*(parameter == argument for (_, _, parameter), argument in pairs))

    @property
    def possible(self) -> z3.BoolRef:
        """That the instance, or some of its values, is enabled."""
        there = [exists(term) for term in self.free if is_entity(term)]
        return (
            z3.Exists(list(self.free), z3.And(*there, self.enabled)) if self.free else self.enabled
        )


@dataclass(frozen=True, eq=False)
class Eventuality:
    """A claim about the end of a run as terms.

    ``premise`` and ``there`` are about a state, ``goal`` is about a step: it is where the goal is
    reached. ``there`` says that it is reached already. ``never`` and ``finitely`` are about steps.
    ``fair`` are the fair actions, ``helpers`` those instances that the claim has to do with.
    """

    claim: Claim
    variables: Variables
    premise: z3.BoolRef
    there: z3.BoolRef
    goal: z3.BoolRef
    never: tuple[z3.BoolRef, ...]
    finitely: tuple[z3.BoolRef, ...]
    fair: tuple[Instance, ...]
    helpers: tuple[Instance, ...]

    @property
    def owed(self) -> z3.BoolRef:
        """That the premise holds and the goal does not."""
        return z3.And(self.premise, z3.Not(self.there))

    @property
    def idle(self) -> list[z3.BoolRef]:
        """That a step does not reach the goal, and may be seen at all."""
        return [z3.Not(term) for term in (self.goal, *self.never)]

    @property
    def late(self) -> list[z3.BoolRef]:
        """That a step, besides, may be seen infinitely often."""
        return [*self.idle, *(z3.Not(term) for term in self.finitely)]


def eventuality(
    transitions: TransitionSystem, claim: Claim, assumptions: Sequence[Assumption]
) -> Eventuality:
    """The terms of a claim under some assumptions. Raises ModelError."""
    variables, values, tree = explore_claim(transitions, claim)

    def part(name: str) -> z3.BoolRef:
        vocabulary = transitions.vocabulary
        return z3.simplify(merge(tree, lambda s: lift(getattr(_leads(s), name), vocabulary)))

    def seen(rare: Rare) -> z3.BoolRef:
        return transitions.code.evaluate(
            f"claim {claim.id}", partial(rare.body, transitions.step, *values)
        )

    goal = part("goal")
    rare = [item for item in assumptions if isinstance(item, Rare)]
    fair = [
        _instance(transitions, item, variables) for item in assumptions if isinstance(item, Fair)
    ]
    return Eventuality(
        claim,
        variables,
        part("premise"),
        z3.BoolVal(False) if claim.on_step else goal,
        goal if claim.on_step else transitions.primed(goal),
        tuple(seen(item) for item in rare if item.often is Often.NEVER),
        tuple(seen(item) for item in rare if item.often is Often.FINITELY),
        tuple(fair),
        tuple(helper for instance in fair for helper in _helpers(transitions, instance, variables)),
    )


def _leads(said: Any) -> LeadsTo:
    if not isinstance(said, LeadsTo):
        raise TypeError(f"it returns {type(said).__name__}, not what leads_to(...) returns")
    return said


def _instance(transitions: TransitionSystem, fair: Fair, variables: Variables) -> Instance:
    """A fair action; what the assumption does not bind stands for anything."""
    command = transitions.command(fair.name)
    known = {name: term for name, _, term in variables}
    arguments, free, words = [], [], []
    for index, (name, _, parameter) in enumerate(command.parameters):
        if index < len(fair.bound):
            if fair.bound[index] not in known:
                raise ModelError(f"{fair}: the claim has no variable {fair.bound[index]}")
            arguments.append(known[fair.bound[index]])
            words.append(fair.bound[index])
        else:
            arguments.append(z3.Const(f"each:{name}", parameter.sort()))
            free.append(arguments[-1])
            words.append(f"each {name}")
    says = f"{fair.name}({', '.join(words)})"
    return Instance(fair, command, tuple(arguments), tuple(free), z3.BoolVal(True), says)


def _helpers(
    transitions: TransitionSystem, instance: Instance, variables: Variables
) -> Iterator[Instance]:
    """The instances that a claim has to do with: those that lead to one of its variables.

    One that is about two entities of any choice helps nobody.
    """
    if len(instance.free) > 1:
        return
    linked = False
    for term in instance.free:
        for way, place in places(transitions, term, (), transitions.keys):
            for name, _, variable in variables:
                if place.sort() == variable.sort():
                    says = f"{instance.says} of {name}" if way else f"{instance.fair.name}({name})"
                    yield replace(instance, link=place == variable, says=says)
                    linked = True
    if not linked:
        yield instance


# -- the rule -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phase:
    """A predicate of a state, and the instance that helps in it."""

    holds: z3.BoolRef
    helper: Instance
    text: str

    def __str__(self) -> str:
        measure = (
            "the set of those that are enabled shrinks" if self.helper.free else "it ends the phase"
        )
        return f"{self.text}: {self.helper.says}; {measure}"


@dataclass(frozen=True)
class Premise:
    """A premise of the rule, as what would violate it: in a state, or in a step.

    ``phase`` is the number of the phase that it is about, if it is about one. A step violates it
    only if it changes whether ``kept`` holds, where that is given.
    """

    name: str
    violation: z3.BoolRef
    on_step: bool
    phase: int | None = None
    kept: z3.BoolRef | None = None

    def concerns(self, command: Command) -> bool:
        """Whether a step of an action may violate it, as far as what it writes tells."""
        return self.kept is None or not self._functions.isdisjoint(map(str, command.updates))

    @cached_property
    def _functions(self) -> set[str]:
        return {part.decl().name() for part in subterms(self.kept) if z3.is_app(part)}


def premises(
    transitions: TransitionSystem, claim: Eventuality, phases: Sequence[Phase]
) -> Iterator[Premise]:
    """What has to hold for the phases, the first first, to prove a claim."""
    owed = z3.Or(*(phase.holds for phase in phases))
    yield Premise("the premise starts a phase", z3.And(claim.owed, z3.Not(owed)), False)
    after = [transitions.primed(phase.holds) for phase in phases]
    leaves = z3.And(owed, *claim.idle, z3.Not(z3.Or(*after)))
    yield Premise("a phase lasts until the next one, or the goal", leaves, True, None, owed)
    for index, phase in enumerate(phases):
        helper, name = phase.helper, f"phase {index + 1}"
        later = z3.Or(*after[index + 1 :])
        here = [phase.holds, *claim.late]
        stays = z3.Or(after[index], later)
        action = transitions.action == transitions.actions[helper.command.name]
        taken = z3.And(action, helper.taken)
        yield Premise(
            f"{name}: {helper.says} is enabled",
            z3.And(phase.holds, z3.Not(helper.possible)),
            False,
            index,
        )
        back = z3.And(*here, z3.Not(stays))
        yield Premise(f"{name}: no step goes back", back, True, index, phase.holds)
        if not helper.free:
            remains = z3.And(*here, taken, z3.Not(later))
            yield Premise(f"{name}: {helper.says} ends it", remains, True, index)
            continue
        then = transitions.primed(helper.enabled)
        lasting = [*here, after[index], then]
        grows = z3.And(*lasting, z3.Not(helper.enabled))
        yield Premise(
            f"{name}: the enabled instances never grow", grows, True, index, helper.enabled
        )
        remains = z3.And(*lasting, taken)
        yield Premise(f"{name}: {helper.says} is not enabled after it", remains, True, index)


def broken(
    induction: Induction,
    claim: Eventuality,
    asked: Sequence[Premise],
    clauses: Sequence[Clause],
) -> list[Premise]:
    """The premises that do not hold in every state and step from a state of the clauses.

    Raises Timeout where the solver gives up.
    """
    transitions = induction.transitions
    under = transitions.variant_constraints(claim.claim.variant)
    states = {k: z3.And(*under, p.violation) for k, p in enumerate(asked) if not p.on_step}
    admitted = dict(induction.state_violations(states, clauses))
    for command in transitions.commands:
        left = {
            k: z3.And(*under, p.violation)
            for k, p in enumerate(asked)
            if p.on_step and k not in admitted and p.concerns(command)
        }
        if left:
            admitted |= induction.step_violations(left, clauses, command)
    if None in admitted.values():
        raise Timeout("the solver gave up")
    return [asked[k] for k in sorted(admitted)]


# -- how phases are found -----------------------------------------------------------------------

Cell = tuple[bool, ...]
"""The truths of the atoms, in their order."""


@dataclass(frozen=True)
class _Edge:
    """Steps from one cell to another: whether some may be seen infinitely often, and of which of
    the helpers some of those are instances.
    """

    source: Cell
    target: Cell
    late: bool
    taken: frozenset[int]


class _Question:
    """A solver that knows what some names stand for; ``helpers`` are those that the last of them
    are about.
    """

    def __init__(
        self,
        seed: int,
        grounding: Grounding,
        names: Sequence[z3.BoolRef],
        helpers: Sequence[int] = (),
    ) -> None:
        self.solver = ground_solver(seed)
        grounding.assert_into(self.solver)
        self.names, self.helpers = names, helpers


def _either(cells: Iterable[Cell], names: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """That the truths of some names are those of one of some cells."""
    return z3.Or(
        *(
            z3.And(*(n if truth else z3.Not(n) for n, truth in zip(names, cell, strict=True)))
            for cell in sorted(cells)
        )
    )


class _Cells:
    """The cells that a claim can be owed in, and the steps between them."""

    def __init__(self, induction: Induction, claim: Eventuality, clauses: Sequence[Clause]) -> None:
        self.induction, self.claim, self.clauses = induction, claim, clauses
        self.transitions = induction.transitions
        self.under = self.transitions.variant_constraints(claim.claim.variant)
        self.atoms = list(self._atoms())
        self._written = {
            part.decl().name() for atom in self.atoms for part in subterms(atom) if z3.is_app(part)
        }
        self._asked: dict[str, _Question] = {}
        self.edges: set[_Edge] = set()
        self.cells = self._states(claim.owed)
        fresh = self.cells
        while fresh and len(self.cells) <= LARGEST:
            new = set()
            for command in self.transitions.commands:
                found = self._steps(command, fresh)
                self.edges |= found
                new |= {edge.target for edge in found}
            fresh = new - self.cells
            self.cells = self.cells | fresh

    def holds(self, cells: Iterable[Cell]) -> z3.BoolRef:
        """That a state is in one of some cells."""
        return _either(cells, self.atoms)

    def enabled(self, helper: Instance) -> set[Cell]:
        """The cells in which a helper is enabled for certain."""
        return self.cells - self._states(z3.Not(helper.possible))

    def _states(self, term: z3.BoolRef) -> set[Cell]:
        """The cells of the states in which a term holds."""
        grounding = self.induction.grounding(self.clauses)
        for said in (*self.under, term):
            grounding.add(said)
        names = [z3.FreshBool("said") for _ in self.atoms]
        for name, atom in zip(names, self.atoms, strict=True):
            grounding.add(name == atom)
        return set(self._models(_Question(self.induction.seed, grounding, names)))

    def _steps(self, command: Command, sources: Iterable[Cell]) -> set[_Edge]:
        helps = any(helper.command.name == command.name for helper in self.claim.helpers)
        if not helps and not self._written.intersection(map(str, command.updates)):
            return {_Edge(cell, cell, True, frozenset()) for cell in sources}
        if command.name not in self._asked:
            self._asked[command.name] = self._question(command)
        question, count = self._asked[command.name], len(self.atoms)
        return {
            _Edge(
                model[:count],
                model[count : 2 * count],
                model[2 * count],
                frozenset(
                    index
                    for index, truth in zip(question.helpers, model[2 * count + 1 :], strict=True)
                    if truth and model[2 * count]
                ),
            )
            for model in self._models(question, _either(sources, question.names[:count]))
        }

    def _question(self, command: Command) -> _Question:
        """Which steps an action has: the cells before and after, whether late, whose instance."""
        transitions, claim = self.transitions, self.claim
        grounding = self.induction.grounding(self.clauses)
        macros = transitions.update_macros(command)
        grounding.add(command.guard)

        def demand(term: z3.BoolRef) -> None:
            said = transitions.specialise(term, command)
            grounding.constraints.append(grounding.expand(said, macros))

        def named(term: z3.BoolRef) -> z3.BoolRef:
            # An equation, so that quantifiers are understood with either sign.
            name = z3.FreshBool("said")
            demand(name == term)
            return name

        for term in (*self.under, *claim.idle):
            demand(term)
        before = [named(atom) for atom in self.atoms]
        after = [named(transitions.primed(atom)) for atom in self.atoms]
        late = named(z3.And(*claim.late))
        single = {
            index: named(helper.taken)
            for index, helper in enumerate(claim.helpers)
            if helper.command.name == command.name and not helper.free
        }
        names = [*before, *after, late, *single.values()]
        return _Question(self.induction.seed, grounding, names, tuple(single))

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

    def text(self, cells: set[Cell]) -> str:
        """What tells some cells from the other ones, in the model's names."""
        cubes: list[dict[int, bool]] = []
        left = set(cells)
        while left:
            cube = dict(enumerate(max(left)))
            for k in list(cube):
                rest = {other: truth for other, truth in cube.items() if other != k}
                if self._within(rest) <= cells:
                    cube = rest
            cubes.append(cube)
            left -= self._within(cube)
        words = (" and ".join(self.said(k, truth) for k, truth in c.items()) for c in cubes)
        return ", or ".join(word or "at any time" for word in words)

    def _within(self, cube: dict[int, bool]) -> set[Cell]:
        return {cell for cell in self.cells if all(cell[k] == truth for k, truth in cube.items())}

    def said(self, index: int, truth: bool) -> str:
        """An atom or its negation in the model's names."""
        atom = self.atoms[index]
        for helper in self.claim.helpers:
            if helper.free and atom.eq(helper.possible):
                return f"{'some' if truth else 'no'} {helper.says} is enabled"
        names = {term.get_id(): name for name, _, term in self.claim.variables}
        return spell(atom if truth else z3.Not(atom), self.transitions, names)

    def _atoms(self) -> Iterator[z3.BoolRef]:
        """The terms about a state that the claim, and what its helpers do, are made of."""
        claim, transitions = self.claim, self.transitions
        known = [term for _, _, term in claim.variables]
        known += transitions.vocabulary.constants.values()
        terms = [claim.premise, claim.there]
        for helper in claim.helpers:
            reached = z3.simplify(helper.at(transitions.after(claim.goal, helper.command)))
            terms += [helper.possible, z3.BoolVal(True) if helper.free else reached]
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
    """Whether a term is about a state, and has no constants but the known ones."""
    for part in subterms(term):
        if z3.is_app(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            if part.decl().name().endswith("'"):
                return False
            if part.num_args() == 0 and not any(part.eq(other) for other in known):
                return False
    return True


def proof(
    induction: Induction, claim: Eventuality, clauses: Sequence[Clause]
) -> list[Phase] | None:
    """Phases, the first first, of which Z3 has checked every premise; None where none are found.

    Raises Timeout.
    """
    for careful in (False, True):
        phases = find(induction, claim, clauses, careful=careful)
        if phases is not None:
            asked = list(premises(induction.transitions, claim, phases))
            if not broken(induction, claim, asked, clauses):
                return phases
    return None


def find(
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
    cells = _Cells(induction, claim, clauses)
    if len(cells.cells) > LARGEST:
        return None
    enabled = [cells.enabled(helper) for helper in claim.helpers]
    left, settled = set(cells.cells), set[Cell]()
    phases: list[Phase] = []
    while left:
        for index, helper in enumerate(claim.helpers):
            chosen = _largest(cells.edges, left & enabled[index], settled, index)
            if not chosen:
                continue
            phase = Phase(cells.holds(chosen), helper, cells.text(chosen))
            if helper.free and careful:
                asked = premises(induction.transitions, claim, [phase, *phases])
                own = [premise for premise in asked if premise.phase == 0]
                if broken(induction, claim, own, clauses):
                    continue
            phases.insert(0, phase)
            left -= chosen
            settled |= chosen
            break
        else:
            return None
    return phases


def _largest(
    edges: Iterable[_Edge], cells: set[Cell], settled: set[Cell], helper: int
) -> set[Cell]:
    """The largest part of some cells that late steps leave only for settled ones, and that steps of
    a helper do leave.
    """
    late = [edge for edge in edges if edge.late]
    chosen = set(cells)
    while True:
        lost = {
            edge.source
            for edge in late
            if edge.source in chosen
            and edge.target not in settled
            and (edge.target not in chosen or helper in edge.taken)
        }
        if not lost:
            return chosen
        chosen -= lost

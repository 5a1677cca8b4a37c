"""Fair lassos: the shortest runs that go round for ever and never reach a claim's goal.

A lasso is a stem and a loop. It refutes a claim if the premise holds somewhere on it, the goal is
not reached from there on, and the loop is as the claim assumes: each fair action is taken in it, or
disabled somewhere in it (everywhere in it, if it is strongly fair), and no step is one that is seen
only finitely often. It is searched for like any run, for any number of entities: less steps, stem
and loop together, were unsatisfiable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import z3

from statecheck.claims.concrete_run import ConcreteRun, IntegerType
from statecheck.claims.fairness import Strength
from statecheck.clock import TimeLeft, unlimited
from statecheck.liveness.eventuality import ActionInstance, Eventuality
from statecheck.safety.canonical_run import canonical_run
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.solving import OutOfWork, true_in, work_done
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

WORK = 15_000_000
"""The work that a search may cost for each claim, in units of Z3: ten seconds of it or so."""


@dataclass
class Effort:
    """How far a search for lassos may go, in steps, and in work for each claim; and to how many
    steps it went.
    """

    limit: int
    work: int = WORK
    reached: int = field(default=0, init=False)

    def __str__(self) -> str:
        if self.reached < self.limit:
            return f"{self.reached} steps (to look for longer ones would cost too much)"
        return f"{self.limit} steps"


@dataclass(frozen=True)
class Lasso:
    """A run whose last state is that after ``stem`` steps, in the functions of ``keys``: the guards
    of all actions depend on no others, nor does the claim.
    """

    run: ConcreteRun
    stem: int
    keys: frozenset[Key]


class _Search:
    """One unrolling for the lassos of several claims."""

    def __init__(self, unrolling: Unrolling, claims: Sequence[Eventuality]) -> None:
        self.unrolling = unrolling
        self.goals: dict[tuple[int, bool], Target] = {}
        self.literals: dict[tuple[int, bool, int], z3.BoolRef] = {}
        for claim in claims:
            self._keep(claim, claim.pending, on_step=False)
            self._keep(claim, z3.And(*claim.non_goal), on_step=True)
            self._keep(claim, z3.And(*claim.recurring), on_step=True)
            for fair in claim.fair:
                if fair.free:
                    continue
                chosen = unrolling.transitions.action == self._action(fair)
                self._keep(claim, z3.And(chosen, fair.taken), on_step=True)
                self._keep(claim, z3.Not(fair.enabled), on_step=False)

    def _action(self, fair: ActionInstance) -> z3.ExprRef:
        return self.unrolling.transitions.actions[fair.command.name]

    def _keep(self, claim: Eventuality, term: z3.BoolRef, *, on_step: bool) -> None:
        key = term.get_id(), on_step
        self.goals[key] = Target("", term, on_step, claim.variables, claim.claim.variant)

    def note(self) -> None:
        """Name the literals of the last step and the last state."""
        depth = self.unrolling.depth
        for (key, on_step), goal in self.goals.items():
            if on_step and depth:
                self.literals[key, True, depth - 1] = self.unrolling.literal_for(goal)
            elif not on_step:
                self.literals[key, False, depth] = self.unrolling.literal_for(goal)

    def at(self, term: z3.BoolRef, index: int, *, on_step: bool) -> z3.BoolRef:
        """The literal of a term in a state, or in the step from it."""
        return self.literals[term.get_id(), on_step, index]

    def closes(self, stem: int) -> z3.BoolRef:
        """A literal: the last state is that after ``stem`` steps.

        Where a function is written at entities that its actions name, only these are compared.
        """
        unrolling = self.unrolling
        name = z3.FreshBool("closes")
        first, last = unrolling.state(stem), unrolling.state(unrolling.depth)

        def same(decl: z3.FuncDeclRef, entity: z3.ExprRef) -> z3.BoolRef:
            before = unrolling.expanded(decl(entity), first)
            return z3.Implies(name, before == unrolling.expanded(decl(entity), last))

        for decl, _ in last:
            named = self._named[decl.name()]
            if named is None:
                unrolling.grounding.forall(decl.domain(0).name(), partial(same, decl))
                continue
            entities = {
                entity.get_id(): entity
                for layer in unrolling.layers[stem:]
                for command, term in named
                for entity in [unrolling.named(layer, command, term)]
            }
            unrolling.constraints.extend(same(decl, entity) for entity in entities.values())
        return name

    @cached_property
    def _named(self) -> dict[str, list[tuple[Command, z3.ExprRef]] | None]:
        """For each function the entities at which actions write it, over their parameters; None
        where some action writes it at any number of entities.
        """
        transitions = self.unrolling.transitions
        entities: dict[str, list[tuple[Command, z3.ExprRef]] | None] = {}
        for key, decl in transitions.vocabulary.functions.items():
            named: list[tuple[Command, z3.ExprRef]] = []
            entities[decl.name()] = named
            for command in transitions.commands:
                if key not in command.updates:
                    continue
                update = command.updates[key]
                tests = [t for t in subterms(update.value) if _is_test(t, update.variable)]
                without = z3.substitute(update.value, *((t, z3.BoolVal(False)) for t in tests))
                if not z3.simplify(without).eq(decl(update.variable)):
                    entities[decl.name()] = None
                    break
                for test in tests:
                    left, right = test.children()
                    named.append((command, right if left.eq(update.variable) else left))
        return entities

    def disabled(self, claim: Eventuality) -> list[z3.BoolRef]:
        """The literals of a claim's fair actions being disabled, in any state."""
        return [
            self.at(z3.Not(fair.enabled), index, on_step=False)
            for fair in claim.fair
            if not fair.free
            for index in range(self.unrolling.depth)
        ]

    def refutes(self, claim: Eventuality, stem: int, closes: z3.BoolRef) -> z3.BoolRef:
        """A literal: the lasso with that stem refutes the claim."""
        unrolling = self.unrolling
        loop = range(stem, unrolling.depth)
        pending, non_goal = claim.pending, z3.And(*claim.non_goal)
        recurring = z3.And(*claim.recurring)
        starts = [
            z3.And(
                self.at(pending, start, on_step=False),
                *(
                    self.at(non_goal, index, on_step=True)
                    for index in range(min(start, stem), unrolling.depth)
                ),
            )
            for start in range(unrolling.depth)
        ]
        name = z3.FreshBool("refutes")
        parts = [
            closes,
            z3.Or(*starts),
            *(self.at(recurring, index, on_step=True) for index in loop),
        ]
        for fair in claim.fair:
            if not fair.free:
                parts.append(self._fair(claim, fair, loop))
                continue
            (sort,) = (term.sort().name() for term in fair.free)
            unrolling.grounding.forall(sort, partial(self._fair_to, name, fair, loop))
        unrolling.constraints.append(z3.Implies(name, z3.And(*parts)))
        return name

    def _fair(self, claim: Eventuality, fair: ActionInstance, loop: range) -> z3.BoolRef:
        chosen = self.unrolling.transitions.action == self._action(fair)
        taken = [self.at(z3.And(chosen, fair.taken), index, on_step=True) for index in loop]
        disabled = [self.at(z3.Not(fair.enabled), index, on_step=False) for index in loop]
        return _fairly(fair, taken, disabled)

    def _fair_to(
        self, name: z3.BoolRef, fair: ActionInstance, loop: range, entity: z3.ExprRef
    ) -> z3.BoolRef:
        (free,) = fair.free
        unrolling = self.unrolling
        taken, disabled = [], []
        guard = z3.substitute(z3.Not(fair.enabled), (free, entity))
        arguments = [z3.substitute(term, (free, entity)) for term in fair.arguments]
        for index in loop:
            layer = unrolling.layers[index]
            given = zip(layer.arguments[fair.command.name], arguments, strict=True)
            chosen = layer.action == self._action(fair)
            taken.append(z3.And(chosen, *(own == other for own, other in given)))
            disabled.append(unrolling.expanded(guard, unrolling.state(index)))
        return z3.Implies(name, _fairly(fair, taken, disabled))


def _fairly(
    fair: ActionInstance, taken: Sequence[z3.BoolRef], disabled: Sequence[z3.BoolRef]
) -> z3.BoolRef:
    if fair.fair.strength is Strength.STRONG:
        return z3.Or(*taken, z3.And(*disabled))
    return z3.Or(*taken, *disabled)


def unsearched(claim: Eventuality) -> str | None:
    """Why no lasso that refutes a claim is looked for; None where it is."""
    for fair in claim.fair:
        if len(fair.free) > 1:
            return (
                f"{fair.fair}: it is about any choice of {len(fair.free)} arguments; name the "
                "claim's variables that it is to be fair to"
            )
    return None


def lassos(
    transitions: TransitionSystem,
    claims: Iterable[Eventuality],
    effort: Effort,
    *,
    seed: int = 0,
    time_left: TimeLeft = unlimited,
    numbers: Mapping[type, IntegerType] | None = None,
    canonical: bool = True,
) -> Iterator[tuple[Eventuality, Lasso]]:
    """The shortest lassos that refute claims, as far as an effort goes, each as it is found; none
    of claims that are `unsearched`.

    Of the lassos of one length a ``canonical`` one has the shortest stem, and is the canonical run
    then; otherwise it is the one that the solver came upon. Raises Timeout.
    """
    left = [claim for claim in claims if unsearched(claim) is None]
    unrolling = Unrolling(transitions, seed=seed, time_left=time_left, numbers=numbers)
    search = _Search(unrolling, left)
    search.note()
    keys = frozenset(transitions.relevance.of([goal.term for goal in search.goals.values()]))
    end = work_done() + effort.work * len(left)
    while left and unrolling.depth < effort.limit:
        unrolling.extend(search.goals.values())
        search.note()
        closes = [search.closes(stem) for stem in range(unrolling.depth)]
        asked = {
            claim: [search.refutes(claim, stem, name) for stem, name in enumerate(closes)]
            for claim in left
        }
        while asked:
            any_of = z3.Or(*(name for names in asked.values() for name in names))
            try:
                model = unrolling.check(any_of, work=end - work_done())
            except OutOfWork:
                return
            if model is None:
                break
            for claim, names in list(asked.items()):
                if not any(true_in(model, name) for name in names):
                    continue
                del asked[claim]
                left.remove(claim)
                required_entities = tuple(search.disabled(claim))
                variant = claim.claim.variant
                goal = Target(
                    "", z3.BoolVal(True), False, claim.variables, variant, required_entities
                )
                if canonical:
                    stem, best = _shortest_stem(unrolling, names, model)
                    run = canonical_run(unrolling, goal, names[stem], best)
                    yield claim, Lasso(run, stem, keys)
                else:
                    stem = _stem(names, model)
                    yield claim, Lasso(decoded_run(unrolling, model, goal), stem, keys)
        effort.reached = unrolling.depth


def _stem(names: Sequence[z3.BoolRef], model: z3.ModelRef) -> int:
    """The shortest stem of the lassos in a model; ``names`` has a literal for each stem."""
    return min(k for k, name in enumerate(names) if true_in(model, name))


def _shortest_stem(
    unrolling: Unrolling, names: Sequence[z3.BoolRef], model: z3.ModelRef
) -> tuple[int, z3.ModelRef]:
    """The shortest stem of all lassos of the present length, and a model."""
    better: z3.ModelRef | None = model
    while better is not None:
        model, stem = better, _stem(names, better)
        better = unrolling.check(z3.Or(*names[:stem])) if stem else None
    return stem, model


def _is_test(term: z3.ExprRef, variable: z3.ExprRef) -> bool:
    """True of an equation with ``variable`` on one side alone."""
    if not z3.is_eq(term) or not any(side.eq(variable) for side in term.children()):
        return False
    return not all(part.eq(variable) for part in term.children())

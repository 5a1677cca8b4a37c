"""Inductive invariants are found, not typed in: Houdini over clauses that no sampled run violates.

Candidates are the disjunctions of up to three literals (atoms or their negations) about one entity
and those that it leads to. Runs of the extracted commands rule out most of them in no time; of the
rest only the subset-minimal ones are kept. Z3 then looks for a state that satisfies all candidates
and a step after which one is violated, and drops whatever is violated, until there is none: what
remains is inductive, for any number of entities. (Flanagan and Leino, Houdini, FME 2001.)

Sampling decides nothing: a candidate that it fails to rule out is ruled out by Z3.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import z3

from statecheck.clock import TimeLeft
from statecheck.modeling import NO_VARIANT, Variant
from statecheck.safety.atoms import Atom, atoms
from statecheck.safety.induction import Clause, Induction
from statecheck.smt.c_interface import disjunction
from statecheck.smt.evaluation import compiled
from statecheck.smt.solving import ground_solver, is_satisfiable
from statecheck.symbolic.commands import Command
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

WALKS, STEPS = 2000, 25
_SIZES = (3, 2, 2)

Literals = tuple[tuple[int, bool], ...]
"""A clause as (index of the atom, wanted truth) pairs."""


def survivors(columns: Sequence[int], full: int) -> list[Literals]:
    """The subset-minimal clauses of up to three literals that hold in every sample.

    ``columns[i]`` has bit k where atom i is true in sample k; ``full`` has every bit.
    """
    literals = [(i, truth) for i in range(len(columns)) for truth in (True, False)]
    bits = [columns[i] if truth else full & ~columns[i] for i, truth in literals]
    count = len(literals)
    found: list[Literals] = [(literals[i],) for i in range(count) if bits[i] == full]
    alone = {i for i in range(count) if bits[i] == full}
    live = [i for i in range(count) if i not in alone and bits[i] != 0]
    pairs = {
        (i, j)
        for i, j in itertools.combinations(live, 2)
        if bits[i] | bits[j] == full and literals[i][0] != literals[j][0]
    }
    found += [(literals[i], literals[j]) for i, j in sorted(pairs)]
    for position, i in enumerate(live):
        for offset, j in enumerate(live[position + 1 :], position + 2):
            if literals[i][0] == literals[j][0] or (i, j) in pairs:
                continue
            missing = full & ~(bits[i] | bits[j])
            for k in live[offset:]:
                if (
                    missing & ~bits[k] == 0
                    and literals[k][0] not in (literals[i][0], literals[j][0])
                    and (i, k) not in pairs
                    and (j, k) not in pairs
                ):
                    found.append((literals[i], literals[j], literals[k]))
    return found


@dataclass
class _Candidates:
    """The candidates about one kind of entity; the first ``general`` hold under any variant."""

    sort: str
    variant: Variant
    atoms: list[Atom]
    clauses: list[Literals]
    general: int = 0

    def name(self, index: int) -> None:
        """Make a Boolean for each candidate: that it is assumed, and that it is violated.

        ``assumed`` says of ``variable`` what those that are assumed say; ``broken`` says that those
        that are violated are false under the truths ``after``.
        """
        numbers = range(len(self.clauses))
        self.alive = set(numbers)
        self.assume = [z3.Bool(f"alive!{index}!{k}") for k in numbers]
        self.alive_not = [z3.Not(name) for name in self.assume]
        self.violated = [z3.Bool(f"violated!{index}!{k}") for k in numbers]
        self.violated_not = [z3.Not(name) for name in self.violated]
        terms = {True: [a.term for a in self.atoms], False: [z3.Not(a.term) for a in self.atoms]}
        self.variable = self.atoms[0].variable
        self.after = [z3.Bool(f"after!{index}!{i}") for i in range(len(self.atoms))]
        wrong = {True: [z3.Not(name) for name in self.after], False: self.after}
        self.broken = z3.And(
            *(
                disjunction([self.violated_not[k], wrong[truth][i]])
                for k, literals in enumerate(self.clauses)
                for i, truth in literals
            )
        )
        self.assumed = z3.And(
            *(
                disjunction([self.alive_not[k], *(terms[truth][i] for i, truth in literals)])
                for k, literals in enumerate(self.clauses)
            )
        )

    def violations(self, values: Sequence[bool]) -> list[int]:
        """The candidates that are left and false under these truths of the atoms."""
        return [
            k for k in sorted(self.alive) if all(values[i] != truth for i, truth in self.clauses[k])
        ]

    def clause(self, literals: Literals) -> Clause:
        """A candidate as a clause."""
        chosen = [(self.atoms[i], truth) for i, truth in literals]
        terms = [atom.term if truth else z3.Not(atom.term) for atom, truth in chosen]
        is_general = literals in self.clauses[: self.general]
        return Clause(
            self.sort,
            NO_VARIANT if is_general else self.variant,
            tuple(atom.said(truth) for atom, truth in chosen),
            chosen[0][0].variable,
            z3.Or(*terms) if len(terms) > 1 else terms[0],
        )

    def belongs_elsewhere(self, literals: Literals) -> bool:
        """Whether a clause is really one about an entity that this one leads to."""
        hops = {self.atoms[i].place[:1] for i, _ in literals}
        return len(hops) == 1 and hops != {()}


Columns = dict[str, tuple[list[int], int]]
"""For each sort: bit k of an atom's number says whether it is true in sample k; and every bit."""


def sample(
    transitions: TransitionSystem,
    vocabulary: dict[str, list[Atom]],
    variants: Iterable[Variant],
    seed: int,
    time_left: TimeLeft,
) -> dict[Variant, Columns]:
    """For each variant the truths of the atoms in the distinct samples of random runs under it.

    Raises Timeout.
    """
    simulator = Simulator(transitions)
    pick = random.Random(seed)
    sizes = {
        entity.name: size
        for entity, size in zip(transitions.info.entities, itertools.cycle(_SIZES), strict=False)
    }
    tests = {
        sort: (f"x:{sort}", compiled(*(atom.term for atom in items)))
        for sort, items in vocabulary.items()
        if items
    }
    fixed = {
        variant: {
            transitions.vocabulary.constants[name].decl().name(): value
            for name, value in variant.constants
        }
        for variant in variants
    }
    seen: dict[Variant, dict[str, dict[tuple[bool, ...], None]]] = {
        variant: {sort: {} for sort in tests} for variant in fixed
    }
    for _ in range(WALKS):
        time_left()
        for state in simulator.walk(sizes, STEPS, pick):
            constants = dict(state.constants)
            under = [seen[r] for r, values in fixed.items() if values.items() <= constants.items()]
            for sort, (variable, test) in tests.items():
                for index in range(sizes[sort]):
                    constants[variable] = index
                    vector = test(state.functions, constants, sizes)
                    for vectors in under:
                        vectors[sort][vector] = None
    return {
        variant: {sort: _columns(vectors) for sort, vectors in found.items()}
        for variant, found in seen.items()
    }


def _columns(vectors: Iterable[tuple[bool, ...]]) -> tuple[list[int], int]:
    count = 0
    columns: list[int] = []
    for vector in vectors:
        columns = columns or [0] * len(vector)
        for i, truth in enumerate(vector):
            if truth:
                columns[i] |= 1 << count
        count += 1
    return columns, (1 << count) - 1


class _Step:
    """One command's solver: the candidates before the step, guarded, and the atoms after it."""

    def __init__(self, houdini: Houdini, command: Command) -> None:
        houdini.induction.time_left()
        transitions = houdini.induction.transitions
        self.houdini = houdini
        self.command = command
        self.grounding = houdini.induction.grounding(())
        self.solver = ground_solver(houdini.induction.seed)
        # Guess that candidates are violated: a model then rules out many of them at once.
        self.solver.set("phase_selection", 1)
        self.solver.add(*transitions.variant_constraints(houdini.variant))
        self.asserted = 0
        self.done: set[int] = set()
        self.grounding.add(command.guard)
        for pool in houdini.pools:
            x = z3.Const(f"any:{pool.sort}", pool.variable.sort())
            self.grounding.entity(x)
            for name, atom in zip(pool.after, pool.atoms, strict=True):
                term = z3.substitute(atom.term, (atom.variable, x))
                term = self.grounding.ground(transitions.after(transitions.primed(term), command))
                self.solver.add(name == term)
            self.solver.add(pool.broken)
        self.flush()

    def flush(self) -> None:
        """Assert what the grounding has gained, and the candidates at its new terms."""
        pools = {pool.sort: pool for pool in self.houdini.pools}
        for sort, terms in self.grounding.terms.items():
            for key, term in terms.items():
                if sort in pools and key not in self.done:
                    self.done.add(key)
                    pool = pools[sort]
                    self.solver.add(z3.substitute(pool.assumed, (pool.variable, term)))
        self.asserted = self.grounding.assert_into(self.solver, self.asserted)

    def check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        """Whether a model exists. Raises Timeout."""
        return is_satisfiable(self.solver, assumptions, self.houdini.induction.time_left)

    def excluded(self, terms: Mapping[int, z3.BoolRef], candidates: Iterable[str]) -> set[int]:
        """The terms that no step from a state of all these candidates makes true."""
        left = dict(terms)
        self.flush()
        self.solver.push()
        try:
            self.solver.add(*map(z3.Bool, candidates))
            while left:
                self.solver.add(disjunction(list(left.values())))
                if not self.check(()):
                    break
                model = self.solver.model()
                for key, term in list(left.items()):
                    if z3.is_true(model.eval(term, model_completion=True)):
                        del left[key]
            return set(left)
        finally:
            self.solver.pop()

    def enough(
        self, terms: Sequence[z3.BoolRef], chosen: set[str], candidates: Iterable[str]
    ) -> set[str]:
        """Candidates, few of them not chosen yet, that together exclude terms which all exclude."""
        more: set[str] = set()
        everything = sorted(set(candidates) - chosen)
        self.flush()
        self.solver.push()
        try:
            self.solver.add(disjunction(list(terms)), *map(z3.Bool, sorted(chosen)))
            while self.check([z3.Bool(name) for name in sorted(more)]):
                model = self.solver.model()
                true = (t for t in terms if z3.is_true(model.eval(t, model_completion=True)))
                more |= self._core(next(true), more, everything)
            return more
        finally:
            self.solver.pop()

    def _core(self, term: z3.BoolRef, old: Iterable[str], candidates: Sequence[str]) -> set[str]:
        """Few candidates that exclude a term together with old ones."""
        self.solver.push()
        try:
            self.solver.add(term, *map(z3.Bool, sorted(old)))
            possible = self.check([z3.Bool(name) for name in candidates])
            assert not possible, "the candidates exclude it"
            core = self._names()
            for name in list(core):
                rest = [other for other in core if other != name]
                if name in core and not self.check([z3.Bool(other) for other in rest]):
                    core = self._names()
            return set(core)
        finally:
            self.solver.pop()

    def _names(self) -> list[str]:
        return sorted(literal.decl().name() for literal in self.solver.unsat_core())


class Houdini:
    """One run of the algorithm for one variant."""

    def __init__(
        self, induction: Induction, pools: Sequence[_Candidates], variant: Variant
    ) -> None:
        self.induction = induction
        self.pools = pools
        self.variant = variant
        for index, pool in enumerate(pools):
            pool.name(index)
        self.steps = [_Step(self, command) for command in induction.transitions.commands]

    def run(self) -> None:
        """Reduce the candidates to the largest inductive set of them. Raises Timeout."""
        self._initially()
        changed = True
        while changed:
            changed = False
            for step in self.steps:
                changed |= self._kept(step)

    def _initially(self) -> None:
        transitions = self.induction.transitions
        for pool in self.pools:
            x = z3.Const("any", pool.variable.sort())
            instance = ground_solver(self.induction.seed)
            instance.add(*transitions.variant_constraints(self.variant))
            for name, atom in zip(pool.after, pool.atoms, strict=True):
                term = z3.substitute(atom.term, (atom.variable, x))
                instance.add(name == transitions.in_initial_state(term))
            instance.add(pool.broken)
            instance.add(disjunction(pool.violated))
            while is_satisfiable(instance, time_left=self.induction.time_left):
                model = instance.model()
                values = [z3.is_true(model.eval(n, model_completion=True)) for n in pool.after]
                for k in pool.violations(values):
                    pool.alive.discard(k)
                    instance.add(pool.violated_not[k])

    def _kept(self, step: _Step) -> bool:
        """Drop what a step from a state that satisfies all candidates violates."""
        changed = False
        step.solver.push()
        try:
            # What a state that satisfies more than it must violates, one that satisfies less does.
            step.solver.add(*self.alive())
            step.solver.add(
                disjunction(
                    [
                        pool.violated[k]
                        for pool in self.pools
                        for k in sorted(pool.alive)
                        if k >= pool.general
                    ]
                )
            )
            while step.check(()):
                changed = True
                model = step.solver.model()
                for pool in self.pools:
                    values = [z3.is_true(model.eval(n, model_completion=True)) for n in pool.after]
                    lost = pool.violations(values)
                    pool.alive.difference_update(lost)
                    step.solver.add(*(pool.violated_not[k] for k in lost))
            return changed
        finally:
            step.solver.pop()

    def alive(self) -> list[z3.BoolRef]:
        """The candidates that are left, as assumptions."""
        return [pool.assume[k] for pool in self.pools for k in sorted(pool.alive)]

    def clauses(self) -> list[Clause]:
        """The candidates that are left."""
        return [pool.clause(pool.clauses[k]) for pool in self.pools for k in sorted(pool.alive)]

    def needed(self, goals: Iterable[ProofGoal]) -> list[Clause]:
        """An inductive subset of the candidates that excludes every goal that can be excluded."""
        said = [
            {index: step.grounding.ground(goal(step.command)) for index, goal in enumerate(goals)}
            for step in self.steps
        ]
        everything = {
            pool.assume[k].decl().name(): (pool, k) for pool in self.pools for k in pool.alive
        }
        excluded = set(said[0])
        for step, terms in zip(self.steps, said, strict=True):
            left = {index: terms[index] for index in sorted(excluded)}
            excluded = step.excluded(left, everything)
        chosen: set[str] = set()
        for step, terms in zip(self.steps, said, strict=True):
            chosen |= step.enough([terms[index] for index in sorted(excluded)], chosen, everything)
        settled: set[str] = set()
        named: list[tuple[_Candidates, int]] = []
        while settled != chosen:
            settled = set(chosen)
            for step in self.steps:
                named = [everything[name] for name in sorted(chosen)]
                broken = [pool.violated[k] for pool, k in named]
                chosen |= step.enough(broken, chosen, everything)
        return [pool.clause(pool.clauses[k]) for pool, k in named]


ProofGoal = Callable[[Command], z3.BoolRef]
"""What is to be excluded of a step of a command from a state of the invariant, as a ground term."""


Argument = Callable[[Sequence[Clause]], Sequence[ProofGoal] | None]
"""What more is to be excluded, given clauses that hold; None where they do not suffice to tell."""


def infer(
    induction: Induction,
    extra: Iterable[z3.ExprRef],
    goals: Mapping[Variant, Sequence[ProofGoal]],
    arguments: Mapping[Variant, Sequence[Argument]],
    *,
    log: Callable[[str], None] = lambda _: None,
) -> list[Clause]:
    """Find inductive clauses that exclude the goals: first those under any variant, which serve
    all, then those under each variant on top. Arguments that need more clauses get them.

    Raises Timeout.
    """
    transitions = induction.transitions
    vocabulary = atoms(transitions, extra)
    general: dict[str, list[Literals]] = {}
    found: dict[tuple[str, tuple[str, ...]], Clause] = {}
    samples = sample(transitions, vocabulary, goals, induction.seed, induction.time_left)
    for variant in sorted(goals, key=lambda variant: variant.name):
        columns = samples[variant]
        pools = []
        for sort, items in vocabulary.items():
            if not items:
                continue
            pool = _Candidates(sort, variant, items, [])
            known = general.get(sort, [])
            fresh = [
                c
                for c in survivors(*columns[sort])
                if not pool.belongs_elsewhere(c) and c not in set(known)
            ]
            pool.clauses = [*known, *fresh]
            pool.general = len(known)
            pools.append(pool)
        houdini = Houdini(induction, pools, variant)
        asked = len(houdini.alive())
        houdini.run()
        wanted = list(goals[variant])
        clauses = houdini.needed(wanted)
        for argument in arguments.get(variant, ()):
            if argument(clauses) is None:
                wanted += argument(houdini.clauses()) or ()
                clauses = houdini.needed(wanted)
        log(
            f"{variant.name or 'any reading'}: {asked} candidates, "
            f"{len(houdini.alive())} inductive, {len(clauses)} needed"
        )
        if variant == NO_VARIANT:
            general = {pool.sort: [pool.clauses[k] for k in sorted(pool.alive)] for pool in pools}
        for clause in clauses:
            found[clause.sort, clause.literals] = clause
    return irredundant(induction, list(found.values()))


def irredundant(induction: Induction, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses without those that follow from the others."""
    kept = list(clauses)
    for clause in clauses:
        others = [other for other in kept if other is not clause]
        if not induction.state_violations({clause: induction.violation(clause)}, others):
            kept = others
    return kept

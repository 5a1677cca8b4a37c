"""Inductive lemmas by formulas with quantifiers, which the solver instantiates as it needs them.

That is faster than to write all instances down, and decides more: where quantifiers are nested
nothing is left out. A solver may give up, though.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.joint.lemmas import Lemma
from statecheck.smt.existence import exists
from statecheck.smt.grounding import entity_functions
from statecheck.smt.solving import check_sat
from statecheck.smt.terms import has_quantifier, is_entity
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem

QUICK, PATIENCE = 300_000, 1_500_000
"""What a question may cost before it is given up, with patterns and without; in units of Z3, of
which there are one or two million a second.
"""

LONGEST = 10.0
"""Seconds after which a question is given up, whatever it has cost."""


class GaveUp(Exception):  # noqa: N818  (it is no error: others are asked)
    """The solver cannot tell whether formulas with quantifiers have a model."""


class Frame:
    """A solver for the steps of a command from states of the clauses, or for the initial states.

    With ``patterns`` the solver also instantiates formulas at whatever looks like their terms. That
    is fast, and may never end; so nothing is asked in a scope of its own, for a solver that opens
    one cannot be interrupted. One that is asked ``again`` makes other choices.
    """

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        command: Command | None,
        *,
        patterns: bool,
        again: int = 0,
    ) -> None:
        transitions = induction.transitions
        self.transitions, self.command = transitions, command
        self.time_left = induction.time_left
        self.solver = solver = z3.SimpleSolver()
        solver.set("auto_config", False)
        solver.set("mbqi", True)
        solver.set("ematching", patterns)
        solver.set("random_seed", induction.seed + again)
        solver.set("rlimit", QUICK if patterns else PATIENCE)
        self.add(*constraints(induction, clauses, variant, command))

    def add(self, *formulas: z3.BoolRef) -> None:
        """Demand formulas."""
        self.solver.add(*formulas)

    def later(self, term: z3.BoolRef) -> z3.BoolRef:
        """A term about a state for the state after the step, or for the initial ones."""
        return later(self.transitions, term, self.command)

    def has_model(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        """Tell whether what is demanded has a model. Raises GaveUp, and Timeout.

        A solver that gives up is often lost in what it was asked before, and starts afresh.
        """
        answer = check_sat(self.solver, assumptions, self._seconds)
        if answer == z3.unknown:
            demanded = self.solver.assertions()
            self.solver.reset()
            self.solver.add(demanded)
            answer = check_sat(self.solver, assumptions, self._seconds)
        if answer == z3.unknown:
            raise GaveUp
        return bool(answer == z3.sat)

    def _seconds(self) -> float:
        left = self.time_left()
        return LONGEST if left is None else min(LONGEST, left)


def constraints(
    induction: Induction, clauses: Sequence[Clause], variant: Variant, command: Command | None
) -> Iterator[z3.BoolRef]:
    """The constraints on the steps of a command from states of the clauses; on any state if there
    is no command: `later` speaks of initial ones.
    """
    transitions = induction.transitions
    vocabulary = transitions.vocabulary
    yield from (*transitions.ranges, *transitions.fixed_constants(variant))
    for function in entity_functions(
        [*vocabulary.references.values(), *vocabulary.functions.values()]
    ):
        x = z3.Const("some", function.domain(0))
        yield every([x], exists(function(x)))
    for axiom in transitions.axioms:
        yield every(axiom.variables, axiom.term)
    if command is not None:
        yield from clauses_assumed(induction, clauses)
        for fact in induction.facts:
            yield every(fact.variables, fact.at(fact.variables))
        yield from (exists(own) for _, _, own in command.parameters if is_entity(own))
        yield command.guard


def follows(
    induction: Induction, claim: Lemma, clauses: Sequence[Clause], variant: Variant
) -> bool:
    """Tell whether a formula is shown to hold in each state of the clauses. Raises Timeout."""
    frame = Frame(induction, (), variant, None, patterns=True)
    frame.add(*clauses_assumed(induction, clauses))
    frame.add(*map(exists, claim.variables), z3.Not(claim.term))
    with suppress(GaveUp):
        return not frame.has_model([])
    return False


def clauses_assumed(induction: Induction, clauses: Sequence[Clause]) -> Iterator[z3.BoolRef]:
    """Clauses, each of all entities."""
    for clause in clauses:
        x = z3.Const("some", clause.variable.sort())
        fixed = induction.transitions.fixed_constants(clause.variant)
        yield every([x], z3.Implies(z3.And(*fixed), clause.at(x)))


def every(variables: Sequence[z3.ExprRef], term: z3.BoolRef) -> z3.BoolRef:
    """The formula that a term is true of all entities that exist, in place of variables."""
    if not variables:
        return term
    bound = [z3.Const(f"every {n}", v.sort()) for n, v in enumerate(variables)]
    body = z3.substitute(term, *zip(variables, bound, strict=True))
    formula: z3.BoolRef = z3.ForAll(bound, z3.Implies(z3.And(*map(exists, bound)), body))
    return formula


def later(transitions: TransitionSystem, term: z3.BoolRef, command: Command | None) -> z3.BoolRef:
    """A term about a state for the state after a step of a command, or for the initial ones."""
    if command is None:
        initially: z3.BoolRef = transitions.in_initial_state(term)
        return initially
    after: z3.BoolRef = transitions.after(transitions.primed(term), command)
    return after


def inductive(
    induction: Induction, lemmas: Sequence[Lemma], clauses: Sequence[Clause], variant: Variant
) -> list[Lemma]:
    """The largest set of lemmas that hold initially and that every step keeps, together with
    clauses that are an invariant.

    Raises GaveUp, and Timeout; where axioms have quantifiers, so that their instances are too many
    to be written down, a lemma that the solver gives up on is left out.
    """
    patient = any(has_quantifier(axiom.term) for axiom in induction.transitions.axioms)
    commands = (None, *induction.transitions.commands)

    def kept(*, patterns: bool) -> list[Lemma]:
        frames = [Frame(induction, clauses, variant, c, patterns=patterns) for c in commands]
        return _kept(frames, lemmas, patient=patient and not patterns)

    with suppress(GaveUp):
        return kept(patterns=True)
    return kept(patterns=False)


def _kept(frames: Sequence[Frame], lemmas: Sequence[Lemma], *, patient: bool) -> list[Lemma]:
    assumed = _assumed(frames, lemmas)
    left = list(lemmas)
    settled: int | None = None
    while settled != len(left):
        settled = len(left)
        for frame in frames:
            for lemma in list(left):
                try:
                    lost = _is_lost(frame, lemma, [assumed[other] for other in left])
                except GaveUp:
                    if not patient:
                        raise
                    lost = True
                if lost:
                    left.remove(lemma)
    return left


def not_kept(
    induction: Induction, lemmas: Sequence[Lemma], clauses: Sequence[Clause], variant: Variant
) -> list[Lemma]:
    """The lemmas that are not shown to hold initially and after each step from a state in which all
    of them hold, beside clauses that are an invariant. Raises Timeout.
    """
    left = list(lemmas)
    lost = []
    for command in (None, *induction.transitions.commands):
        frames = [
            Frame(induction, clauses, variant, command, patterns=patterns)
            for patterns in (False, True)
        ]
        assumed = [*_assumed(frames, lemmas).values()]
        for lemma in list(left):
            for frame in frames:
                with suppress(GaveUp):
                    if not _is_lost(frame, lemma, assumed):
                        break
            else:
                left.remove(lemma)
                lost.append(lemma)
    return lost


def _assumed(frames: Sequence[Frame], lemmas: Sequence[Lemma]) -> dict[Lemma, z3.BoolRef]:
    """For each lemma the Boolean by which it holds of all entities before the steps."""
    assumed = {lemma: z3.FreshBool("assumed") for lemma in lemmas}
    for frame in frames:
        if frame.command is not None:
            for lemma, name in assumed.items():
                frame.add(z3.Implies(name, every(lemma.variables, lemma.term)))
    return assumed


def _is_lost(frame: Frame, lemma: Lemma, assumed: Sequence[z3.BoolRef]) -> bool:
    """Tell whether some step violates a lemma. Raises GaveUp, and Timeout."""
    asked = z3.FreshBool("asked")
    broken = z3.And(*map(exists, lemma.variables), z3.Not(frame.later(lemma.term)))
    frame.add(z3.Implies(asked, broken))
    return frame.has_model([asked, *assumed])

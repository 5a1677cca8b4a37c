"""Claims as properties: the terms of what their bodies say."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.claims.claim import Claim, Kind, conclusion_claim
from statecheck.modeling import Inapplicable, ModelError
from statecheck.smt.failures import checked
from statecheck.smt.roles import is_somebody, variable_name
from statecheck.smt.substitution import Macros
from statecheck.smt.terms import entity_constants, is_entity
from statecheck.symbolic.decision_tree import Leaf, Node, merge
from statecheck.symbolic.numbers.tally import counting, may_count
from statecheck.symbolic.paths import function_of
from statecheck.symbolic.surroundings.lint import check_identity, reachable
from statecheck.symbolic.surroundings.memory import Memory
from statecheck.symbolic.transition_system import TransitionSystem

INAPPLICABLE = object()
"""Stands for what the body of a claim returns where its antecedent does not hold."""


class Uncounted(ModelError):  # noqa: N818  (says what the claim asks)
    """A claim asks for a number of entities that no proof can be about."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no proof can be about the number that it asks for{why}")


@dataclass(frozen=True)
class Property:
    """A claim as terms.

    ``variables`` are its constants; ``antecedent`` and ``holds`` are over the functions before the
    step and, primed, after it, over the action and its parameters. ``holds`` is true where the
    antecedent is not. It ``says_nothing`` where it is true of any state of any such system: the
    claim's own words make it so, none of the system's code. Where it ``concludes``, ``holds`` is
    its conclusion, whether or not the antecedent is true.
    """

    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    antecedent: z3.BoolRef
    holds: z3.BoolRef
    says_nothing: bool = False
    concludes: bool = False

    @property
    def unmet(self) -> z3.BoolRef:
        """True where the claim applies and does not hold."""
        unmet = z3.Not(self.holds)
        return unmet if z3.is_true(self.antecedent) else z3.And(self.antecedent, unmet)


def explore_claim(
    transitions: TransitionSystem, claim: Claim
) -> tuple[tuple[tuple[str, Any, z3.ExprRef], ...], list[Any], Node | Leaf]:
    """A claim's variables, as constants and as what its body gets, and what the body returns;
    INAPPLICABLE where the claim does not apply.
    """
    functions = check_identity(claim.body)
    memory = Memory(functions)
    # Claims share their variables, first lift with first lift, so that a search for
    # many of them at once has few terms to deal with.
    counts: dict[str, int] = {}
    values = []
    for _, type_ in claim.variables:
        kind = type_.__name__
        counts[kind] = counts.get(kind, 0) + 1
        values.append(transitions.world.parameter(variable_name(kind, counts[kind]), type_))
    first = transitions.step if claim.on_step else transitions.world.system

    def run() -> Any:
        try:
            return claim.body(first, *values)
        except Inapplicable:
            return INAPPLICABLE

    variables = tuple(
        (name, type_, value.term)
        for (name, type_), value in zip(claim.variables, values, strict=True)
    )
    transitions.world.numbers.around = [term for _, _, term in variables if is_entity(term)]
    with counting(transitions.explorer) if may_count(functions) else nullcontext():
        tree = transitions.code.explore(f"claim {claim.id}", run)
    memory.check()
    return variables, values, tree


def may_ask_numbers(claim: Claim) -> bool:
    """Tell whether a claim may ask how many entities there are such that."""
    return may_count(reachable(claim.body))


def claim_property(
    transitions: TransitionSystem, claim: Claim, *, collecting: bool = False
) -> Property:
    """The terms of a claim; of one that asks for numbers of entities that have no function yet only
    while these are collected.

    What is recoverable is to be reached from where the claim applies, and holds whether or not it
    applies there; where that has no terms, it is to apply there, too.
    """
    own = claim.body.__code__
    with transitions.world.asked_by() as askers, transitions.next_world.asked_by() as later:
        variables, _, tree = explore_claim(transitions, claim)
    is_own = {function_of(own)} >= {(o.file, o.function) for o in (*askers, *later)}
    what = f"claim {claim.id}"
    # Where its premise is false a universal claim counts as true, any other as not reached.
    elsewhere = z3.BoolVal(claim.kind is Kind.ALWAYS)

    def holds(value: Any) -> z3.ExprRef:
        if value is INAPPLICABLE:
            return elsewhere
        return transitions.code.lift(what, z3.BoolSort(), value)

    antecedent = z3.simplify(merge(tree, lambda value: z3.BoolVal(value is not INAPPLICABLE)))
    whole = transitions.code.without_elements(what, z3.simplify(merge(tree, holds)))
    if not collecting:
        check_numbers(transitions, claim, antecedent, whole)
    if claim.kind is Kind.RECOVERABLE and not z3.is_true(antecedent):
        with suppress(ModelError):
            own_goal = claim_property(transitions, conclusion_claim(claim), collecting=collecting)
            return Property(variables, antecedent, own_goal.holds, concludes=True)
    return Property(variables, antecedent, whole, bool(z3.is_true(whole)) and is_own)


def check_numbers(
    transitions: TransitionSystem, claim: Claim, premise: z3.BoolRef, whole: z3.BoolRef
) -> None:
    """Raise Uncounted where a claim asks for a number of entities that cannot be had."""
    numbers = transitions.world.numbers
    asked = numbers.asked_in(z3.And(premise, whole))
    for key in asked:
        if key not in transitions.vocabulary.functions:
            why = numbers.refused.get(key, "it is asked for where nobody keeps it")
            raise Uncounted(f": {why}")
    for owner in filter(is_somebody, entity_constants(whole)):
        # Where there is none of this kind, the number is 0, and no one whose number it could be.
        zeros = [
            (transitions.vocabulary.functions[key], z3.IntVal(0))
            for key in asked
            if key.entity == owner.sort().name()
        ]
        nobody = Macros(zeros)(whole)
        solver = z3.SimpleSolver()
        solver.set("timeout", 1000)
        solver.add(z3.Not(nobody) if claim.kind is Kind.ALWAYS else nobody)
        if claim.kind not in (Kind.ALWAYS, Kind.POSSIBLE) or checked(solver) != z3.unsat:
            raise Uncounted(
                " by a claim about no entity; give it a parameter, an entity that has to do with "
                "that number"
            )

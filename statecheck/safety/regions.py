"""Derived sets of numbers, exact at both ends.

For which versions does some run reach a goal?

The numbers that the model compares with cut the line into cells. A cell is ruled out by a proof for
all of its numbers, or ruled in by a run that is shown to work, step by step, for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from statecheck.claims.concrete_run import IntegerType
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.solving import check_sat, ground_solver
from statecheck.smt.terms import in_range, subterms, uninterpreted
from statecheck.symbolic.transition_system import TransitionSystem


@dataclass(frozen=True)
class Interval:
    """The numbers from ``low`` to ``high``, both included."""

    low: int
    high: int

    def holds(self, term: z3.ArithRef) -> z3.BoolRef:
        """The formula by which a term is one of them."""
        return in_range(term, self.low, self.high)


def intervals(
    transitions: TransitionSystem, term: z3.ExprRef, numbers: IntegerType
) -> list[Interval]:
    """Cut a type's numbers where a term, or anything that it depends on, may tell them apart."""
    keys = transitions.relevance.of([term])
    terms = [term]
    for command in transitions.commands:
        terms.append(command.guard)
        terms += [update.value for key, update in command.updates.items() if key in keys]
    terms += [update.value for key, update in transitions.initial.items() if key in keys]
    cuts = {numbers.low}
    for whole in terms:
        for part in subterms(whole):
            if not z3.is_app(part):
                continue
            values = [child.as_long() for child in part.children() if z3.is_int_value(child)]
            for value in values:
                # c <= x tells c - 1 from c; x = c tells c from its neighbours on both sides.
                one_sided = part.decl().kind() == z3.Z3_OP_LE and z3.is_int_value(part.arg(0))
                cuts |= {value} if one_sided else {value, value + 1}
    starts = sorted(cut for cut in cuts if numbers.low <= cut <= numbers.high)
    ends = [start - 1 for start in starts[1:]] + [numbers.high]
    return [Interval(low, high) for low, high in zip(starts, ends, strict=True)]


def works_throughout(
    unrolling: Unrolling,
    target: Target,
    literal: z3.BoolRef,
    interval: Interval,
    model: z3.ModelRef,
) -> bool:
    """Tell whether a model's run reaches the target for every number of an interval.

    Everything that the model chose is kept, but for the numbers that equal the target's: those vary
    with it. Then no number of the interval may violate any constraint of the run.
    """
    number = target.variables[-1][2]
    at = model.eval(number, model_completion=True)
    meaning = unrolling.meaning[literal.get_id()]
    fixed: list[z3.BoolRef] = []
    representatives: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
    for term in {t.get_id(): t for t in (*unrolling.atoms(), *uninterpreted(meaning))}.values():
        value = model.eval(term, model_completion=True)
        if term.eq(number):
            continue
        if z3.is_int(term):
            fixed.append(term == number if value.eq(at) else term == value)
        elif term.sort().kind() != z3.Z3_UNINTERPRETED_SORT:
            fixed.append(term == value)
        else:
            known = representatives.setdefault(term.sort().name(), [])
            same = next((first for first, other in known if other.eq(value)), None)
            if same is None:
                fixed += [term != first for first, _ in known]
                known.append((term, value))
            else:
                fixed.append(term == same)
    instance = ground_solver(0)
    instance.add(*fixed, interval.holds(number))
    instance.add(z3.Not(z3.And(*unrolling.constraints, meaning)))
    return bool(check_sat(instance, time_left=unrolling.time_left) == z3.unsat)


def joined(neighbours: Sequence[Interval]) -> list[Interval]:
    """Neighbouring intervals made one."""
    result: list[Interval] = []
    for interval in sorted(neighbours, key=lambda interval: interval.low):
        if result and result[-1].high + 1 == interval.low:
            result[-1] = Interval(result[-1].low, interval.high)
        else:
            result.append(interval)
    return result

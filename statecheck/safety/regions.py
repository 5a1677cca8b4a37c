"""Derived sets of numbers, exact at both ends.

For which numbers does some run reach a goal? The numbers that the model compares with cut the line
into regions. A region is ruled out by a proof for all of its numbers, or ruled in by a run that is
shown to work, step by step, for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.regions import Bounds, ConstantRange, Order, Region
from statecheck.modeling import NO_VARIANT, ModelError, Variant
from statecheck.safety.unrolling import Unrolling
from statecheck.smt.solving import check_sat, ground_solver
from statecheck.smt.terms import in_range, subterms, uninterpreted
from statecheck.symbolic.transition_system import TransitionSystem


def check_ranges(
    transitions: TransitionSystem, claim: Claim, numbers: Mapping[Any, IntegerType]
) -> None:
    """Raise ModelError where nothing says from which numbers an answer is to be."""
    if claim.kind is Kind.DERIVED:
        name, type_ = claim.variables[-1] if claim.variables else ("", None)
        if type_ not in numbers:
            asked = f"{name}: {getattr(type_, '__name__', type_)}" if name else "nothing"
            raise ModelError(
                "a derived claim asks for which numbers its last parameter can be, and that is "
                f"{asked}, of which no range is known; give it a type with a LEAST and a GREATEST, "
                "or one that Project(integers=...) describes"
            )
    ranges = dict(transitions.info.ranges)
    if claim.across and claim.across not in ranges:
        raise ModelError(
            f"across={claim.across!r} is no constant with a range; those of "
            f"{transitions.info.cls.__name__} that have one: {', '.join(ranges) or 'none'}"
        )


def membership(region: Region, number: z3.ArithRef, transitions: TransitionSystem) -> z3.BoolRef:
    """The formula by which a number, and the constant, are one of the pairs of a region."""
    parts = [in_range(number, region.low, region.high)]
    if region.beside is not None:
        value = transitions.vocabulary.constants[region.beside.constant]
        parts.append(in_range(value, region.beside.low, region.beside.high))
        match region.order:
            case Order.BELOW:
                parts.append(number < value)
            case Order.EQUAL:
                parts.append(number == value)
            case Order.ABOVE:
                parts.append(number > value)
    return z3.And(*parts)


def number_regions(
    transitions: TransitionSystem, term: z3.ExprRef, numbers: IntegerType, variant: Variant
) -> list[Region]:
    """Cut a type's numbers where a term, or anything that it depends on, may tell them apart; and
    the values of a constant beside them, where that compares them with one that has a range.
    """
    cuts, constants = _cuts(transitions, term, variant)
    # One constant is told apart; of others a run has to work for every value.
    if not constants:
        return [Region(*bounds) for bounds in _between(cuts, numbers.low, numbers.high)]
    name, (low, high) = constants[0]
    values = _between(cuts, low, high)
    regions: list[Region] = []
    for bounds in _between(cuts | {low, high + 1}, numbers.low, numbers.high):
        if bounds not in values:
            regions.append(Region(*bounds, ConstantRange(name, low, high)))
            continue
        for other in values:
            orders: tuple[Order | None, ...] = (None,) if other != bounds else tuple(Order)
            regions += [Region(*bounds, ConstantRange(name, *other, order)) for order in orders]
    return [region for region in regions if region.numbers[0] <= region.numbers[1]]


def constant_regions(transitions: TransitionSystem, term: z3.ExprRef, name: str) -> list[Region]:
    """Cut a constant's range where a term, or anything that it depends on, may tell its values
    apart: at a number, and next to it, for another number may lie between.
    """
    cuts, _ = _cuts(transitions, term, NO_VARIANT)
    known = dict(transitions.info.ranges)[name]
    nearby = {cut + step for cut in cuts for step in (0, 1)}
    return [Region(*bounds) for bounds in _between(nearby, int(known.low), int(known.high))]


def _between(cuts: Iterable[int], low: int, high: int) -> list[Bounds]:
    """The ranges that some numbers cut another into; each is the first of one."""
    starts = sorted({low, *(cut for cut in cuts if low < cut <= high)})
    ends = [start - 1 for start in starts[1:]] + [high]
    return list(zip(starts, ends, strict=True))


def _cuts_of(term: z3.ExprRef) -> tuple[z3.ExprRef, set[int], set[int]]:
    """A term, its cuts, and the numbers of its constants."""
    cuts: set[int] = set()
    named: set[int] = set()
    for part in subterms(term):
        if not z3.is_app(part):
            continue
        children = part.children()
        if not children:
            named.add(part.get_id())
        for value in [child.as_long() for child in children if z3.is_int_value(child)]:
            # c <= x tells c - 1 from c; x = c tells c from its neighbours on both sides.
            one_sided = part.decl().kind() == z3.Z3_OP_LE and z3.is_int_value(children[0])
            cuts |= {value} if one_sided else {value, value + 1}
    return term, cuts, named


def _cuts(
    transitions: TransitionSystem, term: z3.ExprRef, variant: Variant
) -> tuple[set[int], list[tuple[str, Bounds]]]:
    """The numbers that tell others apart, and the constants with a range that are looked at."""
    keys = transitions.relevance.of([term])
    terms = [term]
    for command in transitions.commands:
        terms.append(command.guard)
        terms += [update.value for key, update in command.updates.items() if key in keys]
    terms += [update.value for key, update in transitions.initial.items() if key in keys]
    cuts: set[int] = set()
    named: set[int] = set()
    for whole in terms:
        _, more, constants = transitions.once(("cuts", whole.get_id()), partial(_cuts_of, whole))
        cuts |= more
        named |= constants
    fixed = {name for name, _ in variant.constants}
    looked_at = [
        (name, (int(known.low), int(known.high)))
        for name, known in transitions.info.ranges
        if transitions.vocabulary.constants[name].get_id() in named and name not in fixed
    ]
    return cuts, looked_at


def works_throughout(
    unrolling: Unrolling,
    number: z3.ArithRef,
    literal: z3.BoolRef,
    region: Region,
    model: z3.ModelRef,
) -> bool:
    """Tell whether a model's run reaches the target for every pair of a region, and whatever value
    other constants have of which a range is known.

    Everything that the model chose is kept, but for the numbers that equal the target's, or such a
    constant: those vary with it. Then no pair may violate any constraint of the run. Where
    constraints are left out, nothing is known.
    """
    if unrolling.grounding.truncated:
        return False
    return any(
        _works(unrolling, number, literal, region, model, tied=tied) for tied in (True, False)
    )


def _works(
    unrolling: Unrolling,
    number: z3.ArithRef,
    literal: z3.BoolRef,
    region: Region,
    model: z3.ModelRef,
    *,
    tied: bool,
) -> bool:
    """``tied``: numbers that equal a constant vary with it, too."""
    transitions = unrolling.transitions
    constants = [transitions.vocabulary.constants[name] for name, _ in transitions.info.ranges]
    free = [number, *(constant for constant in constants if not constant.eq(number))]
    leaders = [
        (term, model.eval(term, model_completion=True)) for term in (free if tied else free[:1])
    ]
    meaning = unrolling.meaning[literal.get_id()]
    fixed: list[z3.BoolRef] = []
    representatives: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
    for term in {t.get_id(): t for t in (*unrolling.atoms(), *uninterpreted(meaning))}.values():
        value = model.eval(term, model_completion=True)
        if any(term.eq(other) for other in free):
            continue
        if z3.is_int(term):
            leader = next((other for other, at in leaders if value.eq(at)), value)
            fixed.append(term == leader)
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
    instance.add(*fixed, *transitions.ranges, membership(region, number, transitions))
    instance.add(z3.Not(z3.And(*unrolling.constraints, meaning)))
    return bool(check_sat(instance, time_left=unrolling.time_left) == z3.unsat)

"""The parts of a model that a proof may need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import z3

from statecheck.claims.results import CorePart
from statecheck.modeling import STATE
from statecheck.smt.roles import whichever
from statecheck.smt.terms import subterms
from statecheck.symbolic.extraction import skeleton
from statecheck.symbolic.paths import Origin
from statecheck.symbolic.vocabulary import Key

_CONNECTIVES = (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_NOT, z3.Z3_OP_IMPLIES, z3.Z3_OP_ITE)


@dataclass(frozen=True, eq=False)
class ModelPart:
    """A part, the literal by which it is kept, and the terms that it adds to a model.

    A part of a history belongs to the claims: it is always kept, and not listed.
    """

    name: z3.BoolRef
    part: CorePart
    terms: tuple[z3.ExprRef, ...]
    listed: bool = True


def skeleton_below(term: z3.ExprRef) -> str:
    """A term below a quantifier as text in which only the kinds of the entities are left."""
    bound = {v.get_id(): v for v in subterms(term) if z3.is_var(v)}.values()
    pairs = [(v, whichever(v.sort())) for v in bound]
    return skeleton(z3.substitute(term, *pairs)) if pairs else skeleton(term)


def lines(origins: Iterable[Origin]) -> tuple[tuple[str, int, str], ...]:
    """The lines that a part stands on, in order: file, line, function."""
    return tuple((o.file, o.line, o.function) for o in sorted(origins))


def short_name(key: Key) -> str:
    """A function of the state as a reader knows it: ``lift.cabin`` is a machine's state."""
    name = f"{key.entity.lower()}.{key.slot}.{key.name}".replace(".history.", ".")
    return name.removesuffix(f".{STATE}")


def entity_name(variable: z3.ExprRef) -> dict[int, str]:
    """The name of an entity in a spelling: that of its kind."""
    return {variable.get_id(): variable.sort().name().lower()}


def anything(term: z3.ExprRef, variable: z3.ExprRef | None) -> z3.ExprRef:
    """Any value of a term's sort; another one for each entity, if it is about one."""
    if variable is None or not any(part.eq(variable) for part in subterms(term)):
        return z3.FreshConst(term.sort(), "any")
    anything = z3.FreshFunction(variable.sort(), term.sort())
    return anything(variable)


def _is_frame(term: z3.BoolRef, variable: z3.ExprRef) -> bool:
    """Tell whether a condition says which entity is written."""
    return z3.is_eq(term) and any(side.eq(variable) for side in term.children())


def written_values(term: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """The values that an effect may write; a truth that it writes is made of conditions."""
    if z3.is_bool(term):
        return
    if z3.is_app(term) and term.decl().kind() == z3.Z3_OP_ITE:
        yield from written_values(term.arg(1))
        yield from written_values(term.arg(2))
    else:
        yield term


def conditions(term: z3.ExprRef, variable: z3.ExprRef | None) -> list[z3.BoolRef]:
    """The conditions that a term branches on: comparisons, state tests, Boolean fields, quantified
    formulas. Which entity is written is none of them.
    """
    branches: dict[int, z3.BoolRef] = {}
    stack: list[tuple[z3.ExprRef, bool]] = [(term, z3.is_bool(term))]
    while stack:
        part, is_condition = stack.pop()
        kind = part.decl().kind() if z3.is_app(part) else None
        if kind == z3.Z3_OP_ITE:
            condition, then, other = part.children()
            stack += [(condition, True), (then, is_condition), (other, is_condition)]
        elif kind in _CONNECTIVES and is_condition:
            stack += [(child, True) for child in part.children()]
        elif (
            is_condition
            and kind not in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE)
            and (variable is None or not _is_frame(part, variable))
        ):
            branches[part.get_id()] = part
    return list(branches.values())

"""Atoms with a quantifier in them: what claims and guards say of some or all other entities.

A claim that something exists often needs to be known of an earlier moment, or of another entity:
who gets a response asked for it, so whoever is sent one did. Such atoms are made of the quantified
parts of claims and guards, in place of whose entities stands any other of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import z3

from statecheck.smt.existence import exists, is_existence
from statecheck.smt.roles import subject
from statecheck.smt.terms import constants, is_entity, subterms
from statecheck.symbolic.transition_system import TransitionSystem

MOST = 6
"""So many templates are tried for each kind of entity."""

Template = tuple[str, z3.ExprRef, z3.ExprRef]
"""A term about one entity of a sort: the sort, the variable, the term."""


@dataclass(frozen=True)
class _Part:
    """A quantified part of a formula, with the sign that it occurs with, and its entities."""

    term: z3.BoolRef
    sign: bool
    entities: tuple[z3.ExprRef, ...]


def quantified_templates(
    transitions: TransitionSystem, claims: Sequence[z3.ExprRef]
) -> list[Template]:
    """Quantified terms about one entity, mined from claims and from the guards of actions."""
    found: dict[str, dict[int, Template]] = {}

    def keep(variable: z3.ExprRef, term: z3.BoolRef) -> None:
        sort = variable.sort()
        x = subject(sort.name())
        term = z3.substitute(term, (variable, x))
        own = found.setdefault(sort.name(), {})
        if len(own) < MOST:
            own.setdefault(term.get_id(), (sort.name(), x, term))

    for claim in claims:
        for part in _parts(claim):
            if len(part.entities) == 1:
                keep(part.entities[0], part.term)
            for variable, term in _abstracted(part):
                keep(variable, term)
    for command in transitions.commands:
        for part in _parts(command.guard):
            literal = part.term if part.sign else z3.Not(part.term)
            if len(part.entities) == 1:
                keep(part.entities[0], part.term)
            elif len(part.entities) == 2:
                for one, other in (part.entities, part.entities[::-1]):
                    keep(other, z3.Exists([one], z3.And(exists(one), literal)))
    return [template for own in found.values() for template in own.values()]


def _parts(formula: z3.ExprRef) -> Iterator[_Part]:
    """The outermost quantified parts of a formula that are about entities and constants alone."""
    seen: set[tuple[int, bool]] = set()
    stack = [(formula, True)]
    while stack:
        term, sign = stack.pop()
        if (term.get_id(), sign) in seen:
            continue
        seen.add((term.get_id(), sign))
        if z3.is_quantifier(term):
            free = constants(term)
            if all(is_entity(constant) for constant in free):
                yield _Part(term, sign, tuple(sorted(free, key=str)))
        elif z3.is_app(term) and z3.is_bool(term):
            turned = sign != z3.is_not(term)
            children = term.children()
            if z3.is_implies(term):
                stack += [(children[0], not sign), (children[1], sign)]
            else:
                stack += [(child, turned) for child in children if z3.is_bool(child)]


def _abstracted(part: _Part) -> Iterator[tuple[z3.ExprRef, z3.BoolRef]]:
    """A part that asks of its entities where one reference of theirs leads, and nothing else, as a
    term about the entity there.
    """
    led: dict[int, z3.ExprRef] = {}
    names = {entity.get_id() for entity in part.entities}
    for term in subterms(part.term):
        if z3.is_app(term) and term.num_args() == 1 and term.arg(0).get_id() in names:
            if not is_existence(term):
                led[term.get_id()] = term
    terms = list(led.values())
    if len(terms) == 1 and terms[0].sort().kind() == z3.Z3_UNINTERPRETED_SORT:
        variable = subject(terms[0].sort().name())
        abstract = z3.substitute(part.term, (terms[0], variable))
        if not names & {constant.get_id() for constant in constants(abstract)}:
            yield variable, abstract


def expanded(term: z3.BoolRef, members: dict[str, list[z3.ExprRef]]) -> z3.BoolRef:
    """A formula whose quantifiers range over these entities alone."""
    if z3.is_quantifier(term):
        options = members.get(term.var_sort(0).name(), [])
        bodies = [expanded(z3.substitute_vars(term.body(), entity), members) for entity in options]
        return z3.Or(*bodies) if term.is_exists() else z3.And(*bodies)
    if is_existence(term):
        return z3.BoolVal(True)
    if not z3.is_app(term) or not z3.is_bool(term) or not term.children():
        return term
    children: Iterable[z3.ExprRef] = (
        expanded(c, members) if z3.is_bool(c) else c for c in term.children()
    )
    return term.decl()(*children)

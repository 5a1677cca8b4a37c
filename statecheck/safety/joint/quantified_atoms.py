"""Atoms with a quantifier in them: what claims and guards say of some or all other entities.

A claim that something exists often needs to be known of an earlier moment, or of another entity:
who gets a response asked for it, so whoever is sent one did. Such atoms are made of the quantified
parts of claims and guards, in place of whose entities stands any other of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import z3

from statecheck.smt.existence import exists, is_existence
from statecheck.smt.quantifiers import outermost, polarities
from statecheck.smt.roles import loop_element, subject
from statecheck.smt.terms import conjuncts, constants, has_quantifier, is_entity, subterms
from statecheck.symbolic.transition_system import TransitionSystem

MOST = 6
"""So many templates are tried for each kind of entity."""

Template = tuple[str, z3.ExprRef, z3.ExprRef]
"""A term about one entity of a sort: the sort, the variable, the term."""


def quantified_templates(
    transitions: TransitionSystem, claims: Sequence[z3.ExprRef]
) -> list[Template]:
    """Quantified terms about one entity, mined from claims and from the conditions of actions."""
    found: dict[str, dict[int, Template]] = {}

    def keep(variable: z3.ExprRef, term: z3.BoolRef) -> None:
        sort = variable.sort()
        x = subject(sort.name())
        term = z3.substitute(term, (variable, x))
        own = found.setdefault(sort.name(), {})
        term, negation = z3.simplify(term), z3.simplify(z3.Not(term))
        if len(own) < MOST and negation.get_id() not in own:
            own.setdefault(term.get_id(), (sort.name(), x, term))

    for part in (part for claim in claims for part in outermost(claim)):
        entities = _free(part)
        if len(entities) == 1:
            keep(entities[0], part)
        for variable, term in _abstracted(part, entities):
            keep(variable, term)
    for condition in _conditions(transitions):
        entities = _free(condition)
        if len(entities) == 1:
            keep(entities[0], condition)
        elif len(entities) == 2:
            for one, other in (entities, entities[::-1]):
                keep(other, z3.Exists([one], z3.And(exists(one), condition)))
    return [template for own in found.values() for template in own.values()]


def witness_templates(
    transitions: TransitionSystem, known: Sequence[Template]
) -> Iterator[Template]:
    """Terms that some entity refers to one, and is in a state: of what is taken somebody has it."""
    for (kind, _), decl in transitions.vocabulary.references.items():
        x, other = subject(decl.range().name()), loop_element(z3.DeclareSort(kind), 0)
        for sort, variable, template in known:
            if sort != kind or has_quantifier(template) or is_number_comparison(template):
                continue
            own = z3.substitute(template, (variable, other))
            for term in (own, z3.Not(own)):
                there = z3.Exists([other], z3.And(exists(other), decl(other) == x, term))
                yield x.sort().name(), x, there


def is_number_comparison(term: z3.BoolRef) -> bool:
    """Tell whether a term compares numbers."""
    return any(z3.is_int(child) for child in term.children())


def _free(term: z3.BoolRef) -> list[z3.ExprRef]:
    """The entities that a term is about; none where it is about something else, too."""
    free = constants(term)
    return sorted(free, key=str) if all(map(is_entity, free)) else []


def _conditions(transitions: TransitionSystem) -> Iterator[z3.BoolRef]:
    """The quantified conditions on which actions are taken, or write what they write."""
    for command in transitions.commands:
        asked = [(command.guard, True)]
        for update in command.updates.values():
            for part in subterms(update.value):
                if z3.is_app(part) and part.decl().kind() == z3.Z3_OP_ITE:
                    asked += [(part.arg(0), True), (part.arg(0), False)]
        for formula, truth in asked:
            literals = [
                term if sign else z3.Not(term)
                for term, sign in conjuncts(formula, truth)
                if has_quantifier(term)
            ]
            if literals:
                condition = z3.And(*literals) if len(literals) > 1 else literals[0]
                yield condition
                yield from _outgrown(condition)


def _outgrown(condition: z3.BoolRef) -> Iterator[z3.BoolRef]:
    """A condition on all of some entities, without those that have a greater number now than it
    asks for: what was true of their votes in one term, say, and need not be in a later one.
    """
    asked = [
        part
        for part, signs in polarities(condition)
        if signs == {False} and part.is_exists() and not has_quantifier(part.body())
    ]
    equal = {
        term.get_id(): term
        for part in asked
        for term in subterms(part.body())
        if z3.is_eq(term) and z3.is_int(term.arg(0)) and part.num_vars() == 1
    }
    for term in equal.values():
        for number, bound in (term.children(), term.children()[::-1]):
            if _has_variable(bound) or not _has_variable(number):
                continue
            pairs = []
            for part in asked:
                element = z3.Const(part.var_name(0), part.var_sort(0))
                if any(own.eq(term) for own in subterms(part.body())):
                    body = z3.substitute_vars(z3.And(part.body(), number <= bound), element)
                    pairs.append((part, z3.Exists([element], body)))
            yield z3.substitute(condition, *pairs)


def _has_variable(term: z3.ExprRef) -> bool:
    return any(map(z3.is_var, subterms(term)))


def _abstracted(
    part: z3.BoolRef, entities: Iterable[z3.ExprRef]
) -> Iterator[tuple[z3.ExprRef, z3.BoolRef]]:
    """A part that asks of its entities where one reference of theirs leads, and nothing else, as a
    term about the entity there.
    """
    led: dict[int, z3.ExprRef] = {}
    names = {entity.get_id() for entity in entities}
    led = {
        term.get_id(): term
        for term in subterms(part)
        if z3.is_app(term)
        and term.num_args() == 1
        and term.arg(0).get_id() in names
        and not is_existence(term)
    }
    terms = list(led.values())
    if len(terms) == 1 and terms[0].sort().kind() == z3.Z3_UNINTERPRETED_SORT:
        variable = subject(terms[0].sort().name())
        abstract = z3.substitute(part, (terms[0], variable))
        if not names & {constant.get_id() for constant in constants(abstract)}:
            yield variable, abstract

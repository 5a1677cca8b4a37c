"""Bounds of numbers that may fall: clauses which say that one is never below, or above, a value.

A number that falls until it is 0 gets there only if it is not below 0 already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import z3

from statecheck.liveness.chain_rule import Lap
from statecheck.modeling import NO_VARIANT
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.inferring.inductive_subset import inductive_subset
from statecheck.smt.roles import subject
from statecheck.smt.terms import subterms
from statecheck.symbolic.spelling import of_entity, spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key, States

VALUES = 4
"""So many values are tried as bounds of a number."""


def bounds(induction: Induction, clauses: Sequence[Clause], laps: Sequence[Lap]) -> list[Clause]:
    """Clauses that bound the numbers of some laps, inductive together with other ones, which are
    known to be; perhaps only in a state of a machine of the same entity. Raises Timeout.
    """
    transitions = induction.transitions
    mentioned = transitions.relevance.mentioned(lap.rank for lap in laps)
    own = list(candidates(transitions, mentioned))
    texts = {clause.text for clause in clauses}
    own = [clause for clause in own if clause.text not in texts]
    kept = inductive_subset(induction, [*clauses, *own]) if own else []
    found = [clause for clause in kept if clause.text not in texts]
    always = {clause.literals[0] for clause in found if len(clause.literals) == 1}
    return [c for c in found if len(c.literals) == 1 or c.literals[0] not in always]


def candidates(
    transitions: TransitionSystem, keys: Iterable[Key] | None = None
) -> Iterator[Clause]:
    """Clauses that bound some numbers of the state, all if none are given, if they hold."""
    for key in sorted(transitions.keys if keys is None else keys, key=str):
        yield from _candidates(transitions, key)


def _candidates(transitions: TransitionSystem, key: Key) -> Iterator[Clause]:
    vocabulary = transitions.vocabulary
    decl = vocabulary.functions[key]
    if vocabulary.types[key] is not int:
        return
    x = subject(key.entity)
    owner = key.entity.lower()
    name = of_entity(owner, str(key))
    states = [
        (vocabulary.functions[other](x), type_)
        for other, type_ in vocabulary.types.items()
        if other.entity == key.entity and isinstance(type_, States) and len(type_.members) > 1
    ]
    for value in _values(transitions, key):
        for sign, bound in ((">=", decl(x) >= value), ("<=", decl(x) <= value)):
            text = f"{name} {sign} {value}"
            yield Clause(key.entity, NO_VARIANT, (text,), x, bound)
            for state, type_ in states:
                for member in type_.members:
                    elsewhere = z3.Not(state == type_.value(member))
                    words = spell(elsewhere, transitions, {x.get_id(): owner})
                    term = z3.Or(bound, elsewhere)
                    yield Clause(key.entity, NO_VARIANT, (text, words), x, term)


def _values(transitions: TransitionSystem, key: Key) -> list[int]:
    """Zero, and the numbers that the model compares one with or gives it, the least first."""
    decl = transitions.vocabulary.functions[key]
    given = [transitions.initial[key].value] if key in transitions.initial else []
    given += [c.updates[key].value for c in transitions.commands if key in c.updates]
    found = {0, *(leaf.as_long() for value in given for leaf in _leaves(value))}
    for command in transitions.commands:
        for term in (command.guard, *(update.value for update in command.updates.values())):
            for part in subterms(term):
                sides = part.children() if z3.is_app(part) and z3.is_bool(part) else []
                if any(z3.is_app(side) and side.decl().eq(decl) for side in sides):
                    found |= {side.as_long() for side in sides if z3.is_int_value(side)}
    return sorted(found, key=lambda value: (abs(value), value))[:VALUES]


def _leaves(term: z3.ExprRef) -> Iterator[z3.IntNumRef]:
    """The numbers that a choice of cases comes to."""
    if z3.is_int_value(term):
        yield term
    elif z3.is_app(term) and term.decl().kind() == z3.Z3_OP_ITE:
        yield from _leaves(term.arg(1))
        yield from _leaves(term.arg(2))

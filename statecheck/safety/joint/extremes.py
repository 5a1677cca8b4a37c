"""Entities that are the greatest or the least of some: a finite set that is not empty has one.

A system has finitely many entities, however many these are. So among those that a condition holds
of, if there are any, one has the greatest number and one the least. No induction gives that, and no
solver knows that a sort is finite: each such fact that a proof uses is named in its verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import z3

from statecheck.modeling import STATE
from statecheck.safety.atoms import places, templates
from statecheck.safety.joint.quantified_atoms import is_number_comparison
from statecheck.smt.roles import subject
from statecheck.symbolic.spelling import spell, spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

MOST = 60
"""So many extremes are thought of, at most."""


@dataclass(frozen=True, eq=False)
class Extreme:
    """The entity with the greatest number, or the least, among those that a condition holds of.

    ``member`` stands for it; ``condition`` and ``number`` are over ``variable``.
    """

    member: z3.ExprRef
    variable: z3.ExprRef
    condition: z3.BoolRef
    number: z3.ArithRef
    greatest: bool
    text: str

    def fact(self, there: z3.BoolRef) -> z3.BoolRef:
        """The formula that is true whatever entity ``variable`` stands for; ``there`` says that
        ``member`` exists.
        """
        own = z3.substitute(self.number, (self.variable, self.member))
        bounds = self.number <= own if self.greatest else own <= self.number
        inside = z3.substitute(self.condition, (self.variable, self.member))
        formula: z3.BoolRef = z3.Implies(self.condition, z3.And(there, inside, bounds))
        return formula


def extremes(
    transitions: TransitionSystem,
    claim: z3.BoolRef,
    variables: Sequence[z3.ExprRef],
    known: Sequence[z3.BoolRef] = (),
) -> list[Extreme]:
    """The extremes of each kind of entity that may help to prove a claim about variables, beside
    what is ``known``: by each number that an entity, or one that it refers to, has; among all,
    those in a state, and those that refer to one of the variables.
    """
    relevance = transitions.relevance
    keys = relevance.of([claim]) | relevance.mentioned([a.term for a in transitions.axioms])
    more = keys | relevance.mentioned(known)
    own = dict[str, Extreme]()
    for asked in [keys, more] if more > keys else [keys]:
        found = itertools.islice(_extremes(transitions, claim, variables, asked), MOST)
        for extreme in found:
            own.setdefault(extreme.text, extreme)
    return [
        replace(extreme, member=z3.Const(f"extreme {n}", extreme.variable.sort()))
        for n, extreme in enumerate(own.values(), 1)
    ]


def _extremes(
    transitions: TransitionSystem,
    claim: z3.BoolRef,
    variables: Sequence[z3.ExprRef],
    keys: set[Key],
) -> Iterator[Extreme]:
    """The extremes by numbers and conditions among some functions of the state."""
    found = templates(transitions, [claim], keys)
    for entity in transitions.info.entities:
        x = subject(entity.name)
        ways = [
            (".".join((entity.name.lower(), *way)), term)
            for way, term in places(transitions, x, (), keys)
            if len(way) < 2
        ]
        names = {term.get_id(): text for text, term in ways}
        numbers = [*_numbers(transitions, keys, [term for _, term in ways])]
        if not numbers:
            continue
        conditions = [(z3.BoolVal(True), "")]
        for sort, variable, template in found:
            if sort == entity.name and not is_number_comparison(template):
                term = z3.substitute(template, (variable, x))
                said = spell_both(term, transitions, names)
                conditions += [(term, said[0]), (z3.Not(term), said[1])]
        links = [
            (term == v, f"{text} = {name}")
            for name, v in _named(variables)
            for text, term in ways
            if term.sort() == v.sort() and not term.eq(x)
        ]
        linked = [(z3.BoolVal(True), ""), *links]
        for (link, where), (condition, said), number, greatest in itertools.product(
            linked, conditions, numbers, (True, False)
        ):
            words = " and ".join(word for word in (where, said) if word)
            measure = f"{'greatest' if greatest else 'least'} {spell(number, transitions, names)}"
            among = f" among those with {words}" if words else ""
            text = f"some {entity.name} has the {measure}{among}"
            limits = z3.simplify(z3.And(link, condition))
            yield Extreme(x, x, limits, number, greatest, text)


def _named(variables: Sequence[z3.ExprRef]) -> Iterator[tuple[str, z3.ExprRef]]:
    """Variables of a claim with names for them: those of one kind are numbered."""
    kinds = [v.sort().name() for v in variables]
    for n, (kind, v) in enumerate(zip(kinds, variables, strict=True)):
        number = kinds[: n + 1].count(kind) if kinds.count(kind) > 1 else ""
        yield f"{kind.lower()}{number}", v


def _numbers(
    transitions: TransitionSystem, keys: set[Key], entities: Sequence[z3.ExprRef]
) -> Iterator[z3.ArithRef]:
    """The numbers that some entities have."""
    for entity in entities:
        for key, decl in transitions.vocabulary.functions.items():
            if (
                key in keys
                and key.name != STATE
                and decl.domain(0) == entity.sort()
                and decl.range() == z3.IntSort()
            ):
                yield decl(entity)

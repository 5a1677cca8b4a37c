"""Atoms about one entity or two, and the links between two that clauses are made under. Where there
is one entity of a kind at most, atoms may be about it besides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import z3

from statecheck.modeling import STATE
from statecheck.safety.atoms import places, templates
from statecheck.safety.joint.lemmas import variable
from statecheck.safety.joint.quantified_atoms import (
    Template,
    quantified_templates,
    witness_templates,
)
from statecheck.symbolic.spelling import spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

LINKED = 2
"""Clauses are made under so many links that hold at once, at most."""

CONTEXTS = 10
"""So many combinations of links are tried for each pair of kinds."""

Named = list[tuple[str, z3.ExprRef]]


@dataclass(frozen=True, eq=False)
class PairAtom:
    """Something true or false of the variables of a group, with its negation, as they read.

    ``about`` are the variables that it is about, by their places among those of the group, and it
    ``mentions`` functions of the state.
    """

    term: z3.BoolRef
    text: str
    negation: str
    about: frozenset[int]
    mentions: frozenset[Key]


@dataclass(eq=False)
class Group:
    """One entity of a kind, or two entities, or these and the only one of a kind, and the atoms
    about them.

    ``contexts`` are sets of atoms, by their numbers, each with its truth: clauses are about
    entities that all of these hold of.
    """

    title: str
    variables: tuple[z3.ExprRef, ...]
    atoms: list[PairAtom] = field(default_factory=list)
    contexts: list[tuple[tuple[int, bool], ...]] = field(default_factory=list)


def groups(
    transitions: TransitionSystem, extra: Sequence[z3.ExprRef], *, witnesses: bool = False
) -> Iterator[Group]:
    """The groups of a system: one entity of each kind, then two of each kind, then one of each of
    two kinds; then two entities and the only one of a kind. Their atoms are about what ``extra``
    terms or the actions that change such things depend on; with ``witnesses`` those about one
    entity also about whether some other one refers to it.
    """
    single = single_kinds(transitions)
    transitions = transitions.slice(extra)
    keys = transitions.relevance.of(extra)
    found = [
        *templates(transitions, extra, keys, bound=True),
        *quantified_templates(transitions, extra),
    ]
    there = [*witness_templates(transitions, found)] if witnesses else []
    sorts = [transitions.vocabulary.sort(entity.cls) for entity in transitions.info.entities]
    for sort in sorts:
        yield _group(transitions, keys, found, (variable(sort, 0),), there)
    for sort in sorts:
        if sort.name() not in single:
            yield _group(transitions, keys, found, (variable(sort, 0), variable(sort, 1)))
    for one, other in itertools.combinations(sorts, 2):
        yield _group(transitions, keys, found, (variable(one, 0), variable(other, 0)))
    for only in sorts:
        if only.name() in single:
            others = [sort for sort in sorts if sort != only]
            for one, other in itertools.combinations_with_replacement(others, 2):
                two = variable(one, 0), variable(other, int(one == other))
                yield _group(transitions, keys, found, (*two, variable(only, 0)))


def single_kinds(transitions: TransitionSystem) -> set[str]:
    """The kinds of which an axiom says that any two entities are the same."""
    return {
        axiom.variables[0].sort().name()
        for axiom in transitions.axioms
        if z3.is_eq(axiom.term)
        and {term.get_id() for term in axiom.term.children()}
        == {variable.get_id() for variable in axiom.variables}
    }


def lemma_terms(
    transitions: TransitionSystem, extra: Sequence[z3.ExprRef]
) -> dict[tuple[str, str], tuple[Group, z3.BoolRef]]:
    """The group and the term of each literal of the groups, by the group's title and its text."""
    found: dict[tuple[str, str], tuple[Group, z3.BoolRef]] = {}
    for group in groups(transitions, extra, witnesses=True):
        for atom in group.atoms:
            found.setdefault((group.title, atom.text), (group, atom.term))
            found.setdefault((group.title, atom.negation), (group, z3.Not(atom.term)))
    return found


def _group(
    transitions: TransitionSystem,
    keys: set[Key],
    found: Sequence[Template],
    variables: tuple[z3.ExprRef, ...],
    there: Sequence[Template] = (),
) -> Group:
    kinds = [v.sort().name() for v in variables]
    alike = len(set(kinds)) < len(kinds)
    names = [
        f"{kind.lower()}{n + 1}" if kinds.count(kind) > 1 else kind.lower()
        for n, kind in enumerate(kinds)
    ]
    group = Group(" and ".join(kinds), variables)
    reached: list[list[tuple[str, z3.ExprRef]]] = [
        [(".".join((name, *way)), term) for way, term in places(transitions, v, (), keys)]
        for name, v in zip(names, variables, strict=True)
    ]
    spelled = {term.get_id(): text for own in reached for text, term in own}
    known: set[int] = set()

    def keep(term: z3.BoolRef, *about: int) -> int | None:
        if term.get_id() in known or z3.is_true(term):
            return None
        known.add(term.get_id())
        mentions = frozenset(transitions.relevance.mentioned([term]))
        texts = spell_both(term, transitions, spelled)
        group.atoms.append(PairAtom(term, *texts, frozenset(about), mentions))
        return len(group.atoms) - 1

    for n, own in enumerate(reached):
        for _, place in own:
            for sort, x, template in found:
                if sort == place.sort().name():
                    keep(z3.substitute(template, (x, place)), n)
        for sort, x, template in there:
            if sort == kinds[n]:
                keep(z3.substitute(template, (x, variables[n])), n)
        for (_, one), (_, other) in itertools.combinations(own, 2):
            if one.sort() == other.sort():
                keep(one == other, n)
        for one, other in _comparable(transitions, keys, own, own):
            keep(one <= other, n)
    if len(variables) == 1:
        group.contexts.append(())
        return group
    links = []
    for n, m in itertools.combinations(range(len(variables)), 2):
        for (_, one), (_, other) in itertools.product(reached[n], reached[m]):
            if one.sort() == other.sort():
                number = keep(one == other, n, m)
                if number is not None:
                    links.append(number)
        for one, other in _comparable(transitions, keys, reached[n], reached[m]):
            keep(one <= other, n, m)
            keep(other <= one, n, m)
            keep(one == other, n, m)
    group.contexts = _contexts(group, links, alike=alike)
    return group


def _contexts(
    group: Group, links: Sequence[int], *, alike: bool
) -> list[tuple[tuple[int, bool], ...]]:
    """The combinations of links, few ones first; two entities of one kind differ in each."""
    base: tuple[tuple[int, bool], ...] = ()
    if alike:
        own = next(
            n for n in links if group.atoms[n].term.eq(group.variables[0] == group.variables[1])
        )
        base = ((own, False),)
        links = [n for n in links if n != own]
    chosen = [
        (*base, *((n, True) for n in some))
        for count in range(LINKED + 1)
        for some in itertools.combinations(links, count)
    ]
    return chosen[:CONTEXTS]


def _comparable(
    transitions: TransitionSystem, keys: set[Key], first: Named, second: Named
) -> Iterator[tuple[z3.ArithRef, z3.ArithRef]]:
    """The numbers of one type that some entities have, two at a time."""
    numbers = [
        (key, decl)
        for key, decl in transitions.vocabulary.functions.items()
        if key in keys and key.name != STATE and decl.range() == z3.IntSort()
    ]
    types = transitions.vocabulary.types
    for (_, one), (_, other) in itertools.product(first, second):
        for (key, decl), (other_key, other_decl) in itertools.product(numbers, numbers):
            if types[key] != types[other_key]:
                continue
            if decl.domain(0) == one.sort() and other_decl.domain(0) == other.sort():
                left, right = decl(one), other_decl(other)
                if not left.eq(right):
                    yield left, right

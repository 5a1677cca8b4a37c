"""Candidate clauses about one entity or two: those that no sampled state violates.

Sampling decides nothing: it only keeps the solver from being asked in vain.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from statecheck.claims.clause_text import ClauseText
from statecheck.clock import TimeLeft
from statecheck.modeling import Variant
from statecheck.safety.candidates import LONGEST, Literals, packed, survivors
from statecheck.safety.joint.lemmas import Lemma
from statecheck.safety.joint.lemmas import variable as lemma_variable
from statecheck.safety.joint.pair_atoms import Group
from statecheck.safety.joint.pools import Columns, Pool
from statecheck.smt.evaluation import Valuation, compiled, of_each_choice
from statecheck.smt.terms import constants
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

WALKS, STEPS = 200, 25

SIZES = ((2, 3, 2), (3, 2, 2), (1, 2, 3))
"""The numbers of entities that walks have, kind by kind and then over again."""

LARGER = ((3, 6, 2), (2, 4, 4), (4, 4, 2))
"""Further ones where there are axioms: each pair of a kind may need an entity of its own."""

LONG_WALKS, LONG = 100, 60
LINKED, MANY = 4, 8
"""Longer walks, where there may be so many entities of a kind that refers to others; so often the
first two numbers of entities are tried with other numbers of these.
"""

MOST, SHORT = 20_000, 2
"""A group with more candidates than these has only those that are short, beside their context."""


Rows = list[tuple[bool, ...]]
"""For each entity the truths of some terms."""


@dataclass(frozen=True)
class Samples:
    """Distinct states of random runs."""

    states: tuple[Valuation, ...]
    _rows: dict[tuple[int, ...], tuple[Sequence[z3.BoolRef], list[Rows]]] = field(
        default_factory=dict, compare=False
    )

    def rows(self, variable: z3.ExprRef, terms: Sequence[z3.BoolRef]) -> list[Rows]:
        """For each state, and each entity in place of the variable, the truths of some terms; kept,
        for the groups that a kind is in ask for the same ones.
        """
        first = lemma_variable(variable.sort(), 0)
        own = [z3.substitute(term, (variable, first)) for term in terms]
        key = first.sort().get_id(), *(term.get_id() for term in own)
        if key not in self._rows:
            test = of_each_choice([first], *own)
            rows = [test(s.functions, s.constants, s.sizes) for s in self.states]
            self._rows[key] = own, rows
        return self._rows[key][1]

    def choices(
        self, variables: Sequence[z3.ExprRef]
    ) -> Iterator[tuple[Valuation, dict[str, int]]]:
        """Each state with each choice of entities for some variables."""
        names = [v.decl().name() for v in variables]
        kinds = [v.sort().name() for v in variables]
        for state in self.states:
            for chosen in itertools.product(*(range(state.sizes[kind]) for kind in kinds)):
                yield state, dict(zip(names, chosen, strict=True))

    def refutes(self, lemma: Lemma) -> bool:
        """Tell whether a lemma is false in a sample. One about numbers is not asked about."""
        known = {v.decl().name() for v in lemma.variables}
        if self.states:
            known |= set(self.states[0].constants)
        if any(c.decl().name() not in known for c in constants(lemma.term)):
            return False
        test = compiled(lemma.term)
        return any(
            not test(state.functions, {**state.constants, **chosen}, state.sizes)[0]
            for state, chosen in self.choices(lemma.variables)
        )


def sampled(
    transitions: TransitionSystem,
    variant: Variant,
    seed: int,
    time_left: TimeLeft,
    further: Sequence[tuple[int, ...]] = (),
) -> Samples:
    """The distinct states of random runs under a variant; ``further`` numbers of entities are for
    some of them. Raises Timeout.
    """
    simulator = Simulator(transitions)
    # Two entities compare their numbers with each other's, whatever the model compares them with.
    simulator.numbers = tuple(sorted({*simulator.numbers, 0, 1, 2}))
    pick = random.Random(seed)
    fixed = starting(transitions, variant)
    kinds = [entity.name for entity in transitions.info.entities]
    counts = (*SIZES, *(LARGER if transitions.axioms else ()), *further)
    plain = [dict(zip(kinds, itertools.cycle(own), strict=False)) for own in counts]
    more = [linked(transitions, sizes, pick) for sizes in (*plain[:2],) * LINKED]
    known: dict[str, Valuation] = {}
    for sampled_sizes, walks, steps in ((plain, WALKS, STEPS), (more, LONG_WALKS, LONG)):
        allowed = simulator.allowed(sampled_sizes)
        for sizes in itertools.islice(itertools.cycle(allowed), walks):
            time_left()
            for state in simulator.walk(sizes, steps, pick):
                if fixed.items() <= state.constants.items():
                    known.setdefault(repr((state.sizes, state.functions, state.constants)), state)
    return Samples(tuple(known.values()))


def starting(transitions: TransitionSystem, variant: Variant) -> dict[str, object]:
    """The values that a variant gives to constants of the system, by their names."""
    return {
        transitions.vocabulary.constants[name].decl().name(): value
        for name, value in variant.constants
    }


def linked(
    transitions: TransitionSystem, sizes: Mapping[str, int], pick: random.Random
) -> dict[str, int]:
    """So many entities, and of a kind that refers to others more, up to one for each choice of
    these: what takes several of them that fit together is seldom seen where there are few.
    """
    targets: dict[str, list[str]] = {}
    for (kind, _), decl in transitions.vocabulary.references.items():
        targets.setdefault(kind, []).append(decl.range().name())
    return {
        kind: pick.randint(size, max(size, min(MANY, math.prod(sizes[t] for t in targets[kind]))))
        if kind in targets
        else size
        for kind, size in sizes.items()
    }


def candidates(group: Group, samples: Samples) -> tuple[list[Literals], Columns]:
    """The clauses about a group that no sample violates, but for those that another one implies;
    and which of its atoms are true together in samples.
    """
    columns, every = _columns(group, samples)
    kept: list[Literals] = []
    lengths: list[int] = []
    seen: list[tuple[frozenset[tuple[int, bool]], set[frozenset[tuple[int, bool]]]]] = []
    swapped = _swapped(group)
    for context in group.contexts:
        mask = every
        for number, truth in context:
            mask &= columns[number] if truth else every & ~columns[number]
        if not mask:
            continue
        own = _own_atoms(group, context)
        longest = LONGEST if len(kept) <= MOST else SHORT
        clauses = survivors([columns[n] & mask for n in own], mask, longest)
        under = frozenset(context)
        here: set[frozenset[tuple[int, bool]]] = set()
        weaker = [known for other, known in seen if other <= under]
        for clause in clauses:
            literals = frozenset((own[n], truth) for n, truth in clause)
            about = frozenset().union(*(group.atoms[n].about for n, _ in literals))
            if len(about) < len(group.variables) or not any(
                group.atoms[n].mentions for n, _ in literals
            ):
                continue
            if any(
                frozenset(part) in known
                for known in weaker
                for count in range(1, len(literals) + 1)
                for part in itertools.combinations(literals, count)
            ):
                continue
            mirrored = frozenset((swapped.get(n, n), truth) for n, truth in literals)
            if swapped and mirrored in here and not _is_skewed(context, swapped):
                continue
            here.add(literals)
            denied = tuple((n, not truth) for n, truth in context)
            kept.append((*denied, *sorted(literals)))
            lengths.append(len(literals))
        seen.append((under, here))
    if len(kept) > MOST:
        kept = [clause for clause, length in zip(kept, lengths, strict=True) if length <= SHORT]
    return kept, (columns, every)


def _own_atoms(group: Group, context: Iterable[tuple[int, bool]]) -> list[int]:
    """The atoms that a context leaves open, each of those that it makes equal once."""
    links = {n for n, _ in context}
    pairs = [tuple(reversed(group.atoms[n].term.children())) for n, truth in context if truth]
    known: set[int] = set()
    own = []
    for number, atom in enumerate(group.atoms):
        if number in links:
            continue
        term = z3.substitute(atom.term, *pairs) if pairs else atom.term
        if term.get_id() in known or z3.is_true(z3.simplify(term)):
            continue
        known.add(term.get_id())
        own.append(number)
    return own


def _swapped(group: Group) -> dict[int, int]:
    """For each atom about two entities of a kind the one that says it of them the other way."""
    if len(group.variables) < 2 or group.variables[0].sort() != group.variables[1].sort():
        return {}
    one, other = group.variables[:2]
    numbers = {}
    for number, atom in enumerate(group.atoms):
        numbers[atom.term.get_id()] = number
        if z3.is_eq(atom.term):
            left, right = atom.term.children()
            numbers[(right == left).get_id()] = number
    found = {}
    for number, atom in enumerate(group.atoms):
        mirrored = numbers.get(z3.substitute(atom.term, (one, other), (other, one)).get_id())
        if mirrored is not None:
            found[number] = mirrored
    return found if len(found) == len(group.atoms) else {}


def _is_skewed(context: Iterable[tuple[int, bool]], swapped: Mapping[int, int]) -> bool:
    """Tell whether a context says something else the other way round."""
    known = set(context)
    return {(swapped[n], truth) for n, truth in known} != known


def _columns(group: Group, samples: Samples) -> Columns:
    # Most atoms are about one entity: they are evaluated once for each, not for each two.
    about = [frozenset({n}) for n in range(len(group.variables))]
    parts = [[n for n, atom in enumerate(group.atoms) if atom.about == own] for own in about]
    parts.append([n for n, atom in enumerate(group.atoms) if atom.about not in about])
    terms = [[group.atoms[n].term for n in part] for part in parts]
    both = of_each_choice(group.variables, *terms.pop())
    alone = [samples.rows(v, own) for v, own in zip(group.variables, terms, strict=True)]
    vectors: dict[tuple[tuple[bool, ...], ...], None] = {}
    for state, *rows in zip(samples.states, *alone, strict=True):
        truths = both(state.functions, state.constants, state.sizes)
        for chosen, together in zip(itertools.product(*rows), truths, strict=True):
            vectors[(*chosen, together)] = None
    columns = [0] * len(group.atoms)
    for part, truths in zip(parts, zip(*vectors, strict=True), strict=False):
        for n, column in zip(part, zip(*truths, strict=True), strict=True):
            columns[n] = packed(column)
    return columns, (1 << len(vectors)) - 1


def pool_of(number: int, group: Group, clauses: list[Literals], seen: Columns = ([], 0)) -> Pool:
    """A pool of candidates about a group."""
    terms, mentions = [atom.term for atom in group.atoms], [atom.mentions for atom in group.atoms]
    return Pool(number, group.variables, terms, clauses, seen, mentions)


def as_lemma(group: Group, literals: Literals, variant: Variant) -> Lemma:
    """A candidate as a lemma."""
    chosen = [(group.atoms[n], truth) for n, truth in literals]
    terms = [atom.term if truth else z3.Not(atom.term) for atom, truth in chosen]
    texts = tuple(atom.text if truth else atom.negation for atom, truth in chosen)
    return Lemma(group.variables, z3.Or(*terms), ClauseText(variant.name, group.title, texts))

"""From formulas about any number of entities to ground ones that a solver decides.

A formula's quantifiers range over one kind of entity each. A negative one is skolemised; a positive
one is instantiated at every ground term of its sort. That loses nothing where they are not nested:
the functions of a state lead from each kind of entity to kinds that lead nowhere back, so the
ground terms are finitely many, and a model that satisfies the instances satisfies the quantified
formulas once its sorts are cut down to the values of those terms.

Where they do lead back, only the first terms on the way round are taken. Of nested quantifiers each
instance of the outer one has an inner one of its own, whose witness may give the outer one another
instance; that ends after `generations`. What is unsatisfiable then is so all the same, a model may
be none of the quantified formulas.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import z3

from statecheck.smt.c_interface import (
    assert_all,
)
from statecheck.smt.existence import exists
from statecheck.smt.interruption import raise_if_interrupted
from statecheck.smt.quantifiers import first_variable, instance_of, parts, polarities, where_present
from statecheck.smt.substitution import Macros
from statecheck.smt.terms import conjuncts, entity_constants, has_quantifier

CIRCLES = 2
"""So many functions that lead round in a circle are applied to an entity, one after the other."""

GENERATIONS, MORE = 2, 6
"""So often witnesses of nested quantifiers give rise to others; and so often where models that are
none of the formulas are to be fewer.
"""


INSTANCES = 3_000
"""So many instances one formula may ask for, where those ask for others."""


class _Universal(NamedTuple):
    """A property that every entity of a sort is to have, ``but`` for some; ``generation`` is that
    of the instance that asks for it.
    """

    sort: str
    body: Callable[[z3.ExprRef], z3.BoolRef]
    but: Callable[[z3.ExprRef], bool] | None = None
    generation: int = 0


@dataclass
class Grounding:
    """Ground constraints under construction, with the terms that they are instantiated at.

    ``functions`` are those that lead from entities to entities; ``universals`` what is to hold of
    every entity of a sort; ``witnesses`` when a constant is the witness of a quantifier, by the
    number of what stands for that quantifier; ``exists_when`` when a term stands for an entity
    at all, by the number of the term, where it need not. ``nested_witnesses`` are those that an
    instance of another formula asks for, each with when it does; ``truncated`` where instances of
    nested quantifiers are left out.
    """

    functions: Sequence[z3.FuncDeclRef]
    generations: int = GENERATIONS
    terms: dict[str, dict[int, z3.ExprRef]] = field(default_factory=dict)
    universals: list[_Universal] = field(default_factory=list)
    constraints: list[z3.BoolRef] = field(default_factory=list)
    witnesses: dict[int, tuple[z3.BoolRef, z3.ExprRef]] = field(default_factory=dict)
    exists_when: dict[int, z3.BoolRef] = field(default_factory=dict)
    _names: dict[int, tuple[z3.ExprRef, z3.BoolRef, set[bool]]] = field(default_factory=dict)
    nested_witnesses: list[tuple[z3.BoolRef, z3.ExprRef]] = field(default_factory=list)
    truncated: bool = False
    _generations: dict[int, int] = field(default_factory=dict)
    _generation: int = 0
    _instances: int = 0
    _depths: dict[int, int] = field(default_factory=dict)
    _equated: dict[int, z3.ExprRef] = field(default_factory=dict)

    def forall(
        self,
        sort: str,
        body: Callable[[z3.ExprRef], z3.BoolRef],
        but: Callable[[z3.ExprRef], bool] | None = None,
    ) -> None:
        """Demand something of every entity of a sort, ``but`` of some."""
        self._begin()
        universal = _Universal(sort, body, but, self._generation)
        self.universals.append(universal)
        for term in list(self.terms.get(sort, {}).values()):
            self._instantiate(universal, term)

    def demand(
        self,
        variables: Sequence[z3.ExprRef],
        body: Callable[[Sequence[z3.ExprRef]], z3.BoolRef],
        *,
        of_witnesses: bool = False,
    ) -> None:
        """Demand a formula of all entities that exist, in place of variables: of those that differ
        as of one that stands for several of them.

        Of witnesses of nested quantifiers, and what they lead to, it is demanded one at a time.
        Where it has quantifiers itself it is demanded of none of them; ``of_witnesses``: of
        witnesses that no other one asked for.
        """
        quantified = has_quantifier(body(variables))
        most = 0 if quantified else 1
        is_late = self._is_remote if quantified and of_witnesses else self._is_late

        def of(*chosen: z3.ExprRef) -> z3.BoolRef:
            if len(chosen) < len(variables):
                sort = variables[len(chosen)].sort().name()
                # Witnesses would ask for others without end.
                but = is_late if sum(map(is_late, chosen)) == most else None
                self.forall(sort, lambda entity: of(*chosen, entity), but)
            else:
                formula = where_present(body(chosen), map(exists, chosen))
                formula = self.named(formula) if quantified else formula
                conditions = [
                    self.exists_when[e.get_id()] for e in chosen if e.get_id() in self.exists_when
                ]
                return z3.Implies(z3.And(*conditions), formula) if conditions else formula
            return z3.BoolVal(True)

        if variables:
            of()
        else:
            self.constraints.append(of())

    def _is_late(self, entity: z3.ExprRef) -> bool:
        """Tell whether an entity is a witness of a nested quantifier, or one that such leads to."""
        return bool(self._generations.get(entity.get_id()))

    def _is_remote(self, entity: z3.ExprRef) -> bool:
        """Tell whether an entity is one that a witness leads to, or a witness that another asked
        for.
        """
        generation = self._generations.get(entity.get_id(), 0)
        return generation > 1 or (generation == 1 and entity.num_args() > 0)

    def _begin(self) -> None:
        """Begin what is asked for, unless an instance asks for it: it may have instances anew."""
        if not self._generation:
            self._instances = 0

    def _instantiate(self, universal: _Universal, term: z3.ExprRef) -> None:
        """Demand something of an entity; what that asks for is a generation younger than it, and
        no older than who asked for the demand: otherwise two that ask for each other had no end.
        """
        raise_if_interrupted()
        outer = self._generation
        self._instances += bool(outer)
        is_left_out = universal.but is not None and universal.but(term)
        if is_left_out or self._instances > INSTANCES:
            self.truncated = True
            return
        own = self._generations.get(term.get_id(), 0) + 1
        self._generation = max(own, universal.generation)
        try:
            self.constraints.append(universal.body(term))
        finally:
            self._generation = outer

    def add(self, formula: z3.BoolRef) -> None:
        """Demand a formula."""
        self.constraints.append(self.ground(formula))

    def ground(self, formula: z3.BoolRef) -> z3.BoolRef:
        """A ground formula that stands for ``formula`` wherever the constraints are asserted."""
        self._begin()
        entities, present, quantified = parts(formula)
        if quantified:
            pairs = [(term, self.name(term, signs)) for term, signs in polarities(formula)]
            formula = z3.substitute(formula, *pairs)
            entities, present, _ = parts(formula)
        for term in entities:
            self.entity(term)
        return where_present(formula, present)

    def entity(self, term: z3.ExprRef, exists_when: z3.BoolRef | None = None) -> None:
        """Make a ground term one that universals are instantiated at, and all it leads to.

        ``exists_when`` says when it stands for an entity at all; always, if it is left out.
        """
        kind = term.sort().name()
        known = self.terms.setdefault(kind, {})
        if term.get_id() in known:
            return
        known[term.get_id()] = term
        if exists_when is not None:
            self.exists_when[term.get_id()] = exists_when
        for universal in list(self.universals):
            if universal.sort == kind:
                self._instantiate(universal, term)
        depth = self._depths.get(term.get_id(), 0)
        for function, is_circular in _from(self.functions, kind):
            if is_circular and depth == CIRCLES:
                self.truncated = True
                continue
            following = function(term)
            if following.get_id() in self._equated:
                continue
            self._depths.setdefault(following.get_id(), depth + is_circular)
            if generation := self._generations.get(term.get_id(), 0):
                self._generations.setdefault(following.get_id(), generation)
            self.entity(following, exists_when)

    def suppose(self, term: z3.BoolRef) -> list[z3.BoolRef]:
        """Make the entities that a term names ones that need not exist; returns the conditions on
        which they do.

        Otherwise what one formula names would exist where another one is asked about.
        """
        conditions = []
        for constant in _constants(term):
            if constant.get_id() not in self.terms.get(constant.sort().name(), {}):
                self.entity(constant, z3.FreshBool("there is"))
            if constant.get_id() in self.exists_when:
                conditions.append(self.exists_when[constant.get_id()])
        return conditions

    def somebody(self, entity: z3.ExprRef) -> z3.BoolRef:
        """Make a constant an entity that need not exist; returns the condition on which it does."""
        if entity.get_id() not in self.terms.get(entity.sort().name(), {}):
            self.entity(entity, z3.Bool(f"there is {entity}"))
        return self.exists_when[entity.get_id()]

    def assert_into(self, instance: z3.Solver, known: int = 0) -> int:
        """Assert the constraints but for some that a solver has already; returns how many it has.

        By Z3's C interface, for `Solver.add` converts each.
        """
        assert_all(instance, self.constraints[known:])
        return len(self.constraints)

    def expand(self, template: z3.BoolRef, macros: Macros) -> z3.BoolRef:
        """A template with its functions expanded, ground.

        Looks for quantifiers and entities in the template, which is small, not in what it expands
        to, unless a function's value is quantified: the entities that the values name have to be
        known already.
        """
        self._begin()
        entities, quantified, present = _shape(template)
        for term in entities:
            self.entity(term)
        template = where_present(template, present)
        pairs = [(term, self.name(macros(term), signs)) for term, signs in quantified]
        if pairs:
            template = z3.substitute(template, *pairs)
        expanded: z3.BoolRef = macros(template)
        return self.ground(expanded) if macros.quantified else expanded

    def name(self, quantifier: z3.ExprRef, signs: set[bool]) -> z3.ExprRef:
        """A Boolean that stands for a quantified formula where it occurs with these signs."""
        key = quantifier.get_id()
        body, sort = first_variable(quantifier)
        named = self.named if has_quantifier(body) else _same
        if key not in self._names:
            self._names[key] = quantifier, z3.FreshBool("some"), set()
        _, name, known = self._names[key]
        exists = quantifier.is_exists()
        for sign in signs - known:
            known.add(sign)
            if sign == exists:
                if self._generation > self.generations:
                    self.truncated = True
                    continue
                witness = z3.FreshConst(sort, "witness")
                needed = name if exists else z3.Not(name)
                self._generations[witness.get_id()] = self._generation
                self._equate(witness, body, exists)
                self.entity(witness, needed)
                self.witnesses[name.get_id()] = needed, witness
                if self._generation:
                    self.nested_witnesses.append((needed, witness))

                def of_witness(term: z3.ExprRef) -> z3.BoolRef:
                    value = instance_of(body, term)
                    return named(z3.Implies(name, value) if exists else z3.Implies(value, name))

                self._instantiate(_Universal(sort.name(), of_witness), witness)
            else:

                def instance(term: z3.ExprRef) -> z3.BoolRef:
                    value = instance_of(body, term)
                    half = named(z3.Implies(value, name) if exists else z3.Implies(name, value))
                    exists_when = self.exists_when.get(term.get_id())
                    return half if exists_when is None else z3.Implies(exists_when, half)

                self.forall(sort.name(), instance)
        return name

    def _equate(self, witness: z3.ExprRef, body: z3.BoolRef, truth: bool) -> None:
        """Note where a witness leads to entities that are known by another name: what holds of
        those need not be said again.
        """
        value = z3.substitute_vars(body, witness)
        for term, sign in conjuncts(value, truth):
            if sign and z3.is_eq(term):
                for place, other in itertools.permutations(term.children()):
                    if (
                        place.num_args() == 1
                        and place.arg(0).eq(witness)
                        and other.get_id() in self.terms.get(other.sort().name(), {})
                    ):
                        self._equated[place.get_id()] = place

    def named(self, formula: z3.BoolRef) -> z3.BoolRef:
        """A formula with names for its quantified parts."""
        pairs = [(term, self.name(term, signs)) for term, signs in polarities(formula)]
        return z3.substitute(formula, *pairs) if pairs else formula


def _same(formula: z3.BoolRef) -> z3.BoolRef:
    return formula


_Leading = dict[str, list[tuple[z3.FuncDeclRef, bool]]]
_FROM: dict[int, tuple[Sequence[z3.FuncDeclRef], _Leading]] = {}


def _from(functions: Sequence[z3.FuncDeclRef], sort: str) -> Sequence[tuple[z3.FuncDeclRef, bool]]:
    """The functions that lead on from a sort, of some, each with whether others lead back from
    there; kept, for the question comes often.
    """
    if id(functions) not in _FROM:
        leading: _Leading = {}
        reached = _reached(functions)
        for function in functions:
            domain, range_ = function.domain(0).name(), function.range().name()
            is_circular = domain == range_ or (range_, domain) in reached
            leading.setdefault(domain, []).append((function, is_circular))
        _FROM[id(functions)] = functions, leading
    return _FROM[id(functions)][1].get(sort, ())


Shape = tuple[list[z3.ExprRef], list[tuple[z3.ExprRef, set[bool]]], list[z3.ExprRef]]
_SHAPES: dict[int, tuple[z3.BoolRef, Shape]] = {}


def _shape(template: z3.BoolRef) -> Shape:
    """The `parts` of a template, its quantifiers with their signs; kept: templates come again."""
    key = template.get_id()
    if key not in _SHAPES:
        entities, present, quantified = parts(template)
        signed = polarities(template) if quantified else []
        _SHAPES[key] = template, (entities, signed, present)
    return _SHAPES[key][1]


def _constants(term: z3.BoolRef) -> list[z3.ExprRef]:
    """The entities that a formula names; those of a template are known."""
    known = _SHAPES.get(term.get_id())
    return entity_constants(term) if known is None else known[1][0]


def entity_functions(
    functions: Iterable[z3.FuncDeclRef],
) -> list[z3.FuncDeclRef]:
    """The functions that lead to entities, of some."""
    return [f for f in functions if f.range().kind() == z3.Z3_UNINTERPRETED_SORT]


def _reached(functions: Iterable[z3.FuncDeclRef]) -> set[tuple[str, str]]:
    """The pairs of sorts of which functions lead from one to the other, in any number of steps."""
    edges = {(f.domain(0).name(), f.range().name()) for f in functions}
    reached: set[tuple[str, str]] = set(edges)
    while True:
        more = {(a, d) for a, b in reached for c, d in edges if b == c} - reached
        if not more:
            return reached
        reached |= more

"""Formulas about at most so many entities of each kind, without quantifiers.

What has a model of that size has one. Nothing is said of larger ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import z3

from statecheck.smt.existence import exists
from statecheck.smt.quantifiers import outermost
from statecheck.smt.terms import entity_constants, has_quantifier


class Universe:
    """Some entities of each kind, of which each may exist or not; ``functions`` lead to them."""

    def __init__(
        self, sorts: Sequence[z3.SortRef], size: int, functions: Sequence[z3.FuncDeclRef]
    ) -> None:
        self.entities: Mapping[str, Sequence[z3.ExprRef]] = {
            sort.name(): [z3.Const(f"{sort.name()} {n + 1} of {size}", sort) for n in range(size)]
            for sort in sorts
        }
        self.functions = functions
        self._known: set[int] = set()

    def constraints(self) -> Iterator[z3.BoolRef]:
        """Demands that the entities differ, that the first ones exist if any do, and that functions
        lead to them.
        """
        for own in self.entities.values():
            self._known |= {entity.get_id() for entity in own}
            yield z3.Distinct(*own)
            for first, second in itertools.pairwise(own):
                yield z3.Implies(exists(second), exists(first))
        for function in self.functions:
            for entity in self.entities[function.domain(0).name()]:
                yield self._is_one(function(entity))

    def _is_one(self, term: z3.ExprRef) -> z3.BoolRef:
        formula: z3.BoolRef = z3.Or(*(term == one for one in self.entities[term.sort().name()]))
        return formula

    def ground(self, formula: z3.BoolRef) -> list[z3.BoolRef]:
        """A formula without quantifiers that says the same of the universe, and what its constants
        stand for.
        """
        grounded = self._ground(formula)
        found = [grounded]
        for constant in entity_constants(grounded):
            if constant.get_id() not in self._known:
                self._known.add(constant.get_id())
                found.append(self._is_one(constant))
        return found

    def _ground(self, formula: z3.BoolRef) -> z3.BoolRef:
        if not has_quantifier(formula):
            return formula
        if not z3.is_quantifier(formula):
            pairs = [(part, self._ground(part)) for part in outermost(formula)]
            return z3.substitute(formula, *pairs)
        sorts = [formula.var_sort(n).name() for n in range(formula.num_vars())]
        instances = [
            self._ground(z3.substitute_vars(formula.body(), *reversed(chosen)))
            for chosen in itertools.product(*(self.entities[sort] for sort in sorts))
        ]
        return z3.And(*instances) if formula.is_forall() else z3.Or(*instances)

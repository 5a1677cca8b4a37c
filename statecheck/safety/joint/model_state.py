"""The state that a model of the solver has, as a valuation that terms are evaluated in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.vocabulary import Vocabulary


def state_in(
    model: z3.ModelRef, vocabulary: Vocabulary, members: Mapping[str, Sequence[z3.ExprRef]]
) -> Valuation:
    """The state of a model with certain entities, each kind's by a term for each of them.

    Where a function leads to none of these, its value gets a number of its own, which is that of
    no entity: quantifiers do not range over it.
    """
    sizes = {kind: len(own) for kind, own in members.items()}
    known = {kind: _Numbers(model, own) for kind, own in members.items()}
    functions: dict[str, list[Any]] = {}
    decls = [*vocabulary.references.values(), *vocabulary.functions.values()]
    grown = True
    while grown:
        grown = False
        for decl in decls:
            column = functions.setdefault(decl.name(), [])
            own = known[decl.domain(0).name()].terms
            grown = grown or len(column) < len(own)
            for term in own[len(column) :]:
                column.append(_value(model, decl(term), known))
    constants = {
        term.decl().name(): _value(model, term, known) for term in vocabulary.constants.values()
    }
    return Valuation(sizes, functions, constants)


class _Numbers:
    """The entities of a kind in a model, and the number of each."""

    def __init__(self, model: z3.ModelRef, terms: Sequence[z3.ExprRef]) -> None:
        self.terms: list[z3.ExprRef] = []
        self._numbers: dict[int, int] = {}
        for term in terms:
            self.of(model.eval(term, model_completion=True), term)

    def of(self, value: z3.ExprRef, term: z3.ExprRef) -> int:
        """The number of a value, which a term has."""
        if value.get_id() not in self._numbers:
            self._numbers[value.get_id()] = len(self.terms)
            self.terms.append(term)
        return self._numbers[value.get_id()]


def _value(model: z3.ModelRef, term: z3.ExprRef, known: Mapping[str, _Numbers]) -> Any:
    value = model.eval(term, model_completion=True)
    if value.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
        return known[value.sort().name()].of(value, term)
    if z3.is_int(value):
        return value.as_long()
    return z3.is_true(value) if z3.is_bool(value) else value.decl().name()

"""The state that a model of the solver has, as a valuation that terms are evaluated in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.smt.c_interface import values
from statecheck.smt.evaluation import Valuation
from statecheck.smt.terms import is_entity
from statecheck.symbolic.vocabulary import Vocabulary


@dataclass(frozen=True)
class ModelState:
    """A state of a model.

    ``numbers`` has the number of each entity of a kind, by its value in the model; those that no
    term was given for come last.
    """

    model: z3.ModelRef
    valuation: Valuation
    numbers: Mapping[str, Mapping[int, int]]

    @property
    def is_closed(self) -> bool:
        """Every function leads to an entity that a term was given for."""
        return all(len(own) == self.valuation.sizes[kind] for kind, own in self.numbers.items())

    def values(self, terms: Sequence[z3.ExprRef]) -> tuple[Any, ...]:
        """The values of terms in the state; entities are numbers."""
        found = values(self.model, terms)
        return tuple(
            self.numbers[term.sort().name()][value] if is_entity(term) else value
            for term, value in zip(terms, found, strict=True)
        )


class StateReader:
    """Reads the states of models, many of which are about the same entities.

    ``constants`` and ``functions`` are those that a state gives values to.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.constants = [*vocabulary.constants.values()]
        self.functions = [*vocabulary.references.values(), *vocabulary.functions.values()]
        self._names = [decl.name() for decl in self.functions]
        self._kinds = [decl.domain(0).name() for decl in self.functions]
        self._targets = [_kind(decl.range()) for decl in self.functions]
        self._constants = [
            (term.decl().name(), term, _kind(term.sort())) for term in self.constants
        ]
        self._applied: dict[tuple[int, int], tuple[z3.ExprRef, z3.ExprRef]] = {}

    def read(self, model: z3.ModelRef, members: Mapping[str, Sequence[z3.ExprRef]]) -> ModelState:
        """The state of a model with the entities that terms of each kind stand for.

        Where a function leads to none of these, its value gets a number of its own, which is that
        of no entity: quantifiers do not range over it.
        """
        known = {kind: _Numbers() for kind in members}
        for kind, terms in members.items():
            known[kind].of(values(model, terms), terms)
        sizes = {kind: len(own.terms) for kind, own in known.items()}
        columns: list[list[Any]] = [[] for _ in self.functions]
        grown = True
        while grown:
            grown = False
            for index, column in enumerate(columns):
                own = known[self._kinds[index]].terms
                if len(column) == len(own):
                    continue
                grown = True
                applied = [self._apply(index, term) for term in own[len(column) :]]
                column.extend(self._of(model, self._targets[index], applied, known))
        constants = {
            name: self._of(model, kind, [term], known)[0] for name, term, kind in self._constants
        }
        functions = dict(zip(self._names, columns, strict=True))
        numbers = {kind: own.numbers for kind, own in known.items()}
        return ModelState(model, Valuation(sizes, functions, constants), numbers)

    def _apply(self, index: int, term: z3.ExprRef) -> z3.ExprRef:
        key = index, term.get_id()
        if key not in self._applied:
            self._applied[key] = term, self.functions[index](term)
        return self._applied[key][1]

    @staticmethod
    def _of(
        model: z3.ModelRef,
        kind: str | None,
        terms: Sequence[z3.ExprRef],
        known: Mapping[str, _Numbers],
    ) -> Sequence[Any]:
        found = values(model, terms)
        return found if kind is None else known[kind].of(found, terms)


def _kind(sort: z3.SortRef) -> str | None:
    """The kind of entities that a sort has; None for data."""
    name: str = sort.name()
    return name if sort.kind() == z3.Z3_UNINTERPRETED_SORT else None


class _Numbers:
    """The entities of a kind in a model, each with a term for it, and the number of each."""

    def __init__(self) -> None:
        self.terms: list[z3.ExprRef] = []
        self.numbers: dict[int, int] = {}

    def of(self, found: Sequence[int], terms: Sequence[z3.ExprRef]) -> list[int]:
        """The numbers of values, which terms have."""
        for value, term in zip(found, terms, strict=True):
            if value not in self.numbers:
                self.numbers[value] = len(self.terms)
                self.terms.append(term)
        return [self.numbers[value] for value in found]

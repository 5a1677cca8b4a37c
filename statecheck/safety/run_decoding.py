"""Concrete runs, decoded from the models of an unrolling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from statecheck.claims.concrete_run import ConcreteRun
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.symbolic.codes import code_of_term


def decoded_run(
    unrolling: Unrolling,
    model: z3.ModelRef,
    target: Target,
    *literals: z3.BoolRef,
    whole: bool = False,
) -> ConcreteRun:
    """The run of a model, with the entities that an ``any()`` in what literals stand for speaks of;
    ``whole``: with all that some formula names.
    """
    return _RunReader(unrolling, model, target).run(literals, whole=whole)


class _RunReader:
    """Reads a run off a model: only the entities that it names, and those that they lead to."""

    def __init__(self, unrolling: Unrolling, model: z3.ModelRef, target: Target) -> None:
        self.unrolling = unrolling
        self.model = model
        self.target = target
        self.vocabulary = unrolling.transitions.vocabulary
        self.members: dict[str, list[z3.ExprRef]] = {
            entity.name: [] for entity in unrolling.transitions.info.entities
        }
        self.numbers: dict[int, int] = {}

    def value(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term's value in the model."""
        return self.model.eval(term, model_completion=True)

    def number(self, term: z3.ExprRef) -> int:
        """The number of an entity; a new one if it was not seen before."""
        value = self.value(term)
        key = value.get_id()
        if key not in self.numbers:
            members = self.members[value.sort().name()]
            self.numbers[key] = len(members)
            members.append(value)
        return self.numbers[key]

    def code(self, term: z3.ExprRef) -> Any:
        """The code of a term's value."""
        if term.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
            return self.number(term)
        return code_of_term(self.value(term))

    def run(self, literals: Iterable[z3.BoolRef] = (), *, whole: bool = False) -> ConcreteRun:
        """The run, with the witnesses of what literals stand for; ``whole``: with every entity that
        some formula of the unrolling names.
        """
        steps = []
        for layer in self.unrolling.layers:
            command = self.unrolling.taken(self.model, layer)
            arguments = tuple(self.code(term) for term in layer.arguments[command.name])
            steps.append((command.name, arguments))
        witness = tuple(self.code(term) for _, _, term in self.target.variables)
        named = self.unrolling.witnesses((*self.target.required_entities, *literals), self.model)
        required_entities = dict.fromkeys(
            (term.sort().name(), self.number(term)) for _, term in named
        )
        for terms in self.unrolling.grounding.terms.values() if whole else ():
            for term in terms.values():
                self.number(term)
        initial: dict[str, list[Any]] = {}
        done: dict[str, int] = {}
        while any(done.get(sort, 0) < len(members) for sort, members in self.members.items()):
            for sort, members in self.members.items():
                for member in list(members[done.get(sort, 0) :]):
                    self._describe(sort, member, initial)
                    done[sort] = done.get(sort, 0) + 1
        constants = {name: self.code(term) for name, term in self.vocabulary.constants.items()}
        sizes = {sort: len(members) for sort, members in self.members.items()}
        types = tuple(type_ for _, type_, _ in self.target.variables)
        return ConcreteRun(
            sizes, initial, constants, tuple(steps), witness, types, tuple(required_entities)
        )

    def _describe(self, sort: str, member: z3.ExprRef, initial: dict[str, list[Any]]) -> None:
        for (entity, name), decl in self.vocabulary.references.items():
            if entity == sort:
                initial.setdefault(f"{entity}.{name}", []).append(self.code(decl(member)))
        for key, decl in self.vocabulary.functions.items():
            if key.entity == sort and key not in self.unrolling.initial:
                initial.setdefault(str(key), []).append(self.code(decl(member)))

"""The invariant evaluated in every reachable state of small instances: a check without a solver.

The plain machines are executed, and clauses are computed by Python from the values that they have.
It establishes nothing about larger instances; it would notice a clause that a
solver wrongly accepts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.certificate.hypotheses import Hypothesis
from statecheck.explicit import packing
from statecheck.explicit.product import Product, product
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import FORGOTTEN, History
from statecheck.smt.evaluation import Compiled, compiled
from statecheck.smt.interruption import raise_if_interrupted
from statecheck.smt.terms import is_entity
from statecheck.symbolic.codes import Code, encoded, finite_codes
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class Sweep:
    """How many states of how many instances were looked at, and the first clause that fails in one,
    in words. It is ``whole`` where these are all that can be reached.
    """

    states: int
    failure: str | None
    instances: int = 0
    whole: bool = True


def sweep(
    transitions: TransitionSystem,
    clauses: Sequence[Hypothesis],
    instances: Iterable[FiniteInstance],
    time_left: Callable[[], object] = raise_if_interrupted,
    most: float = math.inf,
) -> Sweep:
    """Evaluate clauses for all entities in every reachable state of the instances, ``most`` of
    them at most; clauses about numbers are left out.

    ``time_left`` is called for each state; it raises what is to end the search.
    """
    relevant = transitions.relevance.of(clause.term for clause in clauses)
    histories = [h for h in transitions.histories if transitions.history_key(h) in relevant]
    seen, count = 0, 0
    for instance in instances:
        count += 1
        for space in instance.spaces():
            kept = product(space, histories)
            reader = _Reader(transitions, kept, histories)
            tests = _tests(
                clause
                for clause in clauses
                if all(space.constants[n] == v for n, v in clause.variant.constants)
            )
            for state in kept.reachable(time_left):
                if seen >= most:
                    return Sweep(seen, None, count, whole=False)
                seen += 1
                failing = reader.failing(state, tests)
                if failing is not None:
                    return Sweep(seen, f"{failing.says} fails in a reachable state", count)
    return Sweep(seen, None, count)


def can_be_evaluated(clause: Hypothesis) -> bool:
    """Tell whether a clause is about entities alone; of numbers there are too many."""
    return all(is_entity(variable) for variable, _ in clause.variables)


_Test = tuple[dict[str, str], list[Hypothesis], Compiled]


def _tests(clauses: Iterable[Hypothesis]) -> list[_Test]:
    """For some variables, by their kinds, the clauses about them, and a function that evaluates
    all of these.
    """
    found: dict[tuple[tuple[str, str], ...], list[Hypothesis]] = {}
    for clause in clauses:
        if can_be_evaluated(clause):
            kinds = tuple((str(v), str(v.sort().name())) for v, _ in clause.variables)
            found.setdefault(kinds, []).append(clause)
    return [(dict(kinds), own, compiled(*(c.term for c in own))) for kinds, own in found.items()]


class _Reader:
    """Reads the functions of a state off a state of a product."""

    def __init__(
        self, transitions: TransitionSystem, kept: Product, histories: Sequence[History[Any]]
    ) -> None:
        system = kept.space.before.system
        info, vocabulary = transitions.info, transitions.vocabulary
        self.kept = kept.packing
        self.functions: dict[str, list[Any]] = {
            f"{entity.name}.{name}": [
                getattr(member, name).index for member in system.entities_of(entity)
            ]
            for entity in info.entities
            for name, _ in entity.references
        }
        self.sizes = {entity.name: len(system.entities_of(entity)) for entity in info.entities}
        keys = [
            Key(info.entity(type(member)).name, machine.slot, name)
            for member, machine, name in kept.space.cells
        ]
        keys += [transitions.history_key(history) for history, _ in kept.slots]
        members = [member for member, _, _ in kept.space.cells] + [m for _, m in kept.slots]
        self.places: list[tuple[list[Any], int, Any, dict[int, Any]]] = []
        for key, member in zip(keys, members, strict=True):
            values = self.functions.setdefault(str(key), [None] * self.sizes[key.entity])
            self.places.append((values, member.index, vocabulary.types[key], {}))
        fixed = kept.space.constants
        self.constants = {
            f"{info.cls.__name__}.{name}": encoded(fixed[name], type_)
            for name, type_, _ in info.constants
            if name in fixed
        }

    def failing(self, state: packing.Code, tests: Sequence[_Test]) -> Hypothesis | None:
        """The first clause that does not hold for some entities in a state."""
        numbers = self.kept.unpack(state)
        for (values, index, type_, known), number, table in zip(
            self.places, numbers, self.kept.tables, strict=True
        ):
            if number not in known:
                known[number] = _code(table.values[number], type_)
            values[index] = known[number]
        for kinds, clauses, test in tests:
            for chosen in itertools.product(*(range(self.sizes[kind]) for kind in kinds.values())):
                self.constants |= dict(zip(kinds, chosen, strict=True))
                answers = test(self.functions, self.constants, self.sizes)
                if not all(answers):
                    return next(c for c, holds in zip(clauses, answers, strict=True) if not holds)
        return None


def _code(value: Any, type_: Any) -> Code:
    """The code of a value; that of any one where nothing reads it."""
    if value is FORGOTTEN:
        return (finite_codes(type_) or (0,))[0]
    return encoded(value, type_)

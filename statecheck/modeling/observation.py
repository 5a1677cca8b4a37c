"""Observations of a system: its steps, and histories of its runs, in plain Python.

A *history* is something that claims remember about a run and the machines do not::

    @history(initially=False)
    def ever_moved(step: Step, lift: Lift) -> bool:
        return ever_moved(lift) or step.fires(Tower.start, lift)

It is a function of an entity, evaluated after every step; called with an entity it answers its
value in the entity's state. Steps and histories are those of plain systems and of symbolic ones.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from statecheck.errors import ModelError
from statecheck.modeling.entity import Entity
from statecheck.modeling.fields import STATE
from statecheck.modeling.system import System

T = TypeVar("T")


class TruthValue:
    """Base of the values that stand for a truth, as bool does."""

    __slots__ = ()


class Inapplicable(Exception):  # noqa: N818  (no error: the claim says nothing here)
    """A claim's antecedent does not hold."""


_CONCLUDING: ContextVar[bool] = ContextVar("_CONCLUDING", default=False)


def assume(condition: object) -> None:
    """The antecedent of a claim: where ``condition`` is false, the claim says nothing."""
    if not _CONCLUDING.get() and not condition:
        raise Inapplicable


@contextmanager
def concluding() -> Iterator[None]:
    """Within, claims are asked for their conclusions alone, whatever they assume."""
    token = _CONCLUDING.set(True)
    try:
        yield
    finally:
        _CONCLUDING.reset(token)


def enabled(site: System, action: Callable[..., Any], *arguments: Any) -> Any:
    """The truth that an action is enabled in a state."""
    observed = site.observed
    if observed is None:
        raise ModelError(f"enabled({action.__name__}) is asked of a system that nobody observes")
    return observed.enabled(action.__name__, arguments)


class Step:
    """One step of a system: the states before and after it, and the action that it was.

    Entities that a claim gets belong to the state before; ``step.after[entity]`` is the same
    entity after the step.
    """

    before: Any
    after: Any

    def fires(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """The truth that the step is this action with these arguments, or the first of them."""
        raise NotImplementedError

    def keeps(self, entity: Entity, *but: str) -> Any:
        """The truth that nothing of an entity changes, functions named ``slot.field`` left out."""
        info = self.before.info.entity(type(entity))
        known = {
            f"{m.slot}.{n}" for m in info.machines for n in (STATE, *(f.name for f in m.fields))
        }
        for name in but:
            if name not in known:
                raise ModelError(
                    f"step.keeps(..., {name!r}): {info.name} has {', '.join(sorted(known))}"
                )
        return self._keeps(
            entity,
            [
                (machine.slot, name)
                for machine in info.machines
                for name in (STATE, *(f.name for f in machine.fields))
                if f"{machine.slot}.{name}" not in but
            ],
        )

    def _keeps(self, entity: Any, functions: Sequence[tuple[str, str]]) -> Any:
        """The truth that functions of an entity, by slot and name, keep their values."""
        return all(self._same(entity, slot, name) for slot, name in functions)

    def _same(self, entity: Any, slot: str, name: str) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class History(Generic[T]):
    """A function of an entity that remembers something about the run.

    ``initially`` is its value in an initial state: a constant, or a function of the entity.
    """

    name: str
    entity: type
    type: Any
    initially: Any
    update: Callable[[Step, Any], Any]

    def __call__(self, entity: Any) -> T:
        """The value at an entity, in the entity's state."""
        observed = entity.system.observed
        if observed is None:
            raise ModelError(f"{self.name}({entity}) is asked of a system that nobody observes")
        value: T = observed.observe(self.name, entity, self.type)
        return value

    def first(self, entity: Any) -> Any:
        """The value in an initial state."""
        return self.initially(entity) if callable(self.initially) else self.initially


def annotated_types(
    function: Callable[..., Any], surroundings: Mapping[str, Any]
) -> dict[str, Any]:
    """The annotations of a function's parameters, and of what it returns.

    ``surroundings`` are the names where it is defined: classes of a function around it are known
    there alone. Raises ModelError for a parameter without one, and for a name that is not known.
    """
    try:
        found = get_type_hints(function, localns=dict(surroundings))
    except NameError as error:
        raise ModelError(
            f"{function.__name__}: an annotation says {error.name}, which is not known in "
            f"{function.__module__}"
        ) from None
    for name in inspect.signature(function).parameters:
        if name not in found:
            raise ModelError(
                f"{function.__name__}: the parameter {name} has no annotation; write {name}: "
                "CLASS, with the kind of entity that it stands for, the system or Step"
            )
    return found


def history(
    initially: Any,
) -> Callable[[Callable[[Step, Any], T]], History[T]]:
    """Make a history of its update: a function of the step and the entity."""

    def make(update: Callable[[Step, Any], T]) -> History[T]:
        hints = annotated_types(update, sys._getframe(1).f_locals)
        if "return" not in hints:
            raise ModelError(f"{update.__name__}: a history says what it returns; write -> TYPE")
        _, variable = inspect.signature(update).parameters
        return History(update.__name__, hints[variable], hints["return"], initially, update)

    return make

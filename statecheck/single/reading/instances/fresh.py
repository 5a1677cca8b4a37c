"""One more instance, made as users make it and started; and silence while code of others runs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from statemachine.engines.async_ import AsyncEngine
from statemachine.exceptions import InvalidDefinition

from statecheck.clock import Endless, alarm
from statecheck.modeling import STATE, Machine, Made, Maker, ModelError, Record, Start
from statecheck.single.reading.foreign import work
from statecheck.single.reading.known_answers import without_waiting

PATIENCE = 10.0
"""Seconds after which the making of one is taken for endless."""


class _Nowhere(io.TextIOBase):
    """Takes whatever is printed, and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


NOWHERE = _Nowhere()


def making_of(made: Made) -> Callable[[], Any]:
    """The call that makes an instance."""
    if isinstance(made, Maker):
        return made.function
    return partial(_declared, made) if issubclass(made, Machine) else made


def _declared(cls: type[Machine]) -> Machine:
    """A machine of a system by itself, with the values that its fields are declared with."""
    values: dict[str, Any] = {STATE: (cls.starts_in or (cls.initial_state.id,))[0]}
    for name, field in cls.fields.items():
        if field.start is Start.ANYTHING:
            raise ModelError(
                f"{cls.__name__}.{name} may start with anything, and a machine by itself starts in "
                f"one way; write {name} = value"
            )
        values[name] = None if field.start is Start.DERIVED else field.value
    machine = cls(Record([], values), None)
    for name, field in cls.fields.items():
        if field.start is Start.DERIVED:
            setattr(machine, name, field.value(machine))
    return machine


def made_by(make: Callable[[], Any], name: str) -> Any:
    """Call ``make``, whose ``name`` messages tell, without beginning the work of a machine.

    Raises ModelError where the call fails or does not end.
    """
    with (
        alarm(PATIENCE),
        without_waiting(),
        warnings.catch_warnings(),
        work.held_back(),
        redirect_stdout(NOWHERE),
    ):
        warnings.simplefilter("ignore")
        try:
            found = make()
            if isinstance(getattr(found, "_engine", None), AsyncEngine):
                found.activate_initial_state()
        except ModelError:
            raise
        except Endless:
            raise ModelError(
                f"{name}() is not made within {PATIENCE:g} s; something that it waits for does not "
                "come"
            ) from None
        except Exception as error:
            raise ModelError(
                f"{name}() cannot be made: {type(error).__name__}: {error}; "
                f"{_advice(name, make, error)}"
            ) from error
    return found


def _advice(name: str, make: Callable[[], Any], error: Exception) -> str:
    """Say what to do where a call fails."""
    if not isinstance(make, type):
        return "call it yourself, and mend what fails there"
    if isinstance(error, InvalidDefinition) and "Failed to parse" in str(error):
        return (
            "the library takes names, numbers and texts, comparisons of these, not, and, or; write "
            "anything else in a method, and name it as the guard"
        )
    what = "model=..." if isinstance(error, InvalidDefinition) else "..."
    return (
        f"if it is made in another way, write a function that makes one, such as def make(): "
        f"return {name}({what}), and name MODULE:make in place of the class"
    )


def checked_instance(made: Made, found: Any) -> Any:
    """The instance, with its work held back. Raises ModelError for one of another class."""
    cls = made.cls if isinstance(made, Maker) else made
    if type(found) is not cls:
        raise ModelError(
            f"{made.__name__}() returns a {cls.__name__} at first and then a "
            f"{type(found).__name__}; let it return instances of one class"
        )
    work.hold_back(found)
    return found

"""The value of a claim's expression in a state, or of a step."""

from __future__ import annotations

import builtins
import difflib
import enum
from collections import deque
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any, Self

from statemachine import State

from statecheck.claims.syntax import TRUTH
from statecheck.clock import Timeout
from statecheck.modeling import ModelError
from statecheck.single.claims.checks import checked_comparison, checked_truth
from statecheck.single.claims.claims import Expression, Moment, StepFacts
from statecheck.single.claims.meanings import in_words
from statecheck.single.claims.views import NotSeen
from statecheck.single.execution.giving_up import Unexplored, UnknownError
from statecheck.single.reading.foreign.answers import OutsideError
from statecheck.single.reading.freeze import OPAQUE

FUNCTIONS = ("abs", "all", "any", "bool", "int", "isinstance", "len", "max", "min", "round", "sum")
"""Python's own functions that a claim may use."""

IS_ACTIVE = "__is_active"
"""The function that asks an object, and no state, for its attribute ``is_active``."""


def evaluator(
    code: CodeType, text: str, constants: Mapping[str, Any], fields: Sequence[str]
) -> Expression:
    """The function that evaluates compiled code. It raises ModelError where that fails."""

    def evaluate(before: Moment, after: Moment | None, step: StepFacts | None) -> Any:
        values: dict[str, Any] = {
            **constants,
            **{name: getattr(builtins, name) for name in FUNCTIONS},
            "__builtins__": {},
            TRUTH: checked_truth(text),
            "__compare": checked_comparison(text),
            "__raised": _Raised(step.raised, text) if step else "",
            "__event": (step.event if step else ""),
            "__refused": (step.refused if step else False),
            IS_ACTIVE: _is_active,
        }
        for label, moment in (("before", before), ("after", after)):
            if moment is None:
                continue
            values[f"__{label}_states"] = moment.active
            values[f"__{label}_memory"] = moment.memory
            values[f"__{label}_options"] = moment.options
            for name in fields:
                if name in moment.fields:
                    _check_known(moment.fields[name], name, text)
                    values[f"__{label}_{safe(name)}"] = moment.value(name)
        try:
            return eval(code, values)  # noqa: S307  (it is the user's own expression)
        except NotSeen as error:
            raise ModelError(f"{text!r}: {error}") from None
        except (ModelError, UnknownError, Unexplored, Timeout):
            raise
        except NameError as error:
            missing = str(error).split("'")[1].removeprefix("__before_").removeprefix("__after_")
            raise ModelError(
                f"{text!r}: the field {missing} is not there in some state; give it a value "
                "in __init__"
            ) from None
        except AttributeError as error:
            raise ModelError(f"{text!r}: {_no_attribute(error)}") from None
        except Exception as error:  # noqa: BLE001  (whatever the user's expression does)
            raise ModelError(
                f"{text!r} cannot be evaluated in some state: {type(error).__name__}: {error}"
            ) from None

    return evaluate


def _is_active(found: Any) -> Any:
    """The attribute of that name of an object that is no state."""
    if isinstance(found, State):
        raise NotSeen("of a state that a field holds, only its id, name and value can be used")
    return found.is_active


def _no_attribute(error: AttributeError) -> str:
    """An attribute that is not there, and the one that was probably meant."""
    found, name = error.obj, str(error.name)
    if isinstance(found, type) and issubclass(found, enum.Enum):
        near = difflib.get_close_matches(name, found.__members__, 1)
        known = f"its members are {', '.join(found.__members__)}"
        meant = f"did you mean {found.__name__}.{near[0]}?" if near else known
        return f"{found.__name__} has no member {name}; {meant}"
    return f"{in_words(type(found))} has no attribute {name}"


class _Raised(str):
    """The name of the exception that came out of a step. Raises ModelError where one from outside
    is asked for it.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, name: str, text: str) -> Self:
        made = super().__new__(cls, name)
        made.text = text
        return made

    def __eq__(self, other: object) -> bool:
        if other and str(self) == OutsideError.__name__:
            raise ModelError(
                f"{self.text!r}: an exception that comes from outside may be any; say step.raised"
            )
        return super().__eq__(other)

    __hash__ = str.__hash__


def _check_known(value: Any, name: str, text: str) -> None:
    """Raise ModelError for a value of which nothing is known."""
    items = value if type(value) in (list, tuple, set, frozenset, deque) else [value]
    if type(value) is dict:
        items = [*value, *value.values()]
    if any(type(item) in OPAQUE for item in items):
        raise ModelError(
            f"{text!r}: {name} comes from outside and may be anything, so nothing can be said of it"
        )


def safe(name: str) -> str:
    """The part of a variable's name that stands for a field."""
    return name.replace(".", "__")

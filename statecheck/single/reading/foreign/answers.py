"""The choices of what is outside of a machine: its answers, and the exceptions that it raises."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from statecheck.modeling import ModelError
from statecheck.single.reading.freeze import MARK
from statecheck.single.reading.probe import asked_by_library

HARMLESS = "--assume-harmless"


class OutsideError(Exception):
    """Whatever exception comes from outside."""


class Asked(BaseException):
    """Something outside was asked for an answer where nobody chooses one."""


@dataclass
class Answers:
    """The choices of one run of the code, and what is assumed of those who answer.

    ``decide`` tells the truth of the choice with a number, ``refuse`` makes an error that does not
    get lost; both are there while code is explored. ``errors`` are the exceptions that the code
    knows, ``asks_none`` says that it asks whether something ``is None``, ``asks_attributes`` that
    it asks which attributes something has. ``chosen`` are the choices of the present run in words,
    those left out that say nothing, and ``asked`` is how many were made.
    """

    harmless: tuple[str, ...] = ()
    errors: tuple[type[Exception], ...] = ()
    asks_none: bool = False
    asks_attributes: bool = False
    is_text_allowed: Callable[[], bool] = lambda: False
    decide: Callable[[int], bool] | None = None
    refuse: Callable[[str], Exception] = ModelError
    playing: bool = False
    chosen: list[str] = field(default_factory=list)
    asked: int = 0
    unknown: dict[type[Exception], type[Exception]] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin another run."""
        self.chosen, self.asked = [], 0

    def choose(self, name: str, what: str) -> bool:
        """Choose whether something is so. Raises ModelError where nobody chooses."""
        if self.decide is None:
            if self.playing:
                raise Asked(name)
            raise ModelError(
                f"{name} comes from outside and may be anything, so nothing can be said of it"
            )
        truth = self._decided(self.decide)
        self.chosen.append(f"{name} {what}" if truth else f"it is not so that {name} {what}")
        return truth

    def _decided(self, decide: Callable[[int], bool]) -> bool:
        self.asked += 1
        return decide(self.asked)

    def meanwhile(self, name: str) -> bool:
        """Choose whether work ends while an event is handled; that it does not is always so."""
        truth = self.decide is not None and self._decided(self.decide)
        if truth:
            self.chosen.append(f"{name} ends meanwhile")
        return truth

    def is_harmless(self, name: str) -> bool:
        """Tell whether calls are assumed to have no effect and not to raise.

        What they answer may be anything, so nothing is assumed of calls of that.
        """
        return any(
            name == h or (name.startswith(f"{h}.") and "()" not in name[len(h) :])
            for h in self.harmless
        )

    def is_answer_of_harmless(self, name: str) -> bool:
        """Tell whether something was answered by what is assumed to be harmless, or is that."""
        return any(name == h or name.startswith((f"{h}.", f"{h}(")) for h in self.harmless)

    def may_raise(self, name: str, *, is_call: bool = True) -> None:
        """Raise one of the exceptions that the code could tell apart, or none."""
        if is_call and self.is_harmless(name):
            return
        if self.choose(name, "raises an exception"):
            for error in self.errors:
                if self.choose(name, f"raises {error.__name__}"):
                    raise made(error, self)
            raise made(OutsideError, self, name)
        self.chosen[-1] = f"{name} raises nothing"


def _unknown(error: type[Exception], answers: Answers) -> type[Exception]:
    """Exceptions of a type of which nothing more is known."""
    if error in answers.unknown:
        return answers.unknown[error]

    def looked(self: Exception, name: str) -> Any:
        if not name.startswith("__") and not asked_by_library(sys._getframe(1)):
            raise answers.refuse(f"an exception from outside is asked for its {name}; {_ITS_TYPE}")
        return error.__getattribute__(self, name)

    def text(self: Exception) -> str:
        if asked_by_library(sys._getframe(1)) or answers.is_text_allowed():
            return MARK
        raise answers.refuse(f"an exception from outside is made a text; {_ITS_TYPE}")

    def asked(self: Exception, *_: object) -> NoReturn:
        raise answers.refuse(
            f"an exception from outside is compared, hashed or asked for its truth; {_ITS_TYPE}"
        )

    space = {"__module__": error.__module__, "__qualname__": error.__qualname__}
    methods = {"__getattribute__": looked, "__str__": text, "__repr__": text}
    methods |= {"__eq__": asked, "__ne__": asked, "__hash__": asked, "__bool__": asked}
    answers.unknown[error] = type(error.__name__, (error,), {**space, **methods})
    return answers.unknown[error]


_ITS_TYPE = "nothing but its type can be followed"


def made(error: type[Exception], answers: Answers, *said: str) -> Exception:
    """An exception of a type, whatever it is made of."""
    unknown = _unknown(error, answers)
    return unknown.__new__(unknown, *said)

"""What is said of the classes here, and what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A claim about a class, and its right verdict; a refusal or UNDETERMINED is never wrong."""

    cls: type[Any]
    kind: str
    text: str
    right: str

    def __str__(self) -> str:
        return f"{self.cls.__name__}: {self.kind} {self.text}"


CASES: list[Case] = []


def case(kind: str, text: str, right: str) -> Callable[[type[Any]], type[Any]]:
    """Note a claim about the decorated class, once: who looks for doctests imports it again."""

    def note(cls: type[Any]) -> type[Any]:
        noted = Case(cls, kind, text, right)
        if str(noted) not in map(str, CASES):
            CASES.append(noted)
        return cls

    return note

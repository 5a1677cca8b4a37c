"""A function that makes machines, as what is asked about in place of a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from statemachine import StateChart


@dataclass(frozen=True)
class Maker:
    """A function without arguments, and the class of the machines that it returns.

    It takes the place of a class that is made with arguments or with a model.
    """

    function: Callable[[], StateChart[Any]]
    cls: type[StateChart[Any]]

    @property
    def __name__(self) -> str:
        return str(getattr(self.function, "__name__", self.cls.__name__))


Made = type[StateChart[Any]] | Maker
"""Whatever instances are made by: their class, or a function."""


def class_of(made: Made) -> type[StateChart[Any]]:
    """The class of the instances."""
    return made.cls if isinstance(made, Maker) else made

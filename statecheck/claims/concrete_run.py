"""Concrete runs, as a solver's model gives them, and the numbers that they may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class IntegerType:
    """A type of numbers: its least and greatest member, those that runs are to prefer, and the
    function that reads the text of one.
    """

    low: int
    high: int
    preferred: tuple[int, ...]
    parse: Callable[[str], int] = int


@dataclass(frozen=True)
class ConcreteRun:
    """A model of a shortest run: the entities' numbers by sort, and everything about the start.

    ``initial`` gives references, and what an initial state leaves open, at every entity,
    ``constants`` the system's constants, ``steps`` actions with arguments, ``witness`` the goal's
    variables and ``types`` their types, ``required_entities`` the others that the run needs, by
    sort. Entities are numbers, enumeration members names, other values plain.
    """

    sizes: dict[str, int]
    initial: dict[str, list[Any]]
    constants: dict[str, Any]
    steps: tuple[tuple[str, tuple[Any, ...]], ...]
    witness: tuple[Any, ...]
    types: tuple[Any, ...]
    required_entities: tuple[tuple[str, int], ...] = ()

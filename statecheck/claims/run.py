"""Runs as data: their steps, what each changes, and every value for other tools."""

from __future__ import annotations

from dataclasses import dataclass, field

from statecheck.claims.script import Script
from statecheck.shown import Shown


@dataclass(frozen=True)
class Change:
    """One value that a step changed: ``lift1.cabin.state: standing -> rising``.

    A machine by itself has no ``entity``; where an exception came out, ``before`` is empty.
    """

    entity: str
    what: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """Where the value is: ``lift1.cabin.state``."""
        return f"{self.entity}.{self.what}" if self.entity else self.what

    @property
    def values(self) -> str:
        """The values before and after."""
        return f"{self.before} -> {self.after}" if self.before else self.after

    def __str__(self) -> str:
        return f"{self.place}: {self.values}"


@dataclass(frozen=True)
class RunStep:
    """One step of a run: the action, its arguments by name, and what it changed.

    ``by_name`` says that arguments are shown with their names, as they are given.
    """

    action: str
    arguments: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    by_name: bool = False

    def __str__(self) -> str:
        shown = (f"{name}={value}" if self.by_name else value for name, value in self.arguments)
        return f"{self.action}({', '.join(shown)})"


Plain = bool | int | str
"""A truth, a number, or the name of an entity or of an enumeration's member."""


@dataclass(frozen=True)
class Trace:
    """Every value of a run, for other tools.

    ``constants`` are what never changes and ``states`` everything else, each value by the function
    that it is of (``Server.store.state``) and the entity (``server1``; none for a constant of the
    system); histories are functions too. ``arguments`` are those of each step, ``witness`` the
    values of the claim's variables.
    """

    constants: tuple[tuple[str, str, Plain], ...]
    states: tuple[tuple[tuple[str, str, Plain], ...], ...]
    arguments: tuple[tuple[Plain, ...], ...]
    witness: tuple[Plain, ...]


@dataclass(frozen=True)
class Run(Shown):
    """A run that was replayed on the plain machines.

    ``sizes`` gives the number of entities of each kind by the system's attribute, ``start`` what
    the initial state leaves open, ``witness`` the claim's variables, ``trace`` everything. A lasso
    goes on for ever: after its last step the steps from number ``loop`` + 1 on come again;
    ``fairness`` has the reasons why it puts nobody off for ever. A run of one machine has a
    ``script``.
    """

    sizes: tuple[tuple[str, int], ...]
    start: tuple[tuple[str, str], ...]
    steps: tuple[RunStep, ...]
    witness: tuple[tuple[str, str], ...]
    trace: Trace | None = None
    loop: int | None = None
    fairness: tuple[str, ...] = ()
    script: Script | None = field(default=None, compare=False, repr=False)

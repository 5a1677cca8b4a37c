"""A python-statemachine class as plain data, read off the class itself; it is never instantiated.

Nested and parallel states, history, entry and exit actions, internal and eventless transitions,
transitions with several targets: whatever the library can declare.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statemachine.callbacks import CallbackSpec
from statemachine.state import HistoryState
from statemachine.statemachine import StateChart

from statecheck.modeling import ModelError


@dataclass(frozen=True)
class State:
    """A state. ``id`` is its own within the machine; ``name`` is the identifier in the source.

    ``title`` is how the class calls it, where that says more than the identifier.
    ``kind`` is simple, final, history, deep history, or for a state with ``children`` compound or
    parallel. ``actions`` are what it does on its own: entry and exit, and what it invokes.
    """

    id: str
    name: str
    kind: str
    initial: bool
    actions: tuple[tuple[str, str], ...]
    children: tuple[State, ...]
    title: str = ""

    def all(self) -> Iterator[State]:
        """The state and everything in it."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Condition:
    """A condition as the class writes it, and the names that it asks."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Guard:
    """A guard of a transition: conditions that all have to hold."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(condition.text for condition in self.conditions)


@dataclass(frozen=True)
class Transition:
    """A transition. ``order`` is its place among those of the same event out of the same state,
    which are tried in turn; 0 where it is the only one. No ``event``: it needs none. ``guards``
    are asked in order, validators (which raise an error where a guard says no) first.
    """

    event: str
    source: str
    targets: tuple[str, ...]
    guards: tuple[Guard, ...]
    actions: tuple[str, ...]
    internal: bool
    order: int = 0


@dataclass(frozen=True)
class Machine:
    """A machine: its states, outermost first, its transitions, and the states it may start in.

    ``always`` are the actions of every transition, ``source`` the file and the class.
    """

    name: str
    summary: str
    source: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    starts: tuple[str, ...]
    always: tuple[str, ...]

    def all(self) -> Iterator[State]:
        """Every state."""
        for state in self.states:
            yield from state.all()

    @property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """For each state the ids of the states around it, outermost first."""
        around_state: dict[str, tuple[str, ...]] = {}

        def visit(states: Iterable[State], around: tuple[str, ...]) -> None:
            for state in states:
                around_state[state.id] = around
                visit(state.children, (*around, state.id))

        visit(self.states, ())
        return around_state


_GENERIC = (
    "before_transition", "on_transition", "after_transition", "on_enter_state", "on_exit_state",
)  # fmt: skip
"""Callbacks that the library runs in every transition, if the class has them."""


def describe(cls: Any) -> Machine:
    """The description of a class. Raises ModelError if it is no state machine."""
    if not (isinstance(cls, type) and issubclass(cls, StateChart)):
        raise ModelError(
            f"{getattr(cls, '__name__', cls)!r} is no state machine; name a class that is derived "
            "from statemachine.StateMachine or statemachine.StateChart"
        )
    if not list(cls.states):
        raise ModelError(f"{cls.__name__} has no states, so there is nothing to draw")
    return _Reader(cls).machine()


class _Reader:
    """Reads one class; keeps the ids that it gives to the states."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.names = set(dir(cls))
        self.ids: dict[int, str] = {}

    def machine(self) -> Machine:
        states = tuple(self.state(state, "") for state in self.cls.states)
        transitions = tuple(t for state in self.cls.states for t in self.transitions(state))
        starts = tuple(getattr(self.cls, "starts_in", ()))
        if not starts:
            starts = tuple(state.name for state in states if state.initial)
        by_name = {state.name: state.id for state in states}
        doc = inspect.getdoc(self.cls) if self.cls.__doc__ else ""
        return Machine(
            self.cls.__name__,
            _summary(doc or ""),
            _source(self.cls, doc or ""),
            states,
            _ordered(transitions),
            tuple(by_name[name] for name in starts),
            tuple(name for name in _GENERIC if name in self.names),
        )

    def state(self, state: Any, around: str) -> State:
        own = self.ids[id(state)] = f"{around}{state.id}"
        inner = [*state.states, *getattr(state, "history", ())]
        children = tuple(self.state(child, f"{own}.") for child in inner)
        actions = [
            *(("entry", name) for name in self.callbacks(state.enter)),
            *(("exit", name) for name in self.callbacks(state.exit)),
            *(("invoke", name) for name in self.callbacks(state.invoke)),
        ]
        initial = bool(state.initial) and not bool(getattr(state.parent, "parallel", False))
        title = str(state.name)
        title = "" if _plain(title) == _plain(state.id) else title
        return State(own, state.id, _kind(state), initial, tuple(actions), children, title)

    def transitions(self, state: Any) -> Iterator[Transition]:
        for transition in state.transitions:
            if transition.initial:
                continue
            yield Transition(
                "(default)" if isinstance(state, HistoryState) else _events(transition),
                self.ids[id(state)],
                tuple(self.ids[id(target)] for target in transition.targets),
                (
                    *(_guard(name, "validate ") for name in self.callbacks(transition.validators)),
                    *(_guard(text) for text in self.callbacks(transition.cond)),
                ),
                tuple(
                    name
                    for group in (transition.before, transition.on, transition.after)
                    for name in self.callbacks(group)
                ),
                bool(transition.internal) or not transition.targets,
            )
        for child in (*state.states, *getattr(state, "history", ())):
            yield from self.transitions(child)

    def callbacks(self, specs: Iterable[CallbackSpec]) -> Iterator[str]:
        for spec in specs:
            if spec.is_convention and (spec.func not in self.names or spec.func in _GENERIC):
                continue
            yield str(spec)


def _guard(text: str, before: str = "") -> Guard:
    parts = text.split(" and ")
    return Guard(tuple(Condition(f"{before}{part}", names_asked(part)) for part in parts))


def names_asked(condition: str) -> tuple[str, ...]:
    """The names in a condition as the library writes it: Python's Boolean operators, !, ^ and v."""
    names = re.findall(r"[^\W\d]\w*", condition)
    return tuple(dict.fromkeys(name for name in names if name not in ("and", "or", "not", "v")))


def _plain(words: str) -> str:
    """A name without what the library changes in it."""
    return words.replace("_", " ").strip().lower()


def _kind(state: Any) -> str:
    if isinstance(state, HistoryState):
        return "deep history" if state.type.is_deep else "history"
    if state.parallel:
        return "parallel"
    if state.states:
        return "compound"
    return "final" if state.final else "simple"


def _events(transition: Any) -> str:
    """The events of a transition; the library lists some under two spellings."""
    ids = [str(event) for event in transition.events if str(event)]
    kept = [e for e in ids if not ("." in e and e.replace(".", "_") in ids)]
    return " or ".join(dict.fromkeys(kept))


def _ordered(transitions: tuple[Transition, ...]) -> tuple[Transition, ...]:
    rivals: dict[tuple[str, str], int] = {}
    for transition in transitions:
        key = transition.source, transition.event
        rivals[key] = rivals.get(key, 0) + 1
    seen: dict[tuple[str, str], int] = {}
    result = []
    for transition in transitions:
        key = transition.source, transition.event
        seen[key] = seen.get(key, 0) + 1
        order = seen[key] if rivals[key] > 1 else 0
        result.append(Transition(**{**vars(transition), "order": order}))
    return tuple(result)


def _summary(doc: str) -> str:
    """The first sentence of a docstring."""
    first = " ".join(doc.split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=[.])\s", first)[0] if first else ""


def _source(cls: type[Any], doc: str) -> str:
    """Where a class stands, and what its docstring names as its source."""
    place = f"class {cls.__name__}"
    try:
        file = Path(inspect.getfile(cls))
    except (TypeError, OSError):
        pass
    else:
        package = cls.__module__.split(".")
        if file.stem == package[-1]:
            place += f" in {'/'.join([*package[:-1], file.name])}"
        else:
            place += f" in {file.name}"
    cited = re.search(r"Source: ([^.\n]+)\.", " ".join(doc.split()))
    return f"{place}; from {cited[1]}" if cited else place

"""The control-flow automaton of one machine: what every event does in every control state.

A *node* is what is known exactly: the library's record of states and histories, and all data that
is kept as plain values. What is kept as terms are the *variables*. An *edge* is one event with its
arguments and inputs, taken under a guard; it updates the variables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from statecheck.single.reading.kinds import AnyKind
from statecheck.single.reading.observing import Seen
from statecheck.single.reading.specimen import Attribute, Control, Data


@dataclass(frozen=True)
class Variable:
    """An attribute that is kept as a term, when it has a value of this kind."""

    attribute: Attribute
    kind: AnyKind

    @property
    def name(self) -> str:
        """The name of its symbol."""
        return f"{self.attribute[1]}.{self.attribute[0]}.{self.kind}"


UNUSUAL = object()
"""Of a choice that has no usual value."""


@dataclass(frozen=True)
class Local:
    """A choice of the environment that is left to the solver: an argument or an input.

    ``usual`` is the value of an argument that is left out, UNUSUAL where there is none.
    """

    name: str
    kind: AnyKind
    usual: Any = UNUSUAL


@dataclass(eq=False)
class Node:
    """A control state. ``data`` are the attributes with plain values, ``variables`` the others.

    ``idle`` are ways that an event can go without effect; they are no steps. ``failures`` are those
    of them on which the library catches an exception that no transition handles, ``refused`` all
    of them, where that was asked for. ``expanded`` says that the edges are there.

    A node of a monitored automaton stands for the node ``origin`` with a ``memory`` of the run.
    """

    number: int
    control: Control
    data: Data
    variables: tuple[Variable, ...]
    key: Any
    edges: list[Edge] = field(default_factory=list)
    idle: list[Edge] = field(default_factory=list)
    failures: list[Edge] = field(default_factory=list)
    refused: list[Edge] = field(default_factory=list)
    depth: int = 0
    expanded: bool = False
    origin: Node | None = None
    memory: tuple[bool, ...] = ()


@dataclass(eq=False)
class Edge:
    """One way that an event can go.

    ``arguments`` and ``inputs`` have plain values or locals, ``guard`` is None where it always
    holds, ``updates`` gives the term of each variable of the target. ``raised`` names the type of
    the exception that came out and ``raised_in`` the callback, ``taken`` says whether a transition
    was taken. ``outputs`` are inputs that the step itself changed, ``seen`` what the library did,
    ``refused`` that it allowed no transition, with an exception or silently; ``chosen`` the answers
    from outside that the step rests on, in words.
    """

    source: Node
    target: Node
    event: str
    arguments: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[Attribute, Any], ...]
    guard: Any
    updates: dict[Variable, Any]
    locals: tuple[Local, ...]
    raised: str
    taken: bool
    outputs: tuple[tuple[Attribute, Any], ...] = ()
    raised_in: str = ""
    seen: Seen = field(default_factory=Seen)
    refused: bool = False
    chosen: tuple[str, ...] = ()
    _taken_with: Any = field(default=UNUSUAL, init=False, repr=False)

    def taken_with(self, solve: Callable[[Edge], dict[Any, Any] | None]) -> dict[Any, Any] | None:
        """Values under which it is taken, None if it never is; they are solved for once."""
        if self._taken_with is UNUSUAL:
            self._taken_with = solve(self)
        found: dict[Any, Any] | None = self._taken_with
        return found


@dataclass
class Automaton:
    """The nodes, the first of which is the initial one; ``start`` has the variables' first values.

    ``complete`` is false where there are more nodes than were made: then only those that are
    ``expanded`` have their edges, and ``explored`` is the number of steps up to which all
    runs are in it. ``growing`` are the attributes that take the most values, ``hindrance``
    says why they are not kept as terms; or it ``is_late``, for the time to make it was over.
    ``alternatives`` has for each event the arguments, by name, and the inputs, by attribute, that
    it was sent with. Where it ``is_abstract``, some edges rest on answers from outside, and a run
    along them need not exist; or not every value was tried, as its ``caveat`` says. ``remembered``
    is what a claim remembers, in its words, where nodes have a memory.
    """

    nodes: list[Node]
    start: dict[Variable, Any]
    complete: bool = True
    explored: int = 0
    growing: tuple[str, ...] = ()
    hindrance: str = ""
    alternatives: dict[str, list[dict[Any, Any]]] = field(default_factory=dict)
    is_abstract: bool = False
    caveat: str = ""
    is_late: bool = False
    remembered: tuple[str, ...] = ()

    def is_expanded(self, node: Node) -> bool:
        """Tell whether a node has its edges."""
        return self.complete or node.expanded

    @property
    def edges(self) -> list[Edge]:
        """All edges."""
        return [edge for node in self.nodes for edge in node.edges]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All variables."""
        return tuple(dict.fromkeys(v for node in self.nodes for v in node.variables))

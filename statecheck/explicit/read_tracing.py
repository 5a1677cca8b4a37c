"""Execution that is remembered: the plain machines run once for the same values read.

Records trace what an execution reads and writes. What it did is kept in a trie over what it read,
in the order in which it read it; a state that agrees on these values need not be executed again.
A table over all that was ever read stands before the trie, for it is looked up at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from statecheck.explicit.packing import Code, Packing, ValueTable
from statecheck.modeling import FORGOTTEN, ActionDisabled, Entity, ModelError, Record, System


class ReadTrace:
    """The cells that an execution reads before it writes them, in order, and those it writes."""

    def __init__(self, *, memoise: bool) -> None:
        self.memoise = memoise
        self.on = False
        self.reads: dict[int, None] = {}
        self.written: set[int] = set()
        self.within: range | None = None
        self.executions = 0

    def start(self) -> None:
        """Begin to trace."""
        self.executions += 1
        self.on, self.reads, self.written, self.within = True, {}, set(), None


class Traced(Record):
    """A record that reports what is read and written. Raises ModelError for a forgotten value."""

    _cells: ClassVar[Mapping[str, int]] = {}
    _trace: ReadTrace
    _machine: str

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if not name.startswith("_") and name in self._cells:
            self._read(name, value)
        return value

    def _read(self, name: str, value: Any) -> None:
        trace, cell = self._trace, self._cells[name]
        if not trace.on:
            return
        if trace.within is not None and cell not in trace.within:
            raise ModelError(f"dead_fields of {self._machine} depend on another machine's {name}")
        if cell in trace.written:
            return
        if value is FORGOTTEN:
            raise ModelError(
                f"{name} of {self._machine} is read where its dead_fields say that nothing reads "
                "it; take it off them, or search with forget=False"
            )
        trace.reads[cell] = None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in self._cells:
            self._trace.written.add(self._cells[name])

    def _restore(self, name: str, value: Any) -> None:
        super()._restore(name, value)
        if name in self._cells:
            self._trace.written.discard(self._cells[name])


MOST = 1 << 16
"""So many states are remembered with their answers; for others a trie has to be gone through."""


class ReadMemo:
    """A function of a state that is executed only where what it reads is new.

    ``tree`` has at None what to look at first: a cell and a branch for each of its numbers, or the
    answer, which is no tuple. ``mask`` has the bits of all cells that were ever read, and ``known``
    the answers by these.
    """

    __slots__ = ("execute", "known", "mask", "packing", "trace", "tree")

    def __init__(self, trace: ReadTrace, packing: Packing, execute: Callable[[Code], Any]) -> None:
        self.execute, self.trace, self.packing = execute, trace, packing
        self.tree: dict[int | None, Any] = {}
        self.mask: Code = 0
        self.known: dict[Code, Any] = {}

    def __call__(self, state: Code) -> Any:
        """The answer of an execution from a state."""
        answer = self.known.get(state & self.mask)
        return self._look_up(state) if answer is None else answer

    def _look_up(self, state: Code) -> Any:
        node, places = self.tree.get(None), self.packing.places
        while node.__class__ is tuple:
            shift, ones = places[node[0]]
            node = node[1].get(state >> shift & ones)
        answer = self._learn(state) if node is None else node
        if self.trace.memoise and len(self.known) < MOST:
            self.known[state & self.mask] = answer
        return answer

    def _learn(self, state: Code) -> Any:
        self.trace.start()
        try:
            answer = self.execute(state)
        finally:
            self.trace.on = False
        if not self.trace.memoise:
            return answer
        branch, key = self.tree, None
        for cell in self.trace.reads:
            node = branch.setdefault(key, (cell, {}))
            if node.__class__ is not tuple or node[0] != cell:
                raise ModelError("what the model does depends on more than the state")
            shift, ones = self.packing.places[cell]
            branch, key = node[1], state >> shift & ones
        branch[key] = answer
        mask = self.mask | self.packing.mask(self.trace.reads)
        if mask != self.mask:
            self.mask = mask
            self.known.clear()
        return answer


class SystemCopy:
    """One of the two copies of the system: that before a step, or that after it."""

    def __init__(
        self, system: System, tables: Sequence[ValueTable], trace: ReadTrace, offset: int
    ) -> None:
        self.system, self.tables = system, tables
        self.slots: list[tuple[dict[str, Any], str]] = []
        for cell, (member, machine, name) in enumerate(system.state_variables(), offset):
            record = getattr(member, machine.slot).model
            own = record.__dict__
            own["_cells"] = {**own.get("_cells", {}), name: cell}
            own["_trace"], own["_machine"] = trace, f"{member}.{machine.slot}"
            self.slots.append((own, name))
        self.loaded: list[int] = [-1] * len(self.slots)

    def load(self, numbers: Sequence[int]) -> None:
        """Bring the copy into the state that has these numbers in its cells."""
        for cell, (old, new) in enumerate(zip(self.loaded, numbers, strict=True)):
            if old != new:
                own, name = self.slots[cell]
                own[name] = self.own(self.tables[cell].values[new])
                self.loaded[cell] = new

    def own(self, value: Any) -> Any:
        """A value as it is here: an entity is one of this copy."""
        return self.system[value] if isinstance(value, Entity) else value

    def number(self, cell: int) -> int:
        """The number of a cell's present value."""
        own, name = self.slots[cell]
        return self.tables[cell].number(own[name])

    def fire(self, name: str, arguments: Iterable[Any]) -> bool:
        """Fire an action, or find it disabled. ``System.undo`` takes it back."""
        try:
            getattr(self.system, name)(*map(self.own, arguments))
        except ActionDisabled:
            return False
        return True

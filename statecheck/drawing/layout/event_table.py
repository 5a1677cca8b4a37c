"""A table of what each event does in each state, below the diagram of a crowded machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import block, line_width, lines_size
from statecheck.drawing.canvas.scene import Box, Group, Item, Line, Span, label, rule
from statecheck.drawing.canvas.style import SMALL
from statecheck.drawing.layout.labels import Setting, action_lines, guard_lines
from statecheck.drawing.machine import Machine, Transition

MANY = 4
"""More transitions for each state than so many crowd a diagram."""

RIVALS = 3
"""So many transitions of one event out of one state have an order that labels scatter."""

_STATES = 6
"""A table with more columns of states is too wide."""

_LIMIT = 230.0
_GAP = 22.0
_HEAD = 46.0
_ROW = 7.0


def crowded(machine: Machine) -> bool:
    """True if guards and actions are told better in a table than at the arrows."""
    states = list(machine.all())
    return (
        len(machine.transitions) > MANY * len(states)
        and len(states) <= _STATES
        and not any(state.children for state in states)
        and any(transition.order >= RIVALS for transition in machine.transitions)
    )


@dataclass(frozen=True)
class Row:
    """The transitions of one event under one guard, by the state that each leads out of."""

    event: str
    out_of: Mapping[str, Transition]

    @property
    def any(self) -> Transition:
        """One of the transitions: event, guards and actions are the same in all."""
        return next(iter(self.out_of.values()))


def rows(machine: Machine) -> list[Row]:
    """The rows, event by event. Those of an event are tried from the first to the last, in every
    state.
    """
    by_event: dict[str, dict[str, list[Transition]]] = {}
    for transition in machine.transitions:
        out_of = by_event.setdefault(transition.event, {})
        out_of.setdefault(transition.source, []).append(transition)
    return [row for event, out_of in by_event.items() for row in _merged(event, out_of)]


def _merged(event: str, out_of: Mapping[str, Sequence[Transition]]) -> Iterator[Row]:
    """One row for transitions that differ in their states alone, as far as their order allows."""
    waiting = {state: list(transitions) for state, transitions in out_of.items()}
    while any(waiting.values()):
        heads = [own[0] for own in waiting.values() if own]
        later = [_said(t) for own in waiting.values() for t in own[1:]]
        free = [head for head in heads if _said(head) not in later]
        chosen = _said((free or heads)[0])
        taken = {s: own[0] for s, own in waiting.items() if own and _said(own[0]) == chosen}
        for state in taken:
            del waiting[state][0]
        yield Row(event, taken)


def _said(transition: Transition) -> tuple[object, ...]:
    return transition.guards, transition.actions


class EventTable:
    """The table of a machine, laid out."""

    def __init__(self, machine: Machine, setting: Setting) -> None:
        self.machine, self.setting = machine, setting
        self.names = {state.id: state.name for state in machine.all()}
        self.rows = rows(machine)
        columns = [[self._event(row)] for row in self.rows]
        guards = [guard_lines(row.any, setting, _LIMIT) for row in self.rows]
        actions = [action_lines(row.any, setting, _LIMIT) for row in self.rows]
        self.cells = [
            [event, guard, *([self._target(row, state)] for state in self.names), action]
            for row, event, guard, action in zip(self.rows, columns, guards, actions, strict=True)
        ]
        heads = ["event", "guard", *self.names.values(), "action"]
        self.heads = tuple(heads)
        widths = [
            max(
                text.width(head, SMALL, bold=True),
                *(lines_size(cells[place], SMALL)[0] for cells in self.cells),
            )
            for place, head in enumerate(heads)
        ]
        self.lefts = [sum(widths[:place]) + _GAP * place for place in range(len(widths))]
        self.width = sum(widths) + _GAP * (len(widths) - 1)
        self.heights = [
            max(lines_size(lines, SMALL)[1] for lines in cells) + _ROW for cells in self.cells
        ]
        self.height = _HEAD + sum(self.heights)

    def _event(self, row: Row) -> Line:
        """The event in its first row; below it the same event is meant."""
        first = next(other for other in self.rows if other.event == row.event)
        if row is not first:
            return ()
        role = self.setting.role("shared" if row.event in self.setting.shared else "ink", row.event)
        sign = (Span(mark="diamond", role=role),) if row.event in self.setting.shared else ()
        return (*sign, Span(row.event or "at once", role, bold=True))

    def _target(self, row: Row, state: str) -> Line:
        transition = row.out_of.get(state)
        if transition is None:
            return ()
        role = self.setting.role("ink", row.event)
        names = " and ".join(self.names[t] for t in transition.targets if t != state)
        if names:
            return (Span(names, role),)
        muted = self.setting.role("muted", row.event)
        if transition.internal:
            return (Span("stays", muted),)
        return (Span(mark="loop", role=muted), Span(self.names[state], muted))

    def items(self) -> Iterator[Item]:
        """Everything, from the upper left corner on."""
        first, last = self.lefts[2], self.lefts[-1] - _GAP
        middle = (first + last) / 2
        yield label(middle, SMALL, "next state, out of", "muted", SMALL, anchor="middle")
        yield rule(((first, SMALL + 6), (last, SMALL + 6)))
        for head, x in zip(self.heads, self.lefts, strict=True):
            is_state = head in self.names.values()
            yield label(x, _HEAD - 14, head, "ink" if is_state else "muted", SMALL, bold=is_state)
        y = _HEAD
        for row, cells, height in zip(self.rows, self.cells, self.heights, strict=True):
            yield self._row(row, cells, y, height)
            y += height

    def _row(self, row: Row, cells: Sequence[Sequence[Line]], y: float, height: float) -> Group:
        events = list(dict.fromkeys(other.event for other in self.rows))
        items: list[Item] = []
        if events.index(row.event) % 2 == 0:
            items.append(Box(-8, y, self.width + 16, height, "stripe"))
        for lines, x in zip(cells, self.lefts, strict=True):
            shown = [line for line in lines if line_width(line, SMALL)]
            items += block(shown, x, y + _ROW / 2 - 1, SMALL)
        number = self.rows.index(row)
        states = ", ".join(self.names[state] for state in row.out_of)
        title = f"{row.event or 'at once'} out of {states}"
        return Group(f"row-{number}", ("row", *filter(None, [row.event])), tuple(items), title)

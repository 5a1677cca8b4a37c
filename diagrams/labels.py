"""What is written at the arrows and states of a machine, and what its surroundings say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diagrams.machine import Machine, Transition
from diagrams.marks import line_width
from diagrams.scene import Line, Span
from diagrams.style import SMALL


@dataclass(frozen=True)
class Setting:
    """What a machine's surroundings say of it, and how it is shown.

    ``outcomes`` marks states as ``success`` or ``failure``. ``shared`` are the events in which
    other machines take part, with the words that explain them. ``full_ink`` are the identifiers
    (states, events, guards, actions) that are shown in full, and "initially" for where the machine
    starts; None means all of them.
    """

    outcomes: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    full_ink: frozenset[str] | None = None
    remark: str = ""

    def role(self, role: str, *names: str) -> str:
        """A role, or the grey one where none of the names is in full ink."""
        if self.full_ink is None or not names or self.full_ink.intersection(names):
            return role
        return "faint"


PLAIN = Setting()
"""Nothing is marked, nothing is grey."""


def description(machine: Machine) -> str:
    """The machine in words, for those who cannot see the picture."""
    parts = [machine.summary] if machine.summary else []
    by_id = {state.id: state for state in machine.all()}
    starts = " or ".join(by_id[start].name for start in machine.starts)
    parts.append(f"States: {', '.join(s.name for s in by_id.values())}. Starts in {starts}.")
    for transition in machine.transitions:
        targets = " and ".join(by_id[target].name for target in transition.targets) or "no change"
        words = f"{by_id[transition.source].name} to {targets}"
        parts.append(f"{words}: {in_words(transition)}.")
    return " ".join(parts)


def in_words(transition: Transition) -> str:
    """Event, guard and action of a transition as one text."""
    guard = f" [{' and '.join(transition.guards)}]" if transition.guards else ""
    effect = f" / {', '.join(transition.actions)}" if transition.actions else ""
    return f"{transition.event or '(no event)'}{guard}{effect}"


def transition_lines(
    transition: Transition, setting: Setting, limit: float, *, loops: bool = False, to: str = ""
) -> list[Line]:
    """The label of a transition in lines no wider than a limit, where words allow it."""
    shared, full = transition.event in setting.shared, setting.full_ink
    event = setting.role("shared" if shared else "ink", transition.event)
    head: list[Span] = []
    if loops:
        head.append(Span(mark="loop", role=setting.role("muted", transition.event)))
    if shared:
        head.append(Span(mark="diamond", role=event))
    if transition.event:
        head.append(Span(transition.event, event, bold=True))
    else:
        head.append(Span("(no event)", setting.role("muted")))
    if transition.order:
        head.append(Span(f" #{transition.order}", setting.role("muted", transition.event)))
    pieces: list[tuple[str, str]] = []
    for number, guard in enumerate(transition.guards):
        inner = guard.split(" and ")
        for part, word in enumerate(inner):
            opening = "[" if number == part == 0 else ""
            last = number == len(transition.guards) - 1 and part == len(inner) - 1
            pieces.append((f"{opening}{word}{']' if last else ' and'}", word.strip("! ()")))
    for number, action in enumerate(transition.actions):
        comma = "," if number < len(transition.actions) - 1 else ""
        pieces.append((f"{'/ ' if number == 0 else ''}{action}{comma}", action))
    if to:
        pieces.append((f"to {to}", to))
    lines: list[list[Span]] = [head]
    for words, name in pieces:
        span = Span(f" {words}", setting.role("muted" if full is None else "ink", name))
        if line_width((*lines[-1], span), SMALL) > limit:
            lines.append([Span("   ")])
        lines[-1].append(span)
    return [tuple(line) for line in lines]

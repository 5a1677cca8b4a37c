"""The labels at the arrows and states of a machine, and its setting among other machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from statecheck.drawing.canvas.marks import line_width
from statecheck.drawing.canvas.scene import Line, Span
from statecheck.drawing.canvas.style import SMALL
from statecheck.drawing.machine import Machine, Transition

Ink = str | tuple[str, str]
"""An identifier wherever it stands, or (event, identifier) in the transitions of one event."""


@dataclass(frozen=True)
class Setting:
    """A machine's setting among other machines, and how it is shown.

    ``outcomes`` marks states as ``success`` or ``failure``. ``shared`` are the events in which
    other machines take part, with the words that explain them. ``full_ink`` are the identifiers
    (states, events, guards, actions) that are shown in full, and "initially" for where the machine
    starts; None means all of them. A guard or an action may be meant in one event only.
    """

    outcomes: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    full_ink: frozenset[Ink] | None = None
    remark: str = ""

    def role(self, role: str, *names: Ink) -> str:
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
    guard = f" [{' and '.join(map(str, transition.guards))}]" if transition.guards else ""
    effect = f" / {', '.join(transition.actions)}" if transition.actions else ""
    return f"{transition.event or 'at once'}{guard}{effect}"


@dataclass(frozen=True)
class Lettering:
    """The lines in each state's box, and at each arrow, by where it starts and ends."""

    inside: dict[str, list[Line]]
    edges: dict[tuple[str, str], list[Line]]


def lettering(machine: Machine, setting: Setting, limit: float) -> Lettering:
    """The lettering of a machine, in lines about as wide as a limit."""
    parents, states = machine.parents, {state.id: state for state in machine.all()}
    inside: dict[str, list[Line]] = {state: [] for state in states}
    edges: dict[tuple[str, str], list[Line]] = {}
    for state in states.values():
        if state.title:
            inside[state.id].append((Span(f'"{state.title}"', "muted"),))
        for kind, name in state.actions:
            role = setting.role("muted", name, state.name)
            inside[state.id].append((Span(f"{kind} / {name}", role),))
    for transition in machine.transitions:
        source = transition.source
        if not _has_arrow(transition, parents):
            others = [t for t in transition.targets if t != source]
            inside[source] += transition_lines(
                transition,
                setting,
                limit + 20,
                loops=source in transition.targets and not transition.internal,
                to=" and ".join(states[other].name for other in others),
            )
            continue
        for target in transition.targets:
            lines = transition_lines(transition, setting, limit)
            edges.setdefault((source, target), []).extend(lines)
    return Lettering(inside, edges)


def brief(machine: Machine, setting: Setting, limit: float) -> Lettering:
    """The lettering in which arrows have the names of their events and nothing else."""
    inside: dict[str, list[Line]] = {state.id: [] for state in machine.all()}
    edges: dict[tuple[str, str], list[Line]] = {}
    loops: dict[str, dict[str, None]] = {}
    events: dict[tuple[str, str], dict[str, None]] = {}
    for transition in machine.transitions:
        for target in transition.targets or (transition.source,):
            if target == transition.source:
                loops.setdefault(target, {})[transition.event] = None
            else:
                events.setdefault((transition.source, target), {})[transition.event] = None
    for state, names in loops.items():
        inside[state] = _named(names, setting, limit, loops=True)
    for ends, names in events.items():
        edges[ends] = _named(names, setting, limit)
    return Lettering(inside, edges)


def _named(
    names: Iterable[str], setting: Setting, limit: float, *, loops: bool = False
) -> list[Line]:
    """The names of events, as many in a line as a limit allows."""
    lines: list[list[Span]] = [[Span(mark="loop", role="muted")] if loops else []]
    *_, last = names
    for name in names:
        role = setting.role("shared" if name in setting.shared else "ink", name)
        sign = [Span(mark="diamond", role=role)] if name in setting.shared else []
        comma = "" if name == last else ", "
        spans = [*sign, Span(f"{name or 'at once'}{comma}", role, bold=True)]
        if lines[-1] and line_width((*lines[-1], *spans), SMALL) > limit:
            lines.append([Span("   ")] if loops else [])
        lines[-1] += spans
    return [_joined(line) for line in lines]


def _has_arrow(transition: Transition, parents: Mapping[str, Sequence[str]]) -> bool:
    """True if a transition leaves its state, and the states around it."""
    if transition.internal and not transition.targets:
        return False
    source = transition.source
    return not any(
        target == source or source in parents[target] or target in parents[source]
        for target in transition.targets
    )


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
    if transition.order:
        head.append(Span(f" #{transition.order}", setting.role("muted", transition.event)))
    lines: list[list[Span]] = [head]
    for spans in (*_guard(transition, setting), *_actions(transition, setting)):
        _append(lines, spans, limit)
    if to:
        _append(lines, [Span(f"to {to}", setting.role("muted" if full is None else "ink", to))],
                limit)  # fmt: skip
    if lines[0] and not transition.event:
        lines[0][0] = replace(lines[0][0], text=lines[0][0].text.lstrip())
    return [_joined(line) for line in lines if line]


def guard_lines(transition: Transition, setting: Setting, limit: float) -> list[Line]:
    """The guard of a transition, in lines no wider than a limit."""
    return _lines(_guard(transition, setting), limit)


def action_lines(transition: Transition, setting: Setting, limit: float) -> list[Line]:
    """The actions of a transition, in lines no wider than a limit."""
    plain = [[replace(s, text=s.text.removeprefix("/ ")) for s in spans]
             for spans in _actions(transition, setting)]  # fmt: skip
    return _lines(plain, limit)


def _lines(parts: Iterable[Sequence[Span]], limit: float) -> list[Line]:
    lines: list[list[Span]] = []
    for spans in parts:
        first = replace(spans[0], text=f" {spans[0].text}")
        if not lines or line_width((*lines[-1], first, *spans[1:]), SMALL) > limit:
            lines.append([])
        lines[-1] += [first if lines[-1] else spans[0], *spans[1:]]
    return [_joined(line) for line in lines]


def _append(lines: list[list[Span]], spans: Sequence[Span], limit: float) -> None:
    """Put spans that belong together on the last line, or on a new one where they do not fit."""
    first = replace(spans[0], text=f" {spans[0].text}")
    if line_width((*lines[-1], first, *spans[1:]), SMALL) > limit:
        lines.append([Span("   ")])
    lines[-1] += [first, *spans[1:]]


def _guard(transition: Transition, setting: Setting) -> Iterator[list[Span]]:
    """The guard's words, each with what stands before and after it.

    Brackets and the words between have the ink of the whole guard: grey where a part of it is.
    """
    conditions = [c for guard in transition.guards for c in guard.conditions]
    usual = "muted" if setting.full_ink is None else "ink"
    roles = [_role(setting, usual, transition, c.names) for c in conditions]
    whole = "faint" if "faint" in roles else usual
    for number, (condition, role) in enumerate(zip(conditions, roles, strict=True)):
        opening = [Span("[", whole)] if number == 0 else []
        closing = Span("]" if number == len(conditions) - 1 else " and", whole)
        yield [*opening, Span(condition.text, role), closing]


def _actions(transition: Transition, setting: Setting) -> Iterator[list[Span]]:
    usual = "muted" if setting.full_ink is None else "ink"
    for number, action in enumerate(transition.actions):
        comma = "," if number < len(transition.actions) - 1 else ""
        words = f"{'/ ' if number == 0 else ''}{action}{comma}"
        yield [Span(words, _role(setting, usual, transition, (action,)))]


def _role(setting: Setting, usual: str, transition: Transition, names: Iterable[str]) -> str:
    """The role of what stands under some names, which may be meant in this event only."""
    inks = [ink for name in names for ink in (name, (transition.event, name))]
    return setting.role(usual, *inks)


def _joined(line: Iterable[Span]) -> Line:
    """The line with neighbours of one look as one text."""
    spans: list[Span] = []
    for span in line:
        last = spans[-1] if spans else None
        if last and not (last.mark or span.mark) and (last.role, last.bold) == (
            span.role, span.bold
        ):  # fmt: skip
            spans[-1] = replace(last, text=last.text + span.text)
        else:
            spans.append(span)
    return tuple(spans)

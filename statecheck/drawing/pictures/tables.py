"""A picture's content as an HTML table, for readers and programs that take no picture."""

from __future__ import annotations

from collections.abc import Sequence

from statecheck.drawing.machine import Machine
from statecheck.drawing.pictures.composition import whose
from statecheck.drawing.pictures.core import Core
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.drawing.pictures.story import Story, causes
from statecheck.drawing.tables import Table
from statecheck.modeling import SystemInfo


def of_machine(machine: Machine) -> Table:
    """A row for each transition."""
    names = {s.id: f'{s.id} "{s.title}"' if s.title else s.id for s in machine.all()}
    rows = [
        (
            names[t.source] + (" (initial)" if t.source in machine.starts else ""),
            t.event + (f" #{t.order}" if t.order else ""),
            " and ".join(map(str, t.guards)),
            ", ".join(t.actions),
            ", ".join(names[target] for target in t.targets)
            + (" (internal)" if t.internal else ""),
        )
        for t in machine.transitions
    ]
    heads = ("state", "event", "guard", "action", "next state")
    return Table(f"{machine.name}. {machine.summary}".strip(), heads, tuple(rows))


def of_composition(info: SystemInfo, joints: Sequence[Joint]) -> Table:
    """A row for each action, a column for each machine."""
    columns = [(e.name, m.slot, m.cls.__name__) for e in info.entities for m in e.machines]
    rows = []
    for joint in joints:
        cells = []
        for entity, slot, _ in columns:
            sent = [s for s in joint.sent if (s.entity, s.slot) == (entity, slot)]
            looked = "looked at" if (entity, slot) in joint.looked_at else ""
            cells.append("; ".join(f"{s.event}: {whose(s)}" for s in sent) or looked)
        rows.append((f"{joint.action}({', '.join(joint.parameters)})", *cells))
    heads = ("action", *(name for _, _, name in columns))
    return Table(f"{info.cls.__name__}: what moves together", heads, tuple(rows))


def of_run(story: Story) -> Table:
    """A row for each step."""
    rows = [
        (
            str(number),
            f"{moment.action}({', '.join(moment.arguments)})",
            ", ".join(part.lane.name for part in moment.parts),
            "; ".join(f"{c.place} = {c.after} (was {c.before})" for c in moment.changes)
            or "nothing",
        )
        for number, moment in enumerate(story.played.moments, 1)
    ]
    start = "; ".join(f"{name} = {value}" for name, value in story.played.data)
    words = " ".join((story.claim, *causes(story)))
    ever = "" if story.back_to is None else f" The steps after {story.back_to} again, for ever."
    caption = (
        f"{story.title}: {story.verdict} in step {len(rows)}.{ever} At the start: {start}. {words}"
    )
    return Table(caption, ("step", "action", "takes part", "what changed"), tuple(rows))


def of_core(core: Core) -> Table:
    """A row for each action and clause that a proof needs."""
    rows = [*core.needs, *(("invariant", clause) for clause in core.clauses)]
    caption = f"{core.title}: what its proof rests on. {core.claim}"
    return Table(caption, ("of", "what is needed"), tuple(rows))


def of_states(content: Reachable) -> Table:
    """A row for each box, with the actions that lead out of it."""
    rows = []
    for number, heap in enumerate(content.heaps):
        ways = [
            f"{', '.join(actions)}: {', '.join(content.heaps[b].common)}"
            for (a, b), actions in content.steps.items()
            if a == number
        ]
        initial = f"{heap.initial} initial" if heap.initial else ""
        rows.append((", ".join(heap.common), str(heap.states), initial, "; ".join(ways)))
    caption = f"{content.title}: {content.subtitle}. {content.rule}"
    return Table(caption, ("in common", "states", "initial", "actions out"), tuple(rows))

"""A run and what it shows, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from statecheck.drawing.pictures.playback import Moment, Played


@dataclass(frozen=True)
class Story:
    """A run and what it shows.

    ``ends`` is ``failure`` where the run breaks a claim and ``reached`` where it reaches one;
    ``verdict`` the word for it. ``cause`` are sentences besides those that the run itself gives.
    ``strong`` are fields whose change makes a row stand out, with what the legend says of it.
    A lasso goes on for ever: after its last step the steps from number ``back_to`` + 1 on come
    again. ``looked_at`` are the machines, as (kind of entity, machine), that each action looks at,
    ``witnesses`` the entities that the claim is about.
    """

    title: str
    subtitle: str
    verdict: str
    ends: str
    claim: str
    cause: tuple[str, ...]
    played: Played
    source: str
    strong: Mapping[str, str] = field(default_factory=dict)
    back_to: int | None = None
    looked_at: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    witnesses: frozenset[str] = frozenset()


def description(story: Story) -> str:
    """The run in words."""
    steps = [
        f"Step {number}: {call(moment)}; "
        + (", ".join(f"{c.place} {c.before} to {c.after}" for c in moment.changes) or "no change")
        + "."
        for number, moment in enumerate(story.played.moments, 1)
    ]
    return " ".join((f"{story.claim} {story.verdict}.", *steps, *causes(story)))


def call(moment: Moment) -> str:
    """The action with its arguments."""
    return f"{moment.action}({', '.join(moment.arguments)})"


def causes(story: Story) -> Iterator[str]:
    """The reasons of the last step: the claim author's, and the answers of the guards."""
    yield from story.cause
    last = story.played.moments[-1:] if story.back_to is None else ()
    for part in (part for moment in last for part in moment.parts):
        held = _listed(part.held, "holds", "hold")
        failed = _listed(part.failed, "does not hold", "do not hold")
        answers = ", ".join(filter(None, (held, failed)))
        verb = f"goes to {part.after}" if part.after != part.before else f"stays {part.after}"
        if answers:
            yield f"{part.lane.name} {verb}: {answers}."


def _listed(names: Sequence[str], one: str, many: str) -> str:
    if not names:
        return ""
    words = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{words} {one if len(names) == 1 else many}"

"""Assumptions of the model where the articles are silent. Every report shows these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """An assumption: its id and what it says, in a sentence or two."""

    id: str
    text: str


ASSUMPTIONS = (
    Assumption("A1", "Switching AVAPI off drops the scans that are under way."),
    Assumption(
        "A2",
        "A bypass releases an attachment for one request of the move (per request). The other "
        "reading, that it stays released (sticky), is a variant; claims say which they take.",
    ),
    Assumption("A3", "Each action is atomic."),
    Assumption(
        "A4",
        "There are no time-outs: a waiting client waits. Q264731 lists Move Mailbox among the "
        "operations that may still time out on SP4 under a large backlog of unscanned "
        "attachments; Q271547 says that SP4 cures the move, and the model takes its side.",
    ),
    Assumption("A5", "The directory's side of a move is left out."),
    Assumption("A6", "No attachment arrives or is deleted during a run."),
)

"""Assumptions of the model where the articles are silent. Every report shows these."""

from __future__ import annotations

from dataclasses import dataclass

from model.version import EARLIEST_MOVE_FIX, FIRST_POSTED_WITH_MOVE_FIX


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
        "There are no time-outs: a waiting client waits, a move does too. Q269439 and Q264731 are "
        "about waits that end in an error. Q264731 lists Move Mailbox among the operations that "
        "may still time out on SP4 under a large backlog of unscanned attachments; Q271547 says "
        "that SP4 cures the move, and the model takes its side. What is PROVED of moves that do "
        "not fail, and of clients that are served, hides this.",
    ),
    Assumption(
        "A5",
        "The directory's side of a move is left out. The source cited for the move, Q252869, tells "
        "how it can fail by itself, and how a second move then loses all mail of the mailbox: "
        "safety.no_loss hides this.",
    ),
    Assumption("A6", "No attachment arrives or is deleted during a run."),
    Assumption(
        "A7",
        "The Store.exe of SP4 is 5.5.2653.23. That is the build of the pack, of its MTA and of its "
        "Admin.exe (Q158336, Q163294, Q192484); no article gives its Store.exe.",
    ),
    Assumption(
        "A8",
        f"The Move Mailbox fix came in with some Store.exe from {EARLIEST_MOVE_FIX} to "
        f"{FIRST_POSTED_WITH_MOVE_FIX}, the first posted one that lists it (Q248838); no article "
        "says which. Verdicts are about all of them; a derived answer that depends on it has two "
        "bounds.",
    ),
    Assumption(
        "A9",
        "Attachments are handed to MAPI clients and to moves alone. There are other consumers: "
        "from 5.5.2654.61 on the MTA is handed attachments whose scan is not complete, by design "
        "(Q288848). more.bypass_only_for_moves hides this.",
    ),
)

"""Disagreements of the articles in dates, lists and advice: no behaviour decides them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Textual:
    """Articles that disagree, or one that does with itself, and in what."""

    articles: tuple[str, ...]
    text: str


TEXTUAL = (
    Textual(
        ("Q248838",),
        "the note at its head posts build 5.5.2653.22 on 27 October 2000, its list on 30 October",
    ),
    Textual(
        ("Q263947", "Q248838"),
        "the former offers the package of the latter, whose list of fixes does not name it",
    ),
    Textual(
        ("Q264731", "Q269439"),
        "OpenRetryDelay: the former advises 5000 ms against time-outs, the latter warns that a "
        "high value causes them, and has 250 ms for an example",
    ),
    Textual(
        ("Q264731", "Q269439"),
        "the latter restarts the store to apply a changed OpenRetryDelay, the former does not",
    ),
    Textual(
        ("Q245822", "Q269439"),
        "the former disables antivirus programs before every fix; by the latter everything is to "
        "be scanned anew when they are enabled again, and with the fix a move takes it unscanned",
    ),
    Textual(
        ("Q271547", "Q244976"),
        "the former's store is not able to start any more, the latter's starts with a newer file: "
        "the two agree, for the former is about that file",
    ),
)
"""The disagreements that are no claims, and one that is none on a second look."""

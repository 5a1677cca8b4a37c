"""Builds of Store.exe that an administrator may choose from, and the drawbacks of each.

A drawback is known of a range of builds. Where the sources leave an end of that range open there
are two ranges: the builds that surely have it, and those that may have it. Nothing here is of the
machines; no verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from model.version import (
    FIRST_POSTED_WITH_MOVE_FIX,
    FIRST_WITH_FORMAT_2_46,
    LAST_POSTED_WITHOUT_MOVE_FIX,
    POSTED,
    SP3,
    SP4,
    StoreVersion,
)

Span = tuple[int, int]
"""The builds between two, both included."""


class Certainty(Enum):
    """The answer of the sources to a question about a build."""

    YES = "yes"
    MAY_BE = "may be"
    NO = "no"


@dataclass(frozen=True)
class Drawback:
    """A reason against some builds of Store.exe.

    ``id`` is the article that tells of it, or a word where it is no trouble. ``surely`` are the
    builds that have it, ``at_most`` those that may have it, the former among them.
    """

    id: str
    text: str
    source: str
    surely: tuple[Span, ...]
    at_most: tuple[Span, ...]
    avapi: bool = False
    """Only with an antivirus program that uses AVAPI."""
    regression: bool = False
    """Brought by a fix or a service pack."""

    def of(self, version: int) -> Certainty:
        """Tell whether a build has the drawback."""
        if _within(version, self.surely):
            return Certainty.YES
        return Certainty.MAY_BE if _within(version, self.at_most) else Certainty.NO


def _within(version: int, spans: Iterable[Span]) -> bool:
    return any(first <= version <= last for first, last in spans)


@dataclass(frozen=True)
class Candidate:
    """A Store.exe to choose: a posted one, or that of a service pack (``pack``)."""

    version: StoreVersion
    source: str
    posted: date | None = None
    pack: str = ""
    assumption: str = ""
    """The assumption that its version rests on."""


CANDIDATES: Final = tuple(
    sorted(
        (
            Candidate(SP3, "Q243604", pack="SP3"),
            Candidate(SP4, "Q158336, Q163294, Q192484", pack="SP4", assumption="A7"),
            *(Candidate(build.version, build.source, posted=build.on) for build in POSTED),
        ),
        key=lambda candidate: candidate.version,
    )
)
"""Service Pack 3, all that was posted after it, Service Pack 4 among them."""


def _build(build: str) -> StoreVersion:
    return StoreVersion.parse(f"5.5.{build}")


def _before(build: str) -> StoreVersion:
    return StoreVersion(_build(build) - 1)


_LAST: Final = StoreVersion(StoreVersion.GREATEST)
_WITHOUT_FIX: Final = LAST_POSTED_WITHOUT_MOVE_FIX
_BEFORE_POSTED_FIX: Final = StoreVersion(FIRST_POSTED_WITH_MOVE_FIX - 1)

TROUBLES: Final = (
    # A fix that Q248838 lists came in after the posted build before it, and not after the one that
    # it is listed under.
    Drawback(
        "Q259541",
        "a store may hang while a mailbox is moved, or after",
        "Q259541, Q248838",
        ((0, _WITHOUT_FIX),),
        ((0, _BEFORE_POSTED_FIX),),
    ),
    Drawback(
        "Q259163",
        "clients may be unable to open or add attachments under load",
        "Q259163, Q248838",
        ((SP3, _build("2652.17")),),
        ((SP3, _before("2652.29")),),
        avapi=True,
    ),
    Drawback(
        "Q263947",
        "messages may stay in the Outbox; cured by SP4, in no list of fixes",
        "Q263947",
        ((SP3, SP3),),
        ((SP3, StoreVersion(SP4 - 1)),),
        avapi=True,
    ),
    Drawback(
        "Q271591",
        "the Internet Mail Service may put mail into its Bad folder",
        "Q271591, Q248838",
        ((SP3, _WITHOUT_FIX),),
        ((SP3, _BEFORE_POSTED_FIX),),
        avapi=True,
    ),
    Drawback(
        "Q271711",
        "autoforward rules of mailboxes may be disabled",
        "Q271711, Q248838",
        ((SP3, _WITHOUT_FIX),),
        ((SP3, _BEFORE_POSTED_FIX),),
        avapi=True,
    ),
    Drawback(
        "Q262491",
        "the store may crash",
        "Q262491, Q248838",
        ((_build("2652.19"), _build("2652.29")),),
        ((_build("2652.19"), _before("2652.42")),),
        avapi=True,
        regression=True,
    ),
    Drawback(
        "Q274200",
        "messages may be delivered twice",
        "Q274200",
        ((_build("2652.68"), _build("2653.16")),),
        ((_build("2652.68"), _build("2653.16")),),
        regression=True,
    ),
    Drawback(
        "Q274403",
        "inbound conversion may deadlock, the store is hard to stop",
        "Q274403",
        ((_build("2653.7"), _build("2653.18")),),
        ((_build("2653.7"), _build("2653.18")),),
        regression=True,
    ),
    # Both deadlocks are told of an upgrade to SP4. No article says which build brought them; the
    # first one lists 5.5 and SP3 among what is affected, the second one SP4 alone.
    Drawback(
        "Q279798",
        "conversion may deadlock, the store does not stop; it begins with SP4 or before",
        "Q279798",
        ((SP4, _before("2654.29")),),
        ((0, _before("2654.29")),),
        regression=True,
    ),
    Drawback(
        "Q295969",
        "another such deadlock; it begins with SP4 or between SP3 and SP4",
        "Q295969",
        ((SP4, _before("2654.94")),),
        ((SP3 + 1, _before("2654.94")),),
        regression=True,
    ),
    Drawback(
        "Q288722",
        "messages with attachments may be returned as undeliverable",
        "Q288722, Q288848",
        ((SP3, _before("2654.61")),),
        ((SP3, _before("2654.61")),),
        avapi=True,
    ),
    Drawback(
        "Q290621",
        "rules of public folders may be disabled",
        "Q290621",
        ((SP3, _before("2654.93")),),
        ((SP3, _before("2654.93")),),
        avapi=True,
    ),
    Drawback(
        "Q299258",
        "the store may crash while the antivirus program is updated",
        "Q299258",
        ((SP3, _before("2655.37")),),
        ((SP3, _before("2655.37")),),
        avapi=True,
    ),
    Drawback(
        "Q288848",
        "the MTA may be handed attachments whose scan is not complete, by design",
        "Q288848",
        ((_build("2654.61"), _LAST),),
        ((_build("2654.61"), _LAST),),
        avapi=True,
    ),
    Drawback(
        "Q264731",
        "clients and moves may time out on a backlog of scans (A4); no fix is known",
        "Q264731, Q269439",
        ((SP3, _LAST),),
        ((SP3, _LAST),),
        avapi=True,
    ),
)
"""Troubles that the articles about AVAPI, moves and the builds tell of. Q248838 and Q282533 list
the other fixes. Where the Move Mailbox fix is absent is the solver's answer, so Q271547 is not
here."""

UPGRADES_DATABASES: Final = Drawback(
    "2.46",
    "the databases are brought to format 2.46, which no earlier Store.exe starts on",
    "Q244976, Q271547",
    ((FIRST_WITH_FORMAT_2_46, _LAST),),
    ((FIRST_WITH_FORMAT_2_46, _LAST),),
)
"""The loss of the way back."""

NEEDS_SP4: Final = Drawback(
    "SP4",
    "it is Service Pack 4, or needs it because of file dependencies",
    "Q288722, Q288848, Q290621, Q295969, Q299258",
    ((SP4, SP4), (_build("2654.61"), _LAST)),
    ((SP4, _LAST),),
)
"""Of the fixes after SP4 the articles on those from 5.5.2654.61 on say that they need it; those on
the ones before do not say."""

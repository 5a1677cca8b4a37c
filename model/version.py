"""Versions of Store.exe, database formats, and every number that the article's claims turn on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum, unique
from typing import Any, ClassVar, Final, Self

from statecheck.modeling import ModelError, pure

_WORDS = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)")
_SHOWN = 40
"""So many characters of what was asked for are shown in an error."""


class StoreVersion(int):
    """A file version: four 16-bit words in one 64-bit number, most significant word first.

    Packed as Windows packs it (VS_FIXEDFILEINFO), so that versions compare as numbers::

        >>> StoreVersion.parse("5.5.2652.68") < StoreVersion.parse("5.5.2653.12")
        True
    """

    LEAST: ClassVar[int] = 0
    GREATEST: ClassVar[int] = (1 << 64) - 1

    def __new__(cls, number: Any) -> Self:
        """Raise ModelError unless 0 <= number < 2**64."""
        if not isinstance(number, int):
            raise ModelError(
                f"{_short(number)} is no number; StoreVersion.parse reads text like '5.5.2653.23'"
            )
        if not cls.LEAST <= number <= cls.GREATEST:
            shown = number if number.bit_length() <= 128 else "that number"
            raise ModelError(f"{shown} is no file version; it must fit into 64 bits")
        return super().__new__(cls, number)

    @classmethod
    def parse(cls, text: str) -> StoreVersion:
        """Read ``"5.5.2652.68"``. Raises ModelError that says which word is wrong."""
        match = _WORDS.fullmatch(str(text).strip())
        if match is None:
            raise ModelError(
                f"{_short(text)} is no file version; write four numbers with dots, like 5.5.2653.23"
            )
        number = 0
        for digits in match.groups():
            word = digits.lstrip("0") or "0"
            if len(word) > 5 or int(word) > 0xFFFF:
                raise ModelError(
                    f"{_short(text)} is no file version: {_cut(word)} exceeds 65535, the largest "
                    "word"
                )
            number = number << 16 | int(word)
        return cls(number)

    def __str__(self) -> str:
        return ".".join(str(int(self) >> shift & 0xFFFF) for shift in (48, 32, 16, 0))

    def __repr__(self) -> str:
        return f"StoreVersion.parse({str(self)!r})"


def _short(asked: object) -> str:
    return _cut(repr(asked))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _build(build: str) -> StoreVersion:
    return StoreVersion.parse(f"5.5.{build}")


SP3: Final = _build("2650.23")
"""Store.exe of Service Pack 3; the pack itself is build 5.5.2650.24. Source: Q243604."""

FIRST_WITH_FORMAT_2_45: Final = _build("2651.32")
"""First Store.exe that writes database format 2.45; it was not posted. Source: Q244976."""

LAST_POSTED_WITHOUT_MOVE_FIX: Final = _build("2652.42")
"""Last posted Store.exe whose fixes do not include the Move Mailbox fix. Source: Q248838."""

FIRST_WITH_FORMAT_2_46: Final = _build("2652.68")
"""First Store.exe that writes database format 2.46; customers got it through support only.
Source: Q244976, Q271547 Resolution, Q274200."""

FIRST_POSTED_WITH_MOVE_FIX: Final = _build("2653.12")
"""First posted Store.exe with the Move Mailbox fix. Source: Q248838."""

EARLIEST_MOVE_FIX: Final = StoreVersion(LAST_POSTED_WITHOUT_MOVE_FIX + 1)
"""No article says in which Store.exe the Move Mailbox fix came in: it is one from this on, up to
the first posted one that has it."""

SP4: Final = _build("2653.23")
"""Store.exe of Service Pack 4, by assumption A7. The pack, its MTA and its Admin.exe are of that
build; no article gives its Store.exe. Source: Q158336, Q163294, Q192484."""


@dataclass(frozen=True)
class Posted:
    """A Store.exe that was posted for everybody to download: its version, the day, the article."""

    version: StoreVersion
    on: date
    source: str


POSTED: Final = (
    Posted(_build("2651.68"), date(1999, 12, 20), "Q248838"),
    Posted(_build("2651.76"), date(2000, 1, 26), "Q248838"),
    Posted(_build("2652.17"), date(2000, 4, 12), "Q248838"),
    Posted(_build("2652.29"), date(2000, 4, 27), "Q248838"),
    Posted(LAST_POSTED_WITHOUT_MOVE_FIX, date(2000, 5, 10), "Q248838"),
    Posted(FIRST_POSTED_WITH_MOVE_FIX, date(2000, 9, 21), "Q248838"),
    Posted(_build("2653.22"), date(2000, 10, 30), "Q248838"),
    Posted(_build("2654.31"), date(2000, 12, 19), "Q282533"),
    Posted(_build("2654.89"), date(2001, 4, 27), "Q282533"),
    Posted(_build("2655.37"), date(2001, 10, 2), "Q282533"),
)
"""The posted hotfixes, in order. A note at the head of Q248838 has 27 October 2000 for the one that
its list has under 30 October. The later three were posted after Service Pack 4; `model.builds` says
which need it."""

PREFERRED: Final[tuple[StoreVersion, ...]] = (
    SP3,
    *(build.version for build in POSTED if build.version < SP4),
    FIRST_WITH_FORMAT_2_45,
    FIRST_WITH_FORMAT_2_46,
    *(build.version for build in POSTED if build.version > SP4),
    SP4,
)
"""The builds that runs prefer where they are shown, the first first, and plans, the last first. No
verdict depends on them."""


@unique
class DatabaseFormat(IntEnum):
    """The format of a store's databases. Source: Q244976."""

    BEFORE_2_45 = 0
    V2_45 = 1
    V2_46 = 2

    def __str__(self) -> str:
        return ("before 2.45", "2.45", "2.46")[self]


class Logged(Enum):
    """The last events that a store logged when it was started. Source: Q244976."""

    NOTHING = "nothing"
    UPGRADED = "1185"
    """The databases were upgraded: once from the private store, once from the public one."""
    REFUSED = "1197 and 1005"
    """The databases are too new (1197), so the service stopped with error 0x451 (1005); both from
    the private store."""

    def __str__(self) -> str:
        return str(self.value)


@pure
def native(version: StoreVersion) -> DatabaseFormat:
    """The format that a Store.exe writes, and the newest that it reads. Source: Q244976."""
    if version >= FIRST_WITH_FORMAT_2_46:
        return DatabaseFormat.V2_46
    if version >= FIRST_WITH_FORMAT_2_45:
        return DatabaseFormat.V2_45
    return DatabaseFormat.BEFORE_2_45


@pure
def fixed(version: StoreVersion, first_fix: StoreVersion) -> bool:
    """Tell whether a Store.exe has the Move Mailbox fix, which came in with ``first_fix``; fixes of
    a component are cumulative. Source: Q248838.
    """
    return version >= first_fix

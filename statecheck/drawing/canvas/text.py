"""How wide a text is, without any font: the widths of Arial, which many typefaces share.

Every text is drawn with its width stated (``textLength``), so that it fits its place in whatever
typeface a viewer has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 "
    "556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 "
    "280 389 584"
)
_WIDTHS = {False: tuple(map(int, _REGULAR.split())), True: tuple(map(int, _BOLD.split()))}
"""Advance widths of the characters from blank to tilde, in thousandths of the size."""

_ELSEWHERE, _WIDE = 680, 1150
"""Widths that other letters are taken to need, and East Asian ones and pictographs."""

TIED = "\u00a0"
"""A blank at which no line ends."""

LEADING = 1.32
"""From line to line, as a part of the size."""


def clean(text: str) -> str:
    """A text on one line, without characters that XML does not know."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(" " if c.isspace() and c != TIED else c for c in text)
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", kept).strip()


@cache
def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text, in the units of ``size``."""
    if text.isascii() and text.isprintable():
        table = _WIDTHS[bold]
        return sum(table[code - 32] for code in text.encode()) * size / 1000
    return sum(_advance(character, bold) for character in text) * size / 1000


def _advance(character: str, bold: bool) -> int:
    code = ord(" " if character == TIED else character)
    if 32 <= code < 127:
        return _WIDTHS[bold][code - 32]
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    wide = unicodedata.east_asian_width(character) in "WF"
    return _WIDE if wide or code >= 0x10000 else _ELSEWHERE


def wrapped(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """A text in lines no wider than ``limit``; a word that is wider is broken."""
    lines: list[str] = []
    for word in _words(clean(text), size, limit, bold):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold=bold) <= limit:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _words(text: str, size: float, limit: float, bold: bool) -> Iterator[str]:
    for word in filter(None, text.split(" ")):
        part = ""
        for character in word:
            if part and width(part + character, size, bold=bold) > limit:
                yield part
                part = ""
            part += character
        yield part

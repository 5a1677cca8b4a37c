"""Python expressions over values that may be any, each against what Python says of many of them."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Hue(enum.Enum):
    """As in the modules that are written."""

    RED = 1
    GREEN = 2
    BLUE = 3


class Rank(enum.IntEnum):
    """As in the modules that are written."""

    LOW = 1
    HIGH = 10


HEAD = """
import copy
import enum
import math
import operator
from statemachine import State, StateMachine


class Hue(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 10


TABLE = {1: "a", 2: "b", 7: "c"}
NAMES = {"a": 1, "bc": 2}
PAIRS = ((1, 2), (5, 6))
"""

ASKED = Path(__file__).parent / "asked"
"""A file of expressions for each kind of x, one a line."""

KINDS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "number": ("int", "0", (*range(-130, 131), 1000, 2**31, 2**53 + 1, -(2**64), 10**30)),
    "truth": ("bool", "False", (False, True)),
    "text": (
        "str",
        '"q"',
        (
            *("", "a", "b", "c", "q", "x", "bc", "abc", "xb", "a,b", "12", " a", "aa", "A", "RED"),
            *("s", "zz", "ab", "ß", "Z", "0", "{}", "%d", "aba", "zebra", "yes no"),
        ),
    ),
    "member": ("Hue", "Hue.RED", tuple(Hue)),
    "rank": ("Rank", "Rank.LOW", tuple(Rank)),
    "optional": ("int | None", "None", (None, *range(-20, 21))),
}
"""Annotation, default, and values to try, by what x is."""


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression with the kind of x."""
    for kind in KINDS:
        for text in (ASKED / f"{kind}.txt").read_text().splitlines():
            yield kind, text


def witness(kind: str, text: str) -> list[Any]:
    """Values for which Python says that an expression is true."""
    space = {
        "Hue": Hue,
        "Rank": Rank,
        "math": math,
        "TABLE": {1: "a", 2: "b", 7: "c"},
        "NAMES": {"a": 1, "bc": 2},
        "PAIRS": ((1, 2), (5, 6)),
        "copy": __import__("copy"),
        "operator": __import__("operator"),
    }
    code = compile(text, "<expression>", "eval", dont_inherit=True)
    found = []
    grows = any(sign in text for sign in ("** x", "<< x", "range(x)", "* x", "** 3"))
    for value in KINDS[kind][2]:
        if grows and isinstance(value, int) and abs(value) > 1000:
            continue
        try:
            if eval(code, {**space, "x": value}):
                found.append(value)
        except Exception:  # noqa: BLE001  (it raises: then it is not true)
            continue
    return found


def source(name: str, kind: str, text: str, place: str) -> str:
    """A class that gets to s1 where an expression is true of an argument, or of a field."""
    annotation, default, _ = KINDS[kind]
    head = (
        f"{HEAD}\n\nclass {name}(StateMachine):\n    s0 = State(initial=True)\n    s1 = State()\n"
    )
    end = '    go = s0.to(s1, cond="asked")\n    back = s1.to(s0)\n'
    asked = f"        if {text}:\n            return True\n        return False\n"
    match place:
        case "argument":
            return f"{head}{end}    def asked(self, x: {annotation} = {default}):\n{asked}"
        case "input":
            inner = f"    x: {annotation} = {default}\n    def asked(self):\n        x = self.x\n"
            return f"{head}{end}{inner}{asked}"
    keep = (
        f"    field: {annotation} = {default}\n"
        '    put = s0.to.itself(on="keep")\n'
        f"    def keep(self, x: {annotation}):\n        self.field = x\n"
        "    def asked(self):\n        x = self.field\n"
    )
    return f"{head}{end}{keep}{asked}"


PLACES = ("argument", "input", "field")

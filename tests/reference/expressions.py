"""Python expressions over values that may be any, each against what Python says of many of them."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
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

NUMBERS = """
x in (1, 5, 9) | x in [3] | x in {4, 5} | x in range(3, 9) | x in range(0, 100, 7) | x in TABLE
x == 1 or x == 2 and x != 2 | not x | bool(x) and x > 0 | x and x < 5 | (x or 5) == 5 | (x and 7) == 7
x is None | x is not None | x == None | x == "1" | x != "1" | x == True | x == 1.0 | x == 1.5 | x < 2.5
x > 1e300 | x == 2.0**53 + 1 | float(x) == 3.0 | x / 2 == 1.5 | x / 2 > 10 | x // 2 == -1 | x % 3 == 2
x // -3 == 2 | x % -3 == -1 | -x // 3 == -2 | -(x // 3) == 2 | divmod(x, 4) == (2, 3) | divmod(x, -4)[1] == -3
x * x == 49 | x * x == 50 | x ** 2 == 9 | x ** 3 == -27 | 2 ** x == 8 | x ** -1 == 0.5 | pow(x, 2, 7) == 2
abs(x) == 3 | abs(x) < 0 | -x == 4 | +x == 4 | ~x == 4 | x & 1 == 1 | x | 1 == 7 | x ^ 3 == 1 | x << 1 == 8
x >> 1 == -2 | 1 << x == 16 | min(x, 3) == 3 | max(x, 3) == 7 | min(x, 3, -2) == x | max([x, 1]) == x
sum([x, 1, 2]) == 10 | sorted([x, 3, 1])[1] == x | sorted([x, 3], reverse=True)[0] == 3 | len(str(x)) == 4
str(x) == "12" | repr(x) == "-3" | f"{x}" == "5" | f"{x:>3}" == "  7" | "%d" % x == "8" | "{}".format(x) == "9"
str(x).startswith("-") | int(x) == 4 | int(str(x)) == 4 | round(x) == 4 | round(x, -1) == 20 | math.floor(x) == 2
math.gcd(x, 12) == 4 | math.isqrt(abs(x)) == 3 | math.sqrt(abs(x)) == 3 | math.copysign(1, x) < 0
x.bit_length() == 3 | x.real == 2 | x.imag == 0 | x.numerator == 6 | x.denominator == 1 | x.conjugate() == 1
isinstance(x, int) | isinstance(x, bool) | isinstance(x, (str, bool)) | isinstance(x, str | int)
type(x) is int | type(x) == int | type(x) is bool | x.__class__ is int | type(x).__name__ == "int"
issubclass(type(x), int) | hasattr(x, "real") | hasattr(x, "term") | callable(x) | x is x | x == x | x != x
x is 5 | x is 1000 | id(x) == id(x) | hash(x) == 5 | TABLE.get(x) == "c" | TABLE[x] == "b" | [0, 1, 2][x] == 2
(0, 1, 2)[x] == 1 | "abc"[x] == "b" | "abc"[:x] == "ab" | [1, 2, 3][x:] == [3] | "a" * x == "aaa" | [0] * x == [0, 0]
range(10)[x] == 3 | list(range(x)) == [0, 1] | len(range(x)) == 5 | any(i == x for i in range(5)) | all(i < x for i in (1, 2))
x == 3 if x > 2 else x == -1 | 1 < x < 3 | 1 < x > 0 != x | 0 <= x <= 0 | (x, 1) == (4, 1) | (1, x) < (1, 3) | [x] == [2]
(x, 1) in ((2, 1), (3, 1)) | {x: 1} == {2: 1} | {x} == {2} | len({x, 1}) == 1 | {x: 1}.get(3) == 1 | x in {1: 2} | (lambda y: y == 3)(x)
(y := x + 1) == 4 and y > x | [y for y in (1, x) if y > 5] == [6] | sum(y for y in (x, x)) == 8 | next(y for y in (x, 2)) == 2
max(x, 5, key=abs) == -9 | min((x, 2), default=0) == 1 | dict(a=x)["a"] == 3 | list((x,))[0] == 3 | tuple([x]) == (1,) | set([x]) == {1}
operator.index(x) == 3 | operator.add(x, 1) == 3 | operator.lt(x, 3) | copy.copy(x) == 3 | copy.deepcopy([x]) == [3] | bool(x) == x
bool(x) is True | int(bool(x)) == x | x == Rank.HIGH | x >= Rank.HIGH | Rank(x) is Rank.LOW | Hue(x) is Hue.BLUE | x + Rank.LOW == 5
complex(x) == 3 | bin(x) == "0b11" | hex(x) == "0x10" | chr(x) == "A" | oct(x) == "0o7" | ascii(x) == "3" | format(x, "04d") == "0012"
x.to_bytes(1, "big") == b"a" | x.__add__(1) == 3 | x.__eq__(3) is True | int.__add__(x, 1) == 3 | (x).__lt__(3) | abs(x) % 10 == 9 and x < 0
slice(x) == slice(3) | dict([(x, 1)]) == {3: 1} | zip((x,), (1,)).__next__() == (3, 1) | list(map(abs, [x])) == [3] | list(filter(None, [x])) == [] | list(enumerate([x]))[0][1] == 3 | list(reversed([x, 1]))[1] == 3
not not x | not x == 3 | (not x) == True | x != 3 != 4 | x == x + 1 | x - x != 0 | x * 0 == 0 and x == 5 | 10 // x == 3 | 10 % x == 1 | 10 / x == 2.5
"%s" % x == "3" | "%5.1f" % x == "  3.0" | str(x) in ("1", "2") | str(x) < "3" | x in (None, 3) | x in ("3", 3) | PAIRS[x][0] == 5 | x @ 1 == 0
"""
"""Expressions over an int; a bare bar between blanks parts them, so | the operator is not among
those with blanks but the one that says so."""

TRUTHS = """
x | not x | x == 1 | x == 0 | x is True | x is False | x == True | x + 1 == 2 | x * 3 == 3 | x & True | x ^ True | ~x == -2
-x == -1 | int(x) == 1 | str(x) == "True" | f"{x}" == "False" | ["a", "b"][x] == "b" | {True: 1, False: 2}[x] == 2 | x < True | x <= 0
isinstance(x, int) | isinstance(x, bool) | type(x) is bool | type(x) is int | x in (0, 5) | x in {1} | sum([x, x]) == 2 | x and 5 == 5
(x or 3) == 3 | (x and 3) == 3 | x // 1 == 1 | x % 2 == 1 | x is not None | x == "True" | bool(x) is x | (not x) is False | x - 1 == -1
any([x]) | all([x, True]) | max(x, 0) == 1 | range(2)[x] == 1 | "ab"[x] == "b" | hash(x) == 1 | x.real == 1 | len("a" * x) == 1 | 1 if x else 0
x == 1.0 | x / 2 == 0.5 | x ** 2 == 1 | 2 ** x == 2 | x << 2 == 4 | repr(x) == "True" | not not x | x != x | abs(x) == 1 | round(x) == 1
isinstance(x + 0, bool) | type(x + 0) is int | type(not x) is bool | type(x & True) is bool | type(x & 1) is int | type(-x) is int
"""

TEXTS = """
x == "" | not x | x and x != "a" | len(x) == 3 | x == "a" | x != "a" | x in ("a", "b") | x in ["b"] | x in {"b"} | x in "abc" | "a" in x
x in NAMES | NAMES.get(x) == 2 | NAMES[x] == 1 | x < "b" | x >= "x" | x + "x" == "ax" | "x" + x == "xb" | x * 2 == "aa" | x[0] == "a" | x[-1] == "b"
x[1:] == "c" | x.upper() == "A" | x.startswith("a") | x.endswith("c") | x.isdigit() | x.strip() == "a" and x != "a" | x.lower() != x
int(x) == 12 | x.split(",") == ["a", "b"] | x.replace("a", "b") == "b" | f"{x}!" == "a!" | "%s" % x == "a" | str(x) == "a" | repr(x) == "'a'"
x is None | x is not None | x == None | x == 1 | x is "a" | isinstance(x, str) | type(x) is str | bool(x) | x == x | hash(x) == 1 | sorted([x, "b"])[0] == x
max(x, "b") == "b" | list(x) == ["a"] | "".join([x, "b"]) == "ab" | x.encode() == b"a" | ord(x) == 97 | Hue[x] is Hue.RED | x == "a" or x == "b" and x == "c"
(x or "a") == "a" | (x and "q") == "q" | any(c == "z" for c in x) | x.count("a") == 2 | x.find("b") == 1 | x.isalpha() | x.title() == "A" | x == "a" == "a" | (x, 1) == ("a", 1) | x > "" | x <= "" | x.casefold() == "ss" and x != "ss" | {x: 1} == {"a": 1} | x.format(1) == "1" | x % 1 == "1" | x.__len__() == 2 | x == "A".lower()
"""

MEMBERS = """
x == Hue.RED | x is Hue.RED | x != Hue.RED | x is not Hue.RED | x in (Hue.RED, Hue.BLUE) | x in {Hue.RED} | x in Hue | x.value == 2 | x.value > 2 | x.name == "BLUE"
x.name in ("RED",) | {Hue.RED: 1}.get(x) == 1 | {Hue.RED: 1, Hue.GREEN: 2, Hue.BLUE: 3}[x] == 3 | list(Hue).index(x) == 1 | isinstance(x, Hue) | isinstance(x, int) | type(x) is Hue
x == 1 | x == "RED" | x is None | not x | bool(x) | str(x) == "Hue.RED" | repr(x) == "<Hue.RED: 1>" | f"{x}" == "Hue.RED" | x == Hue(2) | x is Hue["BLUE"] | Hue(x) is Hue.RED | Hue(x.value) is x
hash(x) == hash(Hue.RED) | x.value + 1 == 3 | x.value % 2 == 0 | len(x.name) == 3 | x.name.startswith("G") | x.name.lower() == "red" | [x] == [Hue.RED] | (x, 1) == (Hue.RED, 1) | (x or Hue.RED) is Hue.BLUE | x == x | any(x is h for h in Hue) | all(x is h for h in Hue) | x is x.__class__.RED | x._value_ == 1 | x.RED is Hue.RED | sorted([x.value, 2])[0] == 1 | max(x.value, 2) == 3 | x == Rank.LOW
"""

RANKS = """
x == Rank.LOW | x is Rank.HIGH | x == 10 | x > 5 | x >= Rank.HIGH | x + 1 == 11 | x * 2 == 2 | x in (1, 2) | x in (Rank.HIGH,) | x.value == 10 | x.name == "LOW" | str(x) == "10" | f"{x}" == "1" | repr(x) == "<Rank.LOW: 1>"
int(x) == 10 | isinstance(x, int) | type(x) is Rank | type(x) is int | not x | bool(x) | x < Rank.HIGH | max(x, Rank.LOW) is Rank.HIGH | sum([x, x]) == 20 | x // 3 == 3 | x % 3 == 1 | -x == -10 | abs(x) == 1 | x == 1.0 | x / 4 == 2.5 | TABLE.get(x) == "a" | [0, 5][x] == 5 | range(11)[x] == 10 | x is 10 | {Rank.LOW: 1}.get(x) == 1 | {1: 1}.get(x) == 1 | hash(x) == 10 | x == True | x is True | type(x + 0) is int | x & 2 == 2 | x ** 2 == 100 | Rank(x) is x | Hue(x) is Hue.RED | x in Rank | sorted([x, 5])[0] == 5 | x != Rank.LOW != 3
"""

OPTIONAL = """
x is None | x is not None | x == None | not x | x == 0 | x and x > 3 | x is not None and x > 3 | x is None or x < 0 | (x or 0) == 0 | (x or 5) == 5 | x in (None, 1) | x > 3 | x + 1 == 3 | isinstance(x, int) | type(x) is int | type(x) is type(None) | bool(x) | x == x | str(x) == "None" | f"{x}" == "3" | x != None | [x] == [None] | x if x else False | (x if x is not None else -1) == -1 | {None: 1}.get(x) == 1 | x is None and x == 3
"""

KINDS: dict[str, tuple[str, str, str, tuple[Any, ...]]] = {
    "number": (NUMBERS, "int", "0", (*range(-130, 131), 1000, 2**31, 2**53 + 1, -(2**64), 10**30)),
    "truth": (TRUTHS, "bool", "False", (False, True)),
    "text": (
        TEXTS,
        "str",
        '"q"',
        (
            *("", "a", "b", "c", "q", "x", "bc", "abc", "xb", "a,b", "12", " a", "aa", "A", "RED"),
            *("s", "zz", "ab", "ß", "Z", "0", "{}", "%d", "aba", "zebra", "yes no"),
        ),
    ),
    "member": (MEMBERS, "Hue", "Hue.RED", tuple(Hue)),
    "rank": (RANKS, "Rank", "Rank.LOW", tuple(Rank)),
    "optional": (OPTIONAL, "int | None", "None", (None, *range(-20, 21))),
}
"""Expressions, annotation, default, and values to try, by what x is."""


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression with the kind of x."""
    for kind, (texts, *_) in KINDS.items():
        for line in texts.strip().splitlines():
            for text in line.split(" | "):
                if text.strip():
                    yield kind, text.strip()


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
    for value in KINDS[kind][3]:
        try:
            if eval(code, space, {"x": value}):
                found.append(value)
        except Exception:  # noqa: BLE001  (it raises: then it is not true)
            continue
    return found


def source(name: str, kind: str, text: str, place: str) -> str:
    """A class that gets to s1 where an expression is true of an argument, or of a field."""
    _, annotation, default, _ = KINDS[kind]
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

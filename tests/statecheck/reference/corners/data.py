"""Data whose differences are easily overlooked: order, identity, sharing, type, sign."""

# mypy: ignore-errors
from __future__ import annotations

import collections
import copy
import enum
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case


class Doubts(StateMachine):
    """Two ways to write `kept`, and a question that tells them apart."""

    s0 = State(initial=True)
    s1 = State()
    one = s0.to.itself(on="put_one")
    other = s0.to.itself(on="put_other")
    go = s0.to(s1, cond="asked")
    back = s1.to(s0)
    kept: Any = None

    def put_one(self) -> None:
        self.kept = self.first()

    def put_other(self) -> None:
        self.kept = self.second()

    def first(self) -> Any:
        return None

    second = first

    def asked(self) -> bool:
        return False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SignOfZero(Doubts):
    def first(self) -> float:
        return 0.0

    def second(self) -> float:
        return -0.0

    def asked(self) -> bool:
        return self.kept is not None and math.copysign(1, self.kept) < 0


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class NotANumber(Doubts):
    def first(self) -> float:
        return float("nan")

    def second(self) -> float:
        return 1.0

    def asked(self) -> bool:
        return bool(self.kept != self.kept)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class OneTrueOneFloat(Doubts):
    def first(self) -> Any:
        return (1, [1.0])

    def second(self) -> Any:
        return (True, [1])

    def asked(self) -> bool:
        return self.kept is not None and isinstance(self.kept[1][0], float) is False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class OrderOfKeys(Doubts):
    def first(self) -> Any:
        return {"a": 1, "b": 2}

    def second(self) -> Any:
        return {"b": 2, "a": 1}

    def asked(self) -> bool:
        return self.kept is not None and next(iter(self.kept)) == "b"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class OrderOfSet(Doubts):
    """Numbers that fall on one place of a set's table are met in the order that they came in."""

    def first(self) -> Any:
        return {0, 8}

    def second(self) -> Any:
        found = {8}
        found.add(0)
        return found

    def asked(self) -> bool:
        return self.kept is not None and next(iter(self.kept)) == 8


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TypeOfKey(Doubts):
    def first(self) -> Any:
        return {1: "x"}

    def second(self) -> Any:
        return {True: "x"}

    def asked(self) -> bool:
        return self.kept is not None and next(iter(self.kept)) is True


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SharedOrNot(Doubts):
    def first(self) -> Any:
        return [[], []]

    def second(self) -> Any:
        inner: list[int] = []
        return [inner, inner]

    def asked(self) -> bool:
        if self.kept is None:
            return False
        found = copy.deepcopy(self.kept)
        found[0].append(1)
        return found[1] == [1]


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class LengthOfDeque(Doubts):
    def first(self) -> Any:
        return collections.deque([1])

    def second(self) -> Any:
        return collections.deque([1], maxlen=1)

    def asked(self) -> bool:
        return self.kept is not None and self.kept.maxlen == 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class FactoryOfDict(Doubts):
    def first(self) -> Any:
        return collections.defaultdict(int)

    def second(self) -> Any:
        return collections.defaultdict(lambda: 5)

    def asked(self) -> bool:
        return self.kept is not None and copy.copy(self.kept)["x"] == 5


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ScaleOfDecimal(Doubts):
    def first(self) -> Any:
        return Decimal(1)

    def second(self) -> Any:
        return Decimal("1.0")

    def asked(self) -> bool:
        return str(self.kept) == "1.0"


class Loose:
    """Equal to everything of its kind."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loose)

    def __hash__(self) -> int:
        return 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class EqualObjects(Doubts):
    def first(self) -> Any:
        return Loose(1)

    def second(self) -> Any:
        return Loose(2)

    def asked(self) -> bool:
        return self.kept is not None and self.kept.n == 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class EqualObjectsInSet(Doubts):
    def first(self) -> Any:
        return frozenset([Loose(1)])

    def second(self) -> Any:
        return frozenset([Loose(2)])

    def asked(self) -> bool:
        return self.kept is not None and next(iter(self.kept)).n == 2


class Point(NamedTuple):
    """Equal to a plain tuple."""

    x: int
    y: int


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class NamedOrNot(Doubts):
    def first(self) -> Any:
        return (1, 2)

    def second(self) -> Any:
        return Point(1, 2)

    def asked(self) -> bool:
        return hasattr(self.kept, "x")


@dataclass
class Unlike:
    """A field that does not count when it is compared."""

    shown: int = 0
    hidden: int = field(default=0, compare=False)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class FieldLeftOut(Doubts):
    def first(self) -> Any:
        return Unlike(1, 0)

    def second(self) -> Any:
        return Unlike(1, 1)

    def asked(self) -> bool:
        return self.kept is not None and self.kept.hidden == 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Function(Doubts):
    """What is done is chosen by an attribute."""

    def first(self) -> Any:
        return self.no

    def second(self) -> Any:
        return self.yes

    def no(self) -> bool:
        return False

    def yes(self) -> bool:
        return True

    def asked(self) -> bool:
        return self.kept is not None and self.kept()


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Lambdas(Doubts):
    def first(self) -> Any:
        return self._made(1)

    def second(self) -> Any:
        return self._made(2)

    def _made(self, n: int) -> Any:
        return lambda: n == 2

    def asked(self) -> bool:
        return self.kept is not None and self.kept()


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class KeptState(Doubts):
    def first(self) -> Any:
        return self.s0

    def second(self) -> Any:
        return self.s1

    def asked(self) -> bool:
        return self.kept is not None and self.kept.id == "s1"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class KeptError(Doubts):
    def first(self) -> Any:
        return ValueError("a")

    def second(self) -> Any:
        return ValueError("b")

    def asked(self) -> bool:
        return self.kept is not None and self.kept.args == ("b",)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class KeptClass(Doubts):
    def first(self) -> Any:
        return int

    def second(self) -> Any:
        return str

    def asked(self) -> bool:
        return self.kept is str


class Box(enum.Flag):
    """Members can be joined."""

    A = 1
    B = 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Flags(Doubts):
    def first(self) -> Any:
        return Box.A

    def second(self) -> Any:
        return (self.kept or Box.A) | Box.B

    def asked(self) -> bool:
        return self.kept == Box.A | Box.B


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SecondMachine(Doubts):
    """A machine inside a machine."""

    def first(self) -> Any:
        return Doubts()

    def second(self) -> Any:
        if isinstance(self.kept, Doubts):
            self.kept.send("other")
            self.kept.kept = 7
        return self.kept

    def asked(self) -> bool:
        return getattr(self.kept, "kept", None) == 7


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Loop(Doubts):
    """A list that holds itself."""

    def first(self) -> Any:
        found: list[Any] = []
        found.append(found)
        return found

    def second(self) -> Any:
        return [[]]

    def asked(self) -> bool:
        return self.kept is not None and self.kept[0] is self.kept

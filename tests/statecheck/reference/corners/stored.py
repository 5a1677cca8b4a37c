"""Arguments that end up in data, and the types that arguments may have."""

# mypy: ignore-errors
# ruff: noqa: ANN001, PLR0124
from __future__ import annotations

from typing import Any, Literal

from statemachine import Event, State, StateChart, StateMachine

from tests.statecheck.reference.corners.cases import case


class Stored(StateMachine):
    """An argument is kept inside of something, and asked for later."""

    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(on="store")
    go = s0.to(s1, cond="asked")
    back = s1.to(s0)
    kept: Any = None

    def store(self, x: int = 0) -> None:
        self.kept = x

    def asked(self) -> bool:
        return self.kept == 77


case("possible", "s1", "REACHED")(Stored)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredInList(Stored):
    def store(self, x: int = 0) -> None:
        self.kept = [x]

    def asked(self) -> bool:
        return self.kept == [77]


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredInText(Stored):
    def store(self, x: int = 0) -> None:
        self.kept = f"<{x}>"

    def asked(self) -> bool:
        return self.kept == "<77>"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredAsKey(Stored):
    def store(self, x: int = 0) -> None:
        self.kept = {x: 1}

    def asked(self) -> bool:
        return self.kept is not None and 77 in self.kept


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredByName(Stored):
    def store(self, x: int = 0) -> None:
        setattr(self, f"at{x}", True)

    def asked(self) -> bool:
        return getattr(self, "at77", False)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredInFunction(Stored):
    def store(self, x: int = 0) -> None:
        self.kept = lambda: x

    def asked(self) -> bool:
        return self.kept is not None and self.kept() == 77


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class StoredInError(StateChart):
    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(on="fail")
    error_execution = Event(s0.to(s1, cond="seen"), id="error.execution")
    back = s1.to(s0)

    def fail(self, x: int = 0) -> None:
        raise ValueError(x)

    def seen(self, error: Any) -> bool:
        return error.args == (77,)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SentOn(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(after="hand_on")
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def hand_on(self, x: int = 0) -> None:
        self.send("go", y=x + 1)

    def seen(self, y: int = 0) -> bool:
        return y == 78


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class LeftWithArgument(StateMachine):
    """A refused queued event leaves another one behind, with an argument that may be any."""

    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(after="hand_on")
    never = s1.to(s0)
    go = s0.to(s1, cond="seen")

    def hand_on(self, x: int = 0) -> None:
        self.send("never")
        self.send("go", y=x)

    def seen(self, y: int = 0) -> bool:
        return y == 77


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Literals(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def seen(self, mode: Literal["a", "b"] = "a", level: Literal[1, 2] = 1) -> bool:
        return mode == "b" and level == 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class FloatArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def seen(self, x: float = 0.0) -> bool:
        return x != x


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class NoAnnotation(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def seen(self, x=None) -> bool:
        return x == "please"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class AnyOfTwo(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def seen(self, x: int | str = 0) -> bool:
        return x == "x"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class DefaultOfOtherType(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="seen")
    back = s1.to(s0)

    def seen(self, x: int = None) -> bool:  # noqa: RUF013
        return x is None


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TwoDefaults(StateMachine):
    """Left out, one callback takes 1 and the other 2."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond=["one", "two"])
    back = s1.to(s0)

    def one(self, x: int = 1) -> bool:
        return x == 1

    def two(self, x: int = 2) -> bool:
        return x == 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class NeededByOne(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="one", on="two")
    back = s1.to(s0)

    def one(self, x: int = 1) -> bool:
        return x > 1

    def two(self, x: int) -> None:
        assert x


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TruthOfInt(StateMachine):
    """A field that is said to be a bool is set to an int."""

    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(on="store")
    go = s0.to(s1, cond="asked")
    back = s1.to(s0)
    kept: bool = False

    def store(self, x: int = 0) -> None:
        self.kept = x

    def asked(self) -> bool:
        return self.kept == 2

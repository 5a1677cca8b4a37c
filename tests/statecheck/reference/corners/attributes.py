"""Attributes in all the ways that Python has, and where methods come from."""

# mypy: ignore-errors

from __future__ import annotations

import functools
from typing import Any

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByProperty(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    _n = 0

    @property
    def enough(self) -> bool:
        return self._n >= 2

    def add(self) -> None:
        self._n = min(self._n + 1, 3)


@case("always", "not s1", "PROVED")
@case("possible", "s1", "REFUTED")
class Cached(StateMachine):
    """A cached property keeps what it said first, if it was asked."""

    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    n = 0

    @functools.cached_property
    def enough(self) -> bool:
        return self.n >= 2

    def add(self) -> None:
        _ = self.enough
        self.n = min(self.n + 1, 3)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Setter(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    _n = 0

    @property
    def n(self) -> int:
        return self._n

    @n.setter
    def n(self, value: int) -> None:
        self._n = value * 2

    def add(self) -> None:
        self.n = 3

    def enough(self) -> bool:
        return self._n == 6


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Mangled(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    __n = 0

    def add(self) -> None:
        self.__n = 1

    def enough(self) -> bool:
        return self.__n == 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class BySetattr(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    ready = False

    def add(self) -> None:
        setattr(self, "rea" + "dy", True)

    def enough(self) -> bool:
        return getattr(self, "ready", False)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByVars(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def add(self) -> None:
        vars(self)["extra"] = 1

    def enough(self) -> bool:
        return "extra" in self.__dict__


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Deleted(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="drop")
    set = s0.to.itself(on="put")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    n = 1

    def put(self) -> None:
        self.n = 0

    def drop(self) -> None:
        if self.n == 0:
            del self.n
            self.m = 5

    def enough(self) -> bool:
        return self.n == 1 and hasattr(self, "m")


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByGetattr(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def __getattr__(self, name: str) -> Any:
        if name == "missing":
            return 7
        raise AttributeError(name)

    def add(self) -> None:
        self.seen = self.missing

    def enough(self) -> bool:
        return vars(self).get("seen") == 7


class Mixin:
    """Callbacks from elsewhere."""

    n = 0

    def on_enter_state(self) -> None:
        self.n = min(self.n + 1, 4)


@case("possible", "s1 and n == 4", "REACHED")
@case("always", "n >= 1", "PROVED")
class Mixed(Mixin, StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1)
    back = s1.to(s0)


class Base(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="may")
    back = s1.to(s0)
    limit = 1

    def may(self) -> bool:
        return self.limit > self.LIMIT

    LIMIT = 5


@case("possible", "s1", "REACHED")
class Inherited(Base):
    LIMIT = 0


@case("always", "not s1", "PROVED")
class Overridden(Base):
    def may(self) -> bool:
        return False


class Patched(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="may")
    back = s1.to(s0)

    def may(self) -> bool:
        return False


def _may_after_all(_self: Any) -> bool:
    return True


Patched.may = _may_after_all  # type: ignore[method-assign]
case("possible", "s1", "REACHED")(Patched)

"""Small machines, each with one thing about it that the standard questions find, or must not."""

from __future__ import annotations

import enum
from typing import Any

from statemachine import State, StateChart, StateMachine


class Never(StateMachine):
    """The guard that leads on is never true: the number goes round below it."""

    start = State(initial=True)
    middle = State()
    end = State()
    n = 0
    go = start.to(middle, cond="many") | start.to.itself(on="more")
    jump = middle.to(end)
    back = middle.to(start) | end.to(start)

    def many(self) -> bool:
        return self.n > 5

    def more(self) -> None:
        self.n = (self.n + 1) % 4


class Shadowed(StateMachine):
    """A transition that another one, declared before it, always takes the place of."""

    start = State(initial=True)
    left = State()
    right = State()
    go = start.to(left) | start.to(right)
    other = start.to(right, cond="yes")
    back = left.to(start) | right.to(start)

    def yes(self) -> bool:
        return True


class Ambiguous(StateMachine):
    """Arguments under which both guards hold."""

    start = State(initial=True)
    high = State()
    low = State()
    bid = start.to(high, cond="big") | start.to(low, cond="small")
    back = high.to(start) | low.to(start)

    def big(self, amount: int) -> bool:
        return amount > 10

    def small(self, amount: int) -> bool:
        return amount < 12


class Apart(Ambiguous):
    """No argument is on both sides."""

    def small(self, amount: int) -> bool:
        return amount < 11


class Late(StateMachine):
    """Both guards hold, but only after three rounds."""

    start = State(initial=True)
    left = State()
    right = State()
    n = 0
    go = start.to(left, cond="early") | start.to(right, cond="late")
    back = left.to(start, on="more") | right.to(start, on="again")

    def early(self) -> bool:
        return self.n < 4

    def late(self) -> bool:
        return self.n > 2

    def more(self) -> None:
        self.n += 1

    def again(self) -> None:
        self.n = 0


class Otherwise(StateMachine):
    """The last way has no guard: it is taken when no other one is."""

    start = State(initial=True)
    left = State()
    right = State()
    go = start.to(left, cond="wanted") | start.to(right)
    back = left.to(start) | right.to(start)

    def wanted(self, left: bool) -> bool:
        return left


class Parcel(StateMachine):
    """Once it is lost, it is never delivered."""

    validate_final_reachability = False
    packed = State(initial=True)
    lost = State()
    delivered = State(final=True)
    deliver = packed.to(delivered)
    lose = packed.to(lost)
    search = lost.to.itself()


class Stuck(StateMachine):
    """After three rounds no event does anything."""

    start = State(initial=True)
    tried = State()
    tries = 0
    go = start.to(tried, cond="may", on="count")
    back = tried.to(start)

    def may(self) -> bool:
        return self.tries < 3

    def count(self) -> None:
        self.tries += 1


class Seized(StateMachine):
    """A number of any size makes it stop: what is found with terms, not with plain values."""

    start = State(initial=True)
    full = State()
    held = 0
    put = start.to.itself(on="add", cond="room")
    close = start.to(full, cond="exact")
    reset = full.to(start, on="empty")

    def room(self, amount: int) -> bool:
        return amount > 0 and self.held + amount <= 5000

    def add(self, amount: int) -> None:
        self.held += amount

    def exact(self) -> bool:
        return self.held < 5000

    def empty(self) -> None:
        self.held = 0


class Raises(StateMachine):
    """The third time an action raises; and a validator does what validators are for."""

    start = State(initial=True)
    done = State()
    n = 0
    go = start.to(done, on="count")
    back = done.to(start, validators="check")

    def count(self) -> None:
        self.n += 1
        if self.n == 3:
            self.n = 0
            raise ValueError("three")

    def check(self, ok: bool) -> None:
        if not ok:
            raise KeyError("ok")


class Swallowed(StateChart[Any]):
    """The library catches what a guard raises, and nothing handles it."""

    start = State(initial=True)
    done = State()
    go = start.to(done, cond="share")
    back = done.to(start)

    def share(self, people: int) -> bool:
        return 10 // people > 1


class Handled(StateChart[Any]):
    """The same, handled."""

    start = State(initial=True)
    done = State()
    failed = State()
    go = start.to(done, cond="share")
    back = done.to(start)
    error_execution = start.to(failed)
    retry = failed.to(start)

    def share(self, people: int) -> bool:
        return 10 // people > 1


class PassedThrough(StateChart[Any]):
    """The first state is left while the machine is made, the second in the same step."""

    first = State(initial=True)
    second = State()
    third = State()
    fourth = State()
    first.to(second)
    go = second.to(third)
    third.to(fourth)
    back = fourth.to(second)


class Round(StateMachine):
    """A machine that goes round for ever is fine."""

    one = State(initial=True)
    other = State()
    turn = one.to(other) | other.to(one)


class Jammed(StateMachine):
    """A state that is never left, though something happens in it."""

    ground = State(initial=True)
    jammed = State()
    jam = ground.to(jammed)
    stay = ground.to.itself()
    shake = jammed.to.itself()


class Filling(StateMachine):
    """A number with a bound that only a proof finds."""

    filling = State(initial=True)
    full = State()
    level = 0
    fill = filling.to.itself(on="add", cond="below")
    stop = filling.to(full)
    reset = full.to(filling, on="empty")

    def add(self) -> None:
        self.level += 3

    def below(self) -> bool:
        return self.level < 10_000

    def empty(self) -> None:
        self.level = 0


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Painted(StateMachine):
    """Inputs, members of an enumeration and an exception, for runs that are written as tests."""

    bare = State(initial=True)
    painted = State()
    colour: Colour = Colour.RED
    wet: bool = False
    paint = bare.to(painted, cond="!wet", on="take")
    strip = painted.to(bare, on="scratch")

    def take(self, colour: Colour) -> None:
        self.colour = colour

    def scratch(self) -> None:
        if self.colour is Colour.BLUE:
            raise RuntimeError("it does not come off")


class Sending(StateChart[Any]):
    """An event that the machine sends itself, in a state that it does not stay in."""

    start = State(initial=True)
    between = State()
    left = State()
    right = State()
    n = 0
    begin = start.to(between, on="count")
    choose = between.to(left, cond="even") | between.to(right, cond="small")
    back = left.to(start) | right.to(start)

    def on_enter_between(self) -> None:
        self.send("choose")

    def count(self) -> None:
        self.n = (self.n + 1) % 4

    def even(self) -> bool:
        return self.n % 2 == 0

    def small(self) -> bool:
        return self.n < 4

"""Small machines, one for each kind of thing that ordinary classes do."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from statemachine import Event, HistoryState, State, StateChart, StateMachine


class Place(NamedTuple):
    x: int
    y: int = 0


@dataclass
class Tally:
    count: int = 0


MUTABLE = [1]
"""No constant: it may change while nobody looks."""


class Door(StateMachine):
    closed = State(initial=True)
    opened = State()
    broken = State(final=True)
    uses = 0
    locked = False

    open = closed.to(opened, cond="!locked", on="use")
    close = opened.to(closed)
    lock = closed.to.itself(on="turn_key")
    slam = opened.to(broken, cond="worn")

    def use(self) -> None:
        self.uses += 1

    def turn_key(self) -> None:
        self.locked = not self.locked

    def worn(self) -> bool:
        return self.uses >= 3


class Coffee(StateMachine):
    """An input: a field that the class reads and never writes."""

    ordered = State(initial=True)
    brewing = State()
    served = State(final=True)
    brew = ordered.to(brewing, cond="paid") | ordered.to(ordered)
    serve = brewing.to(served)
    paid: bool = False


class Limits(StateMachine):
    """Constants: capitals, Final, and what only --fixed makes one."""

    low = State(initial=True)
    high = State()
    MOST = 3
    least: Final[int] = 1
    soft = 2
    rise = low.to(high, cond="over_most")
    drop = low.to(high, cond="under_least")
    bend = low.to(high, cond="is_soft")
    fall = high.to(low)

    def over_most(self) -> bool:
        return self.MOST > 3

    def under_least(self) -> bool:
        return self.least < 1

    def is_soft(self) -> bool:
        return self.soft == 7


class Money(StateMachine):
    """Required, optional and keyword arguments."""

    empty = State(initial=True)
    rich = State()
    marked = State()
    put = empty.to(rich, cond="enough") | empty.to.itself(on="keep")
    mark = rich.to(marked, cond="asked")
    spend = rich.to(empty) | marked.to(empty)
    total = 0

    def enough(self, amount: int) -> bool:
        return self.total + amount == 1234

    def keep(self, amount: int, times: int = 1) -> None:
        self.total = max(self.total, min(100, amount * times))

    def asked(self, **kwargs: Any) -> bool:
        return bool(kwargs.get("force", False))


class Signed(StateMachine):
    """Python's integers: // rounds down, % has the divisor's sign."""

    a = State(initial=True)
    b = State()
    n = 0
    go = a.to(b, cond="fits")
    put = a.to.itself(on="keep")
    back = b.to(a)

    def keep(self, value: int) -> None:
        self.n = value

    def fits(self) -> bool:
        return self.n // -3 == 5 and self.n % -3 == -2


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Lamp(StateMachine):
    """Enumerations, texts and None."""

    off = State(initial=True)
    on = State()
    colour = Colour.RED
    word = "none"
    last: int | None = None
    switch = off.to(on, on="light") | on.to(off)
    say = on.to.itself(on="speak")

    def light(self, colour: Colour, level: int | None = None) -> None:
        self.colour = colour
        self.last = level

    def speak(self, word: str) -> None:
        self.word = word


class Queued(StateMachine):
    """A queued event that is refused leaves the machine moved."""

    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    e = s0.to(s1, after="go_on")
    f = s2.to(s0)
    g = s1.to(s2)

    def go_on(self) -> None:
        self.send("f")


class Fragile(StateMachine):
    """A callback that raises."""

    whole = State(initial=True)
    cracked = State()
    n = 0
    hit = whole.to(cracked, on="strike") | cracked.to.itself()
    mend = cracked.to(whole)

    def strike(self) -> None:
        self.n += 1
        if self.n == 2:
            raise ValueError(f"hit {self.n} times")


class Caught(StateChart):  # type: ignore[type-arg]
    """Errors become events."""

    idle = State(initial=True)
    failed = State(final=True)
    work = idle.to.itself(on="step")
    error_execution = Event(idle.to(failed), id="error.execution")
    left = 2

    def step(self) -> None:
        if self.left == 0:
            raise RuntimeError
        self.left -= 1


class Player(StateChart):  # type: ignore[type-arg]
    """Nested, parallel and history states, a done event and a transition without an event."""

    off = State(initial=True)
    broken = State(final=True)

    class playing(State.Compound):  # noqa: N801
        song = State(initial=True)
        advert = State()
        last = HistoryState()
        skip = song.to(advert) | advert.to(song)

    class wearing(State.Parallel):  # noqa: N801
        class motor(State.Compound):  # noqa: N801
            spins = State(initial=True)
            stuck = State(final=True)
            jam = spins.to(stuck)

        class belt(State.Compound):  # noqa: N801
            runs = State(initial=True)
            torn = State(final=True)
            tear = runs.to(torn)

    start = off.to(playing)
    resume = off.to(playing.last)
    stop = playing.to(off)
    wear = off.to(wearing)
    done_state_wearing = Event(wearing.to(broken), id="done.state.wearing")  # type: ignore[arg-type]


class Ticking(StateMachine):
    """No event argument, a counter without a bound."""

    idle = State(initial=True)
    busy = State()
    n = 0
    tick = idle.to.itself(on="count")
    begin = idle.to(busy, cond="late")
    end = busy.to(idle)

    def count(self) -> None:
        self.n += 3

    def late(self) -> bool:
        return self.n > 5


class Doubling(StateMachine):
    """A list that grows without an end."""

    a = State(initial=True)
    b = State()
    more = a.to.itself(on="double")
    go = a.to(b, cond="odd")
    back = b.to(a)

    def __init__(self) -> None:
        self.items = [0]
        super().__init__()

    def double(self) -> None:
        self.items += self.items

    def odd(self) -> bool:
        return len(self.items) == 3


class Spoken(StateMachine):
    """A text that grows without an end."""

    a = State(initial=True)
    b = State()
    more = a.to.itself(on="double")
    go = a.to(b) | b.to(a)
    word = "x"

    def double(self) -> None:
        self.word += self.word


class Squares(StateMachine):
    """Arithmetic that no solver decides."""

    a = State(initial=True)
    b = State()
    x = 0
    y = 0
    step = a.to.itself(on="grow")
    bad = a.to(b, cond="met")
    back = b.to(a)

    def grow(self) -> None:
        self.x, self.y = self.y * self.y + self.x + 1, self.x * 3 + 2

    def met(self) -> bool:
        return self.x * self.x * self.x == 29 * self.y + 1234567


class Keeping(StateMachine):
    """Data of all kinds: a state, a named tuple, a dataclass, a set that nobody goes through."""

    a = State(initial=True)
    b = State()
    up = a.to.itself(on="rise")
    go = a.to(b, cond="high")
    back = b.to(a, on="forget")

    def __init__(self) -> None:
        self.place = Place(1)
        self.tally = Tally()
        self.kept: Any = None
        self.seen: set[str] = set()
        super().__init__()

    def rise(self) -> None:
        self.kept = self.b
        self.place = Place(min(self.place.x + 1, 3), 5)
        self.tally.count = min(self.tally.count + 1, 3)
        self.seen.add("risen")

    def high(self) -> bool:
        return self.place.x == 3 and self.tally.count == 2 and self.kept is not None

    def forget(self) -> None:
        self.kept = None


class Going(StateMachine):
    """A set that code goes through."""

    a = State(initial=True)
    b = State()
    up = a.to.itself(on="collect")
    go = a.to(b, cond="first")
    back = b.to(a)

    def __init__(self) -> None:
        self.found: set[int] = set()
        super().__init__()

    def collect(self, n: int) -> None:
        self.found |= {8, 0}

    def first(self) -> bool:
        return next(iter(self.found), 1) == 8

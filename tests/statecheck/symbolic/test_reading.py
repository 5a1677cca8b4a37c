"""Code that runs otherwise than it could be read is refused, or read as it runs."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import enum
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from statemachine import State
from statemachine.exceptions import TransitionNotAllowed

from statecheck import (
    ActionDisabled,
    Catalogue,
    Entity,
    Machine,
    Many,
    ModelError,
    Step,
    System,
    action,
    derived,
    history,
    pure,
)
from statecheck.prover.agreement import check_agreement
from statecheck.prover.project import project_of
from statecheck.safety.properties import claim_property
from statecheck.symbolic.transition_system import TransitionSystem


class Kind(enum.Enum):
    CLUB = 1
    HEART = 2

    @property
    def type(self) -> int:
        return self.value


class Lamp(Machine):
    off = State(initial=True)
    on = State()
    broken = State(final=True)
    level: int = 0
    kind: Kind = Kind.CLUB

    turn_on = off.to(on)
    smash = off.to(broken) | on.to(broken, on="warn")
    dim = on.to.itself(on="lower") | off.to.itself(on="lower")
    pass_on = off.to(on, on="hand") | on.to.itself(on="hand")

    def lower(self) -> None:
        self.level = self.level - 1

    def warn(self) -> None:
        self.send("dim")

    def hand(self, other: Lamp) -> None:
        other.dim()


class Room(Entity):
    lamp: Lamp


class Fan(Machine):
    still = State(initial=True)
    turning = State()
    is_fast: bool = False
    turn = still.to(turning, cond=lambda machine: machine.is_fast is False) | turning.to(still)


class Ceiling(Entity):
    fan: Fan


class Ceilings(System):
    ceilings: Many[Ceiling]

    @action
    def turn(self, ceiling: Ceiling) -> None:
        ceiling.fan.turn()


class Ear:
    """A listener that counts."""

    count = 0

    def after_transition(self) -> None:
        self.count += 1


def house(act: Any, *annotations: Any, **spread: Any) -> type[System]:
    names = act.__code__.co_varnames[1 : act.__code__.co_argcount]
    act.__annotations__ = dict(zip(names, annotations, strict=True))
    spread |= {act.__name__: action(act), "__module__": __name__}
    return type("House", (System,), {"__annotations__": {"rooms": Many[Room]}, **spread})


def first_of_two(rooms: Any) -> int:
    for room in rooms:
        if room.lamp.on.is_active:
            return 1
        if room.lamp.broken.is_active:
            return 2
    return 3


def returns_what_is_met_first(self: Any, room: Any) -> None:
    room.lamp.level = first_of_two(self.rooms)


def raises_or_returns(self: Any, room: Any) -> None:
    for other in self.rooms:
        if other.lamp.on.is_active:
            raise ActionDisabled
        if other.lamp.broken.is_active:
            return
    room.lamp.turn_on()


def fail(room: Any) -> bool:
    if room.lamp.broken.is_active:
        raise ActionDisabled
    return False


def answers_or_raises(self: Any, room: Any) -> None:
    if any(other.lamp.on.is_active or fail(other) for other in self.rooms):
        room.lamp.turn_on()


def keeps_in_a_deque(self: Any, room: Any) -> None:
    found: deque[int] = deque()
    for other in self.rooms:
        if other.lamp.on.is_active:
            found.append(1)
    if len(found) > 1:
        room.lamp.turn_on()


def keeps_around_a_function(self: Any, room: Any) -> None:
    found = 0

    def hit() -> bool:
        nonlocal found
        found += 1
        return False

    if any(other.lamp.on.is_active and hit() for other in self.rooms) or found > 1:
        room.lamp.turn_on()


@dataclass(frozen=True)
class Limits:
    """Keeps what it is made of, and is read in a loop like any number."""

    most: int
    least: int = 0

    def admit(self, level: Any) -> Any:
        return level <= self.most


class Noting(Limits):
    def admit(self, level: Any) -> Any:
        object.__setattr__(self, "least", self.least + 1)
        return level <= self.most


def asks_limits(self: Any, room: Any) -> None:
    limits = Limits(3)
    if all(limits.admit(other.lamp.level) for other in self.rooms):
        room.lamp.turn_on()


def notes_in_limits(self: Any, room: Any) -> None:
    limits = Noting(3)
    if all(limits.admit(other.lamp.level) for other in self.rooms) and limits.least < 2:
        room.lamp.turn_on()


SEEN: Counter[str] = Counter()


def counts_far(self: Any, room: Any) -> None:
    SEEN["it"] += 1
    if SEEN["it"] > 100_000:
        room.lamp.turn_on()


def throws_dice(self: Any, room: Any) -> None:
    if random.random() < 0.00001:
        room.lamp.turn_on()


def asks_a_clock(self: Any, room: Any) -> None:
    if time.time() > 2e12:
        room.lamp.turn_on()


def asks_for_a_hash(self: Any, room: Any) -> None:
    if hash("room") % 2:
        room.lamp.turn_on()


def goes_through_a_set(self: Any, room: Any) -> None:
    for kind in {Kind.CLUB, Kind.HEART}:
        room.lamp.kind = kind


KINDS = frozenset(Kind)


def takes_the_first_of_a_set(self: Any, room: Any) -> None:
    if any(room.lamp.kind == kind for kind in KINDS):
        room.lamp.kind = next(iter(KINDS))


def takes_the_least_by_a_key(self: Any, room: Any) -> None:
    room.lamp.kind = min(KINDS, key=lambda kind: kind.value > 5)


ON_ITS_WAY = iter((1, 2, 3))
NOW = partial(time.time)
START = dt.datetime(2020, 1, 1)  # noqa: DTZ001  (on purpose)
START_IN_UTC = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def asks_for_a_file(self: Any, room: Any) -> None:
    if Path("nowhere").exists():
        room.lamp.turn_on()


def asks_for_the_arguments(self: Any, room: Any) -> None:
    if len(sys.argv) > 1:
        room.lamp.turn_on()


def asks_how_one_computes(self: Any, room: Any) -> None:
    room.lamp.level = decimal.getcontext().prec


def asks_a_clock_by_another_name(self: Any, room: Any) -> None:
    if NOW() > 5:
        room.lamp.turn_on()


def asks_for_the_time_zone(self: Any, room: Any) -> None:
    if START.timestamp() > 5:
        room.lamp.turn_on()


def asks_in_utc(self: Any, room: Any) -> None:
    if START_IN_UTC.timestamp() > 5:
        room.lamp.turn_on()


def goes_on_with_an_iterator(self: Any, room: Any) -> None:
    room.lamp.level = next(ON_ITS_WAY)


def asks_a_package(self: Any, room: Any) -> None:
    if pytest.approx(3) == 4:
        room.lamp.turn_on()


def takes_a_set_apart(self: Any, room: Any) -> None:
    room.lamp.kind, _ = KINDS


def gives_a_set_to_a_function(self: Any, room: Any) -> None:
    if str(KINDS) < "{K":
        room.lamp.turn_on()


def asks_what_is_in_sets(self: Any, room: Any) -> None:
    both = KINDS | {Kind.CLUB}
    if sys.maxsize > 5 and len(both) == 2 and any(kind == Kind.CLUB for kind in both):
        room.lamp.level = sum({1, 2}) + next(iter({1, 2}))
    if Kind.HEART in both and sorted(kind.value for kind in both) == [1, 2]:
        room.lamp.turn_on()


def asks_for_the_class(self: Any, room: Any) -> None:
    if room.__class__ == Room:
        room.lamp.turn_on()


def asks_for_a_type_of_its_own(self: Any, room: Any) -> None:
    if room.lamp.kind.type == 1:
        room.lamp.turn_on()


def hands_a_machine_on(self: Any, room: Any, other: Any) -> None:
    lamp = other.lamp
    room.lamp.pass_on(other=lamp)


def takes_a_kind_apart(self: Any) -> None:
    for room in self.rooms._members:
        room.lamp.turn_on()


@pytest.mark.parametrize(
    ("act", "annotations", "said"),
    [
        (returns_what_is_met_first, (Room,), "left by `return 1` or by `return 2`"),
        (raises_or_returns, (Room,), "left by `an exception` or by `return`"),
        (answers_or_raises, (Room,), "left by `its answer` or by `an exception`"),
        (keeps_in_a_deque, (Room,), "found, a deque that could remember"),
        (keeps_around_a_function, (Room,), "hit, a function that could remember"),
        (notes_in_limits, (Room,), "`object.__setattr__` is assigned"),
        (counts_far, (Room,), "SEEN of tests.statecheck.symbolic.test_reading changes"),
        (throws_dice, (Room,), "`random.random` is an answer from outside"),
        (asks_a_clock, (Room,), "`time.time` is an answer from outside"),
        (asks_for_a_file, (Room,), "`Path` is an answer from outside"),
        (asks_for_the_arguments, (Room,), "`sys.argv` is an answer from outside"),
        (asks_how_one_computes, (Room,), "`decimal.getcontext` is an answer from outside"),
        (asks_a_clock_by_another_name, (Room,), "`NOW` is an answer from outside"),
        (asks_for_the_time_zone, (Room,), "`START.timestamp` is an answer from outside"),
        (goes_on_with_an_iterator, (Room,), "`ON_ITS_WAY` is an iterator, which remembers"),
        (asks_a_package, (Room,), "`pytest.approx` is of pytest, of which it is not known"),
        (takes_a_set_apart, (Room,), "`KINDS` is a set"),
        (gives_a_set_to_a_function, (Room,), "`KINDS` is a set"),
        (asks_for_a_hash, (Room,), "`hash` is an answer from outside"),
        (goes_through_a_set, (Room,), "`{Kind.CLUB, Kind.HEART}` is a set"),
        (takes_the_first_of_a_set, (Room,), "`KINDS` is a set"),
        (takes_the_least_by_a_key, (Room,), "`KINDS` is a set"),
        (asks_for_the_class, (Room,), "asks what a value is"),
        (asks_for_a_type_of_its_own, (Room,), "asked for its type"),
        (hands_a_machine_on, (Room, Room), "that is taking a step"),
        (takes_a_kind_apart, (), "rooms are taken apart"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_would_be_read_wrong_is_refused(act: Any, annotations: Any, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        TransitionSystem(house(act, *annotations))
    assert said in str(caught.value)


@pytest.mark.parametrize("act", [asks_limits, asks_what_is_in_sets, asks_in_utc])
def test_what_comes_to_the_same_is_read(act: Any) -> None:
    TransitionSystem(house(act, Room))


def test_what_a_transition_is_given_is_looked_into() -> None:
    with pytest.raises(ModelError, match="is False` compares by identity"):
        TransitionSystem(Ceilings)


def test_a_listener_of_each_machine_is_refused() -> None:
    with pytest.raises(ModelError, match="a listener of its own"):
        type("Bugged", (Machine,), {"listeners": [Ear], "a": State(initial=True)})
    with pytest.raises(ModelError, match="a listener is added to a Fan"):
        Ceilings(ceilings=1).ceilings[0].fan.add_listener(Ear())


def test_an_own_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "any", lambda items: len(list(items)) > 1)
    with pytest.raises(ModelError, match="any is not Python's own"):
        TransitionSystem(house(answers_or_raises, Room))


# -- what is read as it runs --------------------------------------------------------------------


@pure
def more(level: int) -> int:
    if level < -2:
        raise ActionDisabled
    return level - 1


def takes_more(self: Any, room: Any) -> None:
    room.lamp.level = more(room.lamp.level)


def asks_for_what_nobody_has(self: Any, room: Any) -> None:
    if getattr(room, "term", None) is None and room != self:
        room.lamp.level = 2


def ends(self: Any, room: Any, other: Any) -> None:
    if other.lamp.is_terminated:
        room.lamp.dim()
    else:
        other.lamp.smash()


@pytest.mark.parametrize(
    ("act", "annotations"),
    [(takes_more, (Room,)), (asks_for_what_nobody_has, (Room,)), (ends, (Room, Room))],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_it_is_read_as_it_runs(act: Any, annotations: Any) -> None:
    assert check_agreement(TransitionSystem(house(act, *annotations))) > 25


def asks_in_many_ways(self: Any, room: Any) -> None:
    if not all(
        any(o.lamp.level > 3 or o.lamp.level < 0 for o in self.rooms if o != p)
        for p in self.rooms
        if p.lamp.on.is_active or p == room
    ):
        room.lamp.turn_on()


def test_an_answer_is_told_from_an_exception_once_python_has_warmed_up() -> None:
    digests = {TransitionSystem(house(asks_in_many_ways, Room)).digest for _ in range(5)}
    assert len(digests) == 1


# -- systems that are made otherwise than they are read -----------------------------------------


def lights_up(self: Any, **numbers: Any) -> None:
    System.__init__(self, **numbers)
    for room in self.rooms:
        room.lamp.turn_on()


def acts() -> Iterator[tuple[Any, str]]:
    yield house(takes_more, Room, __init__=lights_up), "House.__init__: a system is made from"
    yield house(takes_more, Room, more=action(takes_more)), "is the function takes_more"
    yield house(takes_more, Room, __annotations__={"room": Room}), "write `rooms: Many"
    yield type("Still", (System,), {"__annotations__": {"rooms": Many[Room]}}), "nothing happens"


@pytest.mark.parametrize(("system", "said"), [*acts()])
def test_a_system_is_what_it_declares(system: type[System], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        TransitionSystem(system)


class Bell(Machine):
    still = State(initial=True)
    rung = State()
    ring = still.to(rung, on="again") | rung.to(still)
    stop = still.to.itself()

    def again(self) -> None:
        self.send("stop")
        self.send("ring")


class Porch(Entity):
    bell: Bell


class Street(System):
    porches: Many[Porch]

    @action
    def ring(self, porch: Porch) -> None:
        with contextlib.suppress(TransitionNotAllowed):
            porch.bell.ring()


def test_an_event_that_would_wait_for_a_later_action_is_refused() -> None:
    with pytest.raises(ModelError, match="an event waits at a Bell that refused another one"):
        TransitionSystem(Street)
    street = Street(porches=1)
    with pytest.raises(ModelError, match="an event waits"):
        street.ring(street.porches[0])
    assert not street.porches[0].bell._engine.is_waiting


class Busy(Machine):
    idle = State(initial=True)
    working = State(invoke=lambda: 3)
    go = idle.to(working) | working.to(idle)


class Desk(Entity):
    busy: Busy


class Office(System):
    desks: Many[Desk]


def test_work_beside_the_steps_is_refused() -> None:
    with pytest.raises(ModelError, match=r"Busy\.working invokes work"):
        Office(desks=1)


class Twice(Machine):
    a = State(initial=True)
    b = State()
    go = a.to(b) | b.to(a)
    first: bool = derived(lambda twice: not twice.second)
    second: bool = derived(lambda twice: twice.a.is_active)


class Thing(Entity):
    twice: Twice


class Things(System):
    things: Many[Thing]

    @action
    def go(self, thing: Thing) -> None:
        thing.twice.go()


def test_what_is_derived_later_is_not_asked_for() -> None:
    with pytest.raises(ModelError, match=r"Thing\.twice\.second, which is not derived before it"):
        TransitionSystem(Things)


def happened(act: str) -> Any:
    @history(initially=False)
    def did(step: Step, room: Room) -> bool:
        return step.fires(getattr(Switched, act), room) or did(room)

    return did


class Chained(Machine):
    a = State(initial=True)
    b = State()
    pull = a.to(b, on="pull_next") | b.to.itself()
    owner: Link

    def pull_next(self) -> None:
        if self.owner.next != self.owner:
            self.owner.next.chained.pull()


class Link(Entity):
    next: Link
    chained: Chained


class Chain(System):
    links: Many[Link]

    @action
    def pull(self, link: Link) -> None:
        link.chained.pull()


def test_a_way_from_entity_to_entity_without_end_is_refused_soon() -> None:
    with pytest.raises(ModelError, match="goes through more than 8 entities of the kind Link"):
        TransitionSystem(Chain)


class Switched(System):
    rooms: Many[Room]

    @action
    def light(self, room: Room) -> None:
        room.lamp.turn_on()

    @action
    def smash(self, room: Room) -> None:
        room.lamp.smash()


LIT, SMASHED = happened("light"), happened("smash")


def test_two_histories_of_one_name_are_told_apart() -> None:
    catalogue = Catalogue(Switched)

    @catalogue.always("all.same", "")
    def same(system: Switched, room: Room) -> bool:
        return bool(LIT(room) == SMASHED(room))

    @catalogue.always("remembered", "")
    def remembered(system: Switched, room: Room) -> bool:
        system.seen = room.lamp.on.is_active
        return True

    transitions = TransitionSystem(Switched)
    with pytest.raises(ModelError, match=r"Switched\.seen is assigned"):
        claim_property(transitions, catalogue.claims[1])

    @catalogue.always("kept", "")
    def kept(step: Step, room: Room) -> bool:
        return bool(step.keeps(room, "lamp.levle"))

    with pytest.raises(ModelError, match=r"'lamp\.levle'\): Room has lamp\.kind, lamp\.level"):
        claim_property(transitions, catalogue.claims[2])
    del catalogue.claims[1:]
    found = project_of(catalogue, f"{__name__}:CATALOGUE").histories
    assert set(found) >= {LIT, SMASHED}
    with pytest.raises(ModelError, match="two histories of a Room are called did"):
        TransitionSystem(Switched, found)

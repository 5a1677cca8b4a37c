"""What is extracted from code agrees with what the code does."""

from __future__ import annotations

import enum
import functools
import logging
import operator
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
from statemachine import State
from statemachine.exceptions import TransitionNotAllowed

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.results import Verdict
from statecheck.explicit.search import Finding, check
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import (
    ActionDisabled,
    Entity,
    Machine,
    Many,
    ModelError,
    Record,
    Step,
    System,
    action,
    assume,
    enabled,
    history,
    pure,
)
from statecheck.prover.agreement import check_agreement
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.properties import claim_property
from statecheck.symbolic.transition_system import TransitionSystem


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Light(Machine):
    off = State(initial=True)
    on = State()
    level: int = 0
    flag: bool = False
    colour: Colour = Colour.RED

    turn_on = off.to(on)
    turn_off = on.to(off)
    set_level = off.to.itself(on="put") | on.to.itself(on="put")
    flip = off.to.itself(on="turn") | on.to.itself(on="turn")

    def put(self, level: int) -> None:
        self.level = level

    def turn(self) -> None:
        self.flag = not self.flag


class Room(Entity):
    light: Light

    @property
    def lit(self) -> bool:
        return self.light.on.is_active


def house(act: Any, *annotations: Any) -> type[System]:
    """A house in which lights are switched, and something is done besides."""

    def switch(self: Any, room: Any) -> None:
        if room.light.on.is_active:
            room.light.turn_off()
        else:
            room.light.turn_on()
            room.light.flip()

    names = act.__code__.co_varnames[1 : act.__code__.co_argcount]
    act.__annotations__ = dict(zip(names, annotations, strict=True))
    switch.__annotations__ = {"room": Room}
    body = {
        "__annotations__": {"rooms": Many[Room]},
        "__module__": __name__,
        act.__name__: action(act),
        "switch": action(switch),
    }
    return type("House", (System,), body)


def agree(system: type[System]) -> int:
    return check_agreement(TransitionSystem(system))


# -- what is refused ----------------------------------------------------------------------------


def breaks_while_others_write(self: Any) -> None:
    for room in self.rooms:
        if room.light.on.is_active:
            break
        room.light.set_level(level=2)


def catches_outside(self: Any) -> None:
    try:
        for room in self.rooms:
            room.light.turn_on()
    except TransitionNotAllowed:
        pass


def _switches_on(room: Any) -> bool:
    if room.light.off.is_active:
        room.light.turn_on()
        return False
    return True


def asks_with_effects(self: Any) -> None:
    if any(_switches_on(room) for room in self.rooms):
        pass


def _lit(self: Any) -> Any:
    for room in self.rooms:
        if room.light.on.is_active:
            yield room


def consumes_a_generator(self: Any, room: Any) -> None:
    found = 0
    for _ in _lit(self):
        found += 1
    if found > 1:
        room.light.turn_off()


def has_nonlocal(self: Any, room: Any) -> None:
    found = False

    def look() -> None:
        nonlocal found
        for other in self.rooms:
            if other.light.on.is_active:
                found = True

    look()
    if found:
        room.light.set_level(level=2)


def counts_elsewhere(self: Any, room: Any) -> None:
    box = SimpleNamespace(n=0)
    for other in self.rooms:
        if other.light.on.is_active:
            box.n += 1
    if box.n > 1:
        room.light.set_level(level=2)


def counts_on_the_system(self: Any, room: Any) -> None:
    self.seen = False
    if room.light.on.is_active:
        self.seen = True


GATHERED: list[int] = []


def gathers_in_a_global(self: Any, room: Any) -> None:
    GATHERED.clear()
    for other in self.rooms:
        if other.light.on.is_active:
            GATHERED.append(1)  # noqa: PERF401
    if len(GATHERED) > 1:
        room.light.set_level(level=2)


def walks_with_walrus(self: Any, room: Any) -> None:
    n = 0
    if any((n := n + 1) > 1 for _ in self.rooms):
        room.light.set_level(level=2)


def carries_in_a_parameter(self: Any) -> None:
    _sweep(self.rooms, last=None)


def _sweep(rooms: Any, last: Any) -> None:
    for room in rooms:
        for _ in (1,):
            if last:
                last.light.set_level(level=2)
            last = room


def asks_before_writing(self: Any, room: Any) -> None:
    dark = self.rooms.where(lit=False)
    room.light.turn_on()
    for other in dark:
        other.light.set_level(level=2)


def inverts(self: Any, room: Any) -> None:
    if ~room.light.flag:
        room.light.set_level(level=2)


def _is_true(value: Any) -> bool:
    return value is True


def asks_a_helper_for_identity(self: Any, room: Any) -> None:
    if _is_true(room.light.flag):
        room.light.set_level(level=2)


def matches_true(self: Any, room: Any) -> None:
    match room.light.flag:
        case True:
            room.light.set_level(level=2)


def asks_for_a_type(self: Any, room: Any) -> None:
    if isinstance(room.light.level, int):
        room.light.set_level(level=2)


def _if_it_is_true(method: Any) -> Any:
    @functools.wraps(method)
    def wrapper(room: Any) -> Any:
        return method(room) is True

    return wrapper


@_if_it_is_true
def _is_flagged(room: Any) -> Any:
    return room.light.flag


def asks_a_wrapper_for_identity(self: Any, room: Any) -> None:
    if _is_flagged(room):
        room.light.set_level(level=2)


def writes_a_name(self: Any, room: Any) -> None:
    if str(room) == "room1":
        room.light.set_level(level=2)


def swallows_what_is_unsupported(self: Any, room: Any) -> None:
    try:
        odd = room.light.level << 2 == 1
    except Exception:  # noqa: BLE001
        odd = False
    if odd:
        room.light.set_level(level=2)


def never_ends(self: Any, room: Any) -> None:
    while room.light.level > 0:
        room.light.set_level(level=room.light.level - 1)


def compares_unlike(self: Any, room: Any) -> None:
    if room.light.flag == 1:
        room.light.set_level(level=2)


def stores_another_type(self: Any, room: Any) -> None:
    room.light.set_level(level=room.light.flag)


@pure
def _dims(level: int, room: Any) -> bool:
    room.light.set_level(level=level - 1)
    return True


def calls_impure(self: Any, room: Any) -> None:
    if _dims(room.light.level, room):
        room.light.turn_on()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "annotations", "said"),
    [
        (breaks_while_others_write, (), "left early"),
        (catches_outside, (), "left early"),
        (asks_with_effects, (), "left early"),
        (consumes_a_generator, (Room,), "yield"),
        (has_nonlocal, (Room,), "found passes from the loop"),
        (counts_elsewhere, (Room,), "box.n"),
        (counts_on_the_system, (Room,), "House.seen is assigned in an action"),
        (gathers_in_a_global, (Room,), "the container GATHERED"),
        (walks_with_walrus, (Room,), ":="),
        (carries_in_a_parameter, (), "last may come from an earlier element"),
        (asks_before_writing, (Room,), "where(...) was asked before"),
        (inverts, (Room,), "asked for invert"),
        (asks_a_helper_for_identity, (Room,), "compares by identity"),
        (asks_a_wrapper_for_identity, (Room,), "compares by identity"),
        (matches_true, (Room,), "compares by identity"),
        (asks_for_a_type, (Room,), "asks what a value is"),
        (writes_a_name, (Room,), "written as text"),
        (swallows_what_is_unsupported, (Room,), "asked for lshift"),
        (never_ends, (Room,), "does it end?"),
        (compares_unlike, (Room,), "compared with an int"),
        (stores_another_type, (Room,), "is a Int and is given a Bool"),
        (calls_impure, (Room,), "_dims, which is marked as pure, changes"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_would_be_wrong_in_silence_is_refused(
    act: Any, annotations: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        TransitionSystem(house(act, *annotations))
    assert said in str(caught.value)
    assert "test_agreement.py:" in str(caught.value)
    assert "\n" not in str(caught.value)


# -- what only a comparison of runs finds -------------------------------------------------------


def _note() -> int:
    heard = logging.getLogger("rooms")
    heard.setLevel(heard.level + 1)
    return heard.level


def remembers_in_a_helper(self: Any, room: Any) -> None:
    if _note() % 2:
        room.light.set_level(level=2)


def test_what_extraction_cannot_know_is_found_by_playing() -> None:
    with pytest.raises(ModelError, match="disagree"):
        agree(house(remembers_in_a_helper, Room))


def test_a_claim_that_asks_too_much_of_a_value_is_found_by_playing() -> None:
    same: Any = object.__getattribute__(operator, "is_")
    is_same = functools.partial(same)

    system = house(catches_inside, Room)
    catalogue = Catalogue(system)

    @catalogue.always("level.never", "")
    def never(system: System, room: Room) -> bool:
        return not is_same(room.light.flag, True)

    with pytest.raises(ModelError, match=r"level\.never is False there for room=room\d"):
        check_agreement(TransitionSystem(system), catalogue.claims)


def catches_inside(self: Any, room: Any) -> None:
    try:
        room.light.turn_on()
    except TransitionNotAllowed:
        room.light.set_level(level=3)


# -- what has its meaning -----------------------------------------------------------------------


@pure
def _more(level: int, by: int = 0) -> int:
    return level + by


def calls_with_keywords(self: Any, room: Any) -> None:
    room.light.set_level(level=_more(room.light.level, by=1))


def asks_whether_there_is_none(self: Any, room: Any) -> None:
    if any(other.light.on.is_active for other in self.rooms if other != room) or any(
        other.light.off.is_active for other in self.rooms if other != room
    ):
        pass
    elif room.light.level > 1:
        room.light.set_level(level=0)
    else:
        room.light.set_level(level=2)


def compares_machines(self: Any, room: Any, other: Any) -> None:
    if room.light == other.light:
        room.light.set_level(level=2)


def computes(self: Any, room: Any) -> None:
    room.light.set_level(level=3 - 2 * room.light.level - -room.light.level)


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        (catches_inside, 1),
        (calls_with_keywords, 1),
        (asks_whether_there_is_none, 1),
        (compares_machines, 2),
        (computes, 1),
    ],
)
def test_what_has_a_meaning_has_the_one_of_python(act: Any, kinds: int) -> None:
    assert agree(house(act, *[Room] * kinds)) > 100


class Car(Entity):
    left: Light
    right: Light


class Van(Entity):
    left: Light


class Yard(System):
    cars: Many[Car]
    vans: Many[Van]

    @action
    def left_on(self, car: Car) -> None:
        car.left.turn_on()

    @action
    def right_on(self, car: Car) -> None:
        car.right.turn_on()
        car.left.set_level(level=1)

    @action
    def van_on(self, van: Van) -> None:
        van.left.turn_on()


def test_machines_of_one_class_are_told_apart() -> None:
    assert agree(Yard) > 50


class Bell(Machine):
    low = State(initial=True)
    high = State()
    rings: int = 0
    ring = low.to(high, on="tell") | high.to(low, on="tell")
    poke = low.to.itself(on="once") | high.to.itself(on="twice")

    def tell(self, other: Any) -> None:
        other.bell.poke()

    def once(self) -> None:
        self.rings = 1

    def twice(self) -> None:
        self.rings = 2


class Door(Entity):
    bell: Bell


class Street(System):
    doors: Many[Door]

    @action
    def ring(self, door: Door, other: Door) -> None:
        door.bell.ring(other=other)


def test_an_event_to_a_machine_that_is_taking_a_step_waits() -> None:
    assert agree(Street) > 50


class Hall(System):
    rooms: Many[Room]

    @action
    def inner(self, room: Room) -> None:
        room.light.set_level(level=2)
        room.light.turn_on()

    @action
    def outer(self, room: Room) -> None:
        try:
            self.inner(room)
        except ActionDisabled:  # never: it is the machine's refusal that comes through
            room.light.turn_off()

    @action
    def tries(self, room: Room) -> None:
        try:
            self.inner(room)
        except TransitionNotAllowed:
            room.light.turn_off()


def test_actions_inside_actions() -> None:
    assert agree(Hall) > 50


# -- state that nobody sees ---------------------------------------------------------------------


def test_state_outside_of_fields_is_refused() -> None:
    class Tries(Light):
        tries = 0

        def put(self, level: int) -> None:
            self.tries += 1
            self.level = level

    machine: Any = Tries(Record([], {"state": "off", "level": 0}), None)
    with pytest.raises(ModelError, match=r"Tries\.tries is assigned and is no field"):
        machine.put(1)

    with pytest.raises(ModelError, match="catch_errors_as_events"):
        type("Catchy", (Light,), {"catch_errors_as_events": True})


def test_a_mixin_brings_fields() -> None:
    class Levelled:
        depth: int = 4

    mixed: Any = type("Mixed", (Levelled, Light), {})
    assert "depth" in mixed.fields


class Cached(Entity):
    light: Light

    @cached_property
    def was(self) -> bool:
        return bool(self.light.on.is_active)


class Suite(Room):
    pass


AGED: Any = type("Aged", (Entity,), {"__annotations__": {"history": Light}})


@pytest.mark.parametrize(
    ("annotations", "said"),
    [
        ({"rooms": Many[Cached]}, "Cached.was is cached"),
        ({"rooms": Many[Room], "suites": Many[Suite]}, "Suite is a kind of Room"),
        (
            {"rooms": Many[AGED]},
            "Aged.history is a name that entities use",
        ),
    ],
)
def test_systems_that_mean_something_else_in_a_proof(annotations: Any, said: str) -> None:
    system = type("Odd", (System,), {"__annotations__": annotations, "__module__": __name__})
    with pytest.raises(ModelError, match=said):
        system()


def test_an_action_that_hides_a_method_of_systems_is_refused() -> None:
    def restore(self: Any) -> None:
        """Do nothing."""

    body = {"__annotations__": {"rooms": Many[Room]}, "restore": action(restore)}
    with pytest.raises(ModelError, match="restore is a name that systems use"):
        type("Clash", (System,), body)()


def test_numbers_with_an_order_of_their_own_are_refused() -> None:
    backwards = type("Backwards", (int,), {"__lt__": lambda self, other: int(self) > int(other)})
    space = {"size": backwards(1), "__annotations__": {"size": backwards}}
    machine = type("Dial", (Light,), space)
    owner = type("Panel", (Entity,), {"__annotations__": {"dial": machine}})
    system = type("Desk", (System,), {"__annotations__": {"panels": Many[owner]}})  # type: ignore[valid-type]
    with pytest.raises(ModelError, match="__lt__ of its own"):
        TransitionSystem(system)


# -- claims -------------------------------------------------------------------------------------


class Home(System):
    rooms: Many[Room]
    yards: Many[Car]
    limit: int = 0

    @action
    def on(self, room: Room) -> None:
        room.light.turn_on()

    @action
    def left(self, car: Car) -> None:
        car.left.turn_on()

    @action
    def gate(self, car: Car) -> None:
        if any(self.limit > 3 for _ in self.rooms):
            car.right.turn_on()
        elif self.limit > 3:
            raise ActionDisabled("no room")


def settled(declare: Any, **options: Any) -> tuple[Verdict, Finding]:
    """What proof and search say of one claim."""
    catalogue = Catalogue(Home)
    declare(catalogue)
    (claim,) = catalogue.claims
    (result,) = Prover(ProofContext(Home, [claim], ())).prove([claim])
    sizes = options or {"rooms": 1, "yards": 1}
    plain = check(
        claim, (), FiniteInstance(Home, sizes, {int: (0, 4)}, forget=False, memoise=False)
    )
    return result.verdict, plain.finding


def test_the_state_after_a_step_has_its_own_enabledness() -> None:
    def declare(catalogue: Catalogue) -> None:
        @catalogue.always("on.again", "")
        def again(step: Step, room: Room) -> bool:
            assume(step.fires(Home.on, room))
            return bool(enabled(step.after, Home.on, room))

    assert settled(declare) == (Verdict.REFUTED, Finding.VIOLATED)


@pytest.mark.slow
@pytest.mark.parametrize("rooms", [0, 1])
def test_kinds_may_have_no_entity(rooms: int) -> None:
    def declare(catalogue: Catalogue) -> None:
        @catalogue.always("gate.opens", "")
        def opens(home: Home, car: Car) -> bool:
            return bool(enabled(home, Home.gate, car)) or car.right.on.is_active

    violated = Finding.HOLDS if rooms else Finding.VIOLATED
    assert settled(declare, rooms=rooms, yards=1) == (Verdict.REFUTED, violated)


@pytest.mark.slow
@pytest.mark.parametrize("rooms", [0, 1])
def test_a_step_does_not_bring_entities_that_it_has_nothing_to_do_with(rooms: int) -> None:
    def declare(catalogue: Catalogue) -> None:
        @catalogue.always("left.needs_a_room", "")
        def needs_a_room(home: Home, car: Car) -> bool:
            return any(car.left.on.is_active for _ in home.rooms) or car.left.off.is_active

    violated = Finding.HOLDS if rooms else Finding.VIOLATED
    assert settled(declare, rooms=rooms, yards=1) == (Verdict.REFUTED, violated)


def test_what_is_recoverable_is_never_left_to_its_antecedent() -> None:
    def declare(catalogue: Catalogue) -> None:
        @catalogue.recoverable("level.rises", "")
        def rises(home: Home, room: Room) -> bool:
            assume(room.light.off.is_active)
            return room.light.level == 2

    verdict, finding = settled(declare)
    assert (verdict, finding) == (Verdict.REFUTED, Finding.VIOLATED)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("if room.light.on.is_active: return True", "returns nothing"),
        ("return room.light.level", "returns a Int where a Bool is wanted"),
        ("return room", "returns a Room where a Bool is wanted"),
        ("return room.light.set_level(level=2) is None or True", "may only look"),
    ],
)
def test_a_claim_is_a_truth_about_what_it_looks_at(body: str, said: str) -> None:
    space: dict[str, Any] = {"Home": Home, "Room": Room}
    exec(f"def claim(home: Home, room: Room):\n    {body}\n", space)
    catalogue = Catalogue(Home)
    catalogue.always("odd.claim", "")(space["claim"])
    with pytest.raises(ModelError, match=said):
        claim_property(TransitionSystem(Home), catalogue.claims[0])


def test_a_history_that_takes_an_element_out_of_a_loop_is_refused() -> None:
    @history(initially=lambda room: room)
    def last(step: Step, room: Room) -> Room:
        for other in step.before.rooms:
            if other.light.on.is_active:
                return other  # type: ignore[no-any-return]
        return room

    with pytest.raises(ModelError, match="an element of a loop is used after the loop"):
        TransitionSystem(Home, (last,))


def asks_numbers_for_their_truth(self: Any, room: Any, amount: Any) -> None:
    level = room.light.level
    if level and not (level - amount):
        room.light.set_level(level=abs(level - 3))
    else:
        room.light.set_level(level=amount or 5)


def test_numbers_are_true_and_have_a_size_as_python_has_them() -> None:
    assert agree(house(asks_numbers_for_their_truth, Room, int)) > 0

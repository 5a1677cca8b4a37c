"""An expression about a system whose names lead nowhere says what was probably meant."""

from __future__ import annotations

import enum

import pytest
from statemachine import State

from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim
from statecheck.modeling import Entity, Machine, Many, ModelError, System, action


class Mode(enum.Enum):
    SLOW = 1
    FAST = 2


class Door(Machine):
    shut = State(initial=True)
    ajar = State()
    part = shut.to(ajar) | ajar.to(shut)


class Cabin(Machine):
    standing = State(initial=True)
    moving = State()
    trips: int = 0
    lit: bool = False
    mode: Mode = Mode.SLOW
    start = standing.to(moving) | moving.to(standing)


class Shaft(Entity):
    door: Door


class Lift(Entity):
    shaft: Shaft
    cabin: Cabin

    @property
    def is_idle(self) -> bool:
        return bool(self.cabin.standing.is_active)


class Tower(System):
    fast: bool = False
    shafts: Many[Shaft]
    lifts: Many[Lift]

    @action
    def start(self, lift: Lift) -> None:
        lift.cabin.start()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lift.trips > 0", "lift has no trips; did you mean lift.cabin.trips?"),
        ("lift2.moving", "lift2 has no moving; did you mean lift2.cabin.moving?"),
        ("after[lift].trips > 0", "after[lift] has no trips; did you mean after[lift].cabin.trips"),
        ("lift.cabn.trips > 0", "lift has no cabn; did you mean lift.cabin?"),
        ("lift.colour", "lift has no colour; it has cabin, shaft"),
        ("lift.shaft.ajar", "lift.shaft has no ajar; did you mean lift.shaft.door.ajar?"),
        ("lift.shaft.door.ajra", "lift.shaft.door has no ajra; did you mean lift.shaft.door.ajar?"),
        (
            "lift.cabin.colour",
            "lift.cabin has no colour; it has standing, moving, trips, lit",
        ),
        ("lift.cabin.trips >= '3'", "compares lift.cabin.trips, a number, with '3'"),
        ("'3' == lift.cabin.trips", "compares lift.cabin.trips, a number, with '3'"),
        ("lift.cabin.trips in (1, '3')", "compares lift.cabin.trips, a number, with '3'"),
        ("lift.cabin.trips == True", "compares lift.cabin.trips, a number, with True"),
        ("lift.cabin.lit == 1", "compares lift.cabin.lit, a truth value, with 1"),
        ("lift.cabin.mode == 'FAST'", "one of Mode.SLOW, Mode.FAST, with 'FAST'"),
        ("lift.cabin.moving == 'moving'", "a state, which stands for being active, with 'moving'"),
        ("lfit.cabin.moving", "lfit is not known; did you mean lift?"),
        ("moving", "moving is not known; did you mean lift.cabin.moving?"),
        ("cabin.moving", "cabin is not known; did you mean lift.cabin?"),
        ("all(one.cabin.moving for one in lifts)", "lifts is not known; write lift, which stands"),
        ("fast", "fast is not known as a value: it is a constant of Tower, which can be given"),
        ("true", "true is not known; did you mean True?"),
        ("step.fires(Tower.strat)", "Tower has no strat; did you mean Tower.start?"),
        (
            "step.fires('start')",
            "step.fires takes an action, no text; write step.fires(Tower",
        ),
        ("step.action == Tower.start", "a step has before, after, fires, keeps, no action"),
        ("after.cabin.moving", "after is the whole system, and has no cabin; of one entity write"),
        ("lift.cabin.moving && lift.cabin.lit", "write and, not &&"),
        ("lift.cabin.moving || lift.cabin.lit", "write or, not ||"),
        ("!lift.cabin.moving", "write not, not !"),
        ("lift.cabin.moving => lift.cabin.lit", "write P ==> Q for a premise"),
        ("lift.cabin.moving -> lift.cabin.lit", "write P ==> Q for a premise"),
        ("lift.cabin.trips = 1", "write == for a comparison, not ="),
        ("lift.cabin.mode == Mode.FAT", "Mode has no FAT; did you mean Mode.FAST?"),
        ("lift.cabin.mode == Mode.X", "Mode has no X; it has SLOW, FAST"),
        ("lift.cabin.mode == Mood.FAST", "Mood is not known; did you mean Mode?"),
        (
            "lift.cabin.mode in Mode",
            "Mode is a class; name members of it: in (Mode.SLOW, Mode.FAST)",
        ),
        ("lift.cabin.moving.active", "lift.cabin.moving is a state, and has no active"),
        ("once(lift.cabin.moving)", "once is not known, for it is a word of claims about one mach"),
        ("lift.cabin.moving ==> ", "a part of it is empty"),
        ("lift.cabin.moving and", "invalid syntax"),
    ],
)
def test_what_was_meant_is_said(text: str, said: str) -> None:
    with pytest.raises(ModelError) as error:
        claim(Tower, Kind.ALWAYS, text, id_="a.b")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "lift.cabin.trips >= 3 and lift.cabin.lit == True and lift.cabin.mode == Mode.FAST",
        "lift.is_idle and lift.shaft.door.ajar.is_active and lift.cabin.moving == True",
        "after[lift].cabin.trips != lift.cabin.trips and step.fires(Tower.start, lift)",
        "all(one.cabin.moving for one in after.lifts)",
        "any(lift.cabin.moving for lift in step.before.lifts)",
        "lift1.shaft == lift2.shaft and lift1.shaft != lift2.shaft",
        "lift.cabin.mode in (Mode.SLOW, Mode.FAST) and lift.cabin.trips not in (1, 2)",
        "step.keeps(lift)",
        "lift.cabin.mode is Mode.SLOW or lift.cabin.trips not in {1, 2}",
    ],
)
def test_what_leads_somewhere_is_let_through(text: str) -> None:
    assert claim(Tower, Kind.ALWAYS, text, id_="a.b").text == text


def test_a_system_without_entities_has_no_name_for_one() -> None:
    class Plain(System):
        @action
        def nothing(self) -> None:
            """Change nothing."""

    with pytest.raises(ModelError, match="an expression may use step, after, and what"):
        claim(Plain, Kind.ALWAYS, "door.open", id_="a.b")

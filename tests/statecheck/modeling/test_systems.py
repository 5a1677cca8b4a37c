"""Systems, entities and actions as they run."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck.modeling import (
    ActionDisabled,
    Entity,
    Machine,
    Many,
    ModelError,
    System,
    action,
    anything,
)


class Switch(Machine):
    off = State(initial=True)
    on = State()
    count: int = 0

    press = off.to(on, on="tally") | on.to(off)

    def tally(self) -> None:
        self.count += 1


class Lamp(Entity):
    switch: Switch


class House(System):
    lamps: Many[Lamp]

    @action
    def press(self, lamp: Lamp) -> None:
        lamp.switch.press()

    @action
    def press_twice(self, lamp: Lamp) -> None:
        self.press(lamp)
        self.press(lamp)

    @action
    def burn(self, lamp: Lamp) -> None:
        lamp.switch.press()
        raise ValueError("smoke")

    @action
    def press_and_finish(self, lamp: Lamp) -> None:
        self.press(lamp)
        lamp.switch.send("unheard_of")


def test_actions_call_actions_and_stay_atomic() -> None:
    house = House(lamps=1)
    (lamp,) = house.lamps
    house.press_twice(lamp)
    assert (lamp.switch.off.is_active, lamp.switch.count) == (True, 1)
    before = house.snapshot()
    with pytest.raises(ActionDisabled):
        house.press_and_finish(lamp)
    assert house.snapshot() == before


def test_an_action_that_raises_leaves_no_trace() -> None:
    house = House(lamps=1)
    before = house.snapshot()
    with pytest.raises(ValueError, match="smoke"):
        house.burn(house.lamps[0])
    assert house.snapshot() == before
    house.press(house.lamps[0])


def test_a_field_needs_a_value_and_a_free_name() -> None:
    with pytest.raises(ModelError, match="has no initial value"):
        type("Bare", (Machine,), {"__annotations__": {"size": "int"}})
    with pytest.raises(ModelError, match="is a name that python-statemachine uses"):
        type("Clash", (Machine,), {"__annotations__": {"send": "int"}, "send": 1})


class Fuse(Machine):
    whole = State(initial=True)
    blown = State(final=True)
    blow = whole.to(blown)
    check = whole.to.itself()


class Box(Entity):
    fuse: Fuse


class Cellar(System):
    boxes: Many[Box]

    @action
    def blow(self, box: Box) -> None:
        box.fuse.blow()

    @action
    def blow_all_but(self, box: Box) -> None:
        for other in self.boxes:
            if other != box:
                other.fuse.blow()
        box.fuse.check()


def test_a_final_state_ends_a_machine_until_the_step_is_undone() -> None:
    cellar = Cellar(boxes=2)
    first, second = cellar.boxes
    start = cellar.snapshot()
    cellar.blow(first)
    with pytest.raises(ActionDisabled):
        cellar.blow(first)
    with pytest.raises(ActionDisabled):  # second blows, then first refuses: both as before
        cellar.blow_all_but(first)
    assert second.fuse.whole.is_active
    cellar.blow(second)
    cellar.restore(start)
    cellar.blow(first)
    assert (first.fuse.blown.is_active, second.fuse.whole.is_active) == (True, True)


def test_anything_starts_like_its_example() -> None:
    class Dial(Machine):
        low = State(initial=True)
        high = State()
        turn = low.to(high) | high.to(low)
        level: int = anything(like=7)

    owner = type("Panel", (Entity,), {"__annotations__": {"dial": Dial}})
    system = type("Desk", (System,), {"__annotations__": {"panels": Many[owner]}})  # type: ignore[valid-type]
    assert system(panels=1).panels[0].dial.level == 7

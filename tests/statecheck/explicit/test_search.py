"""Exhaustive search of small systems."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck.claims.catalogue import Catalogue
from statecheck.explicit import read_tracing, state_space
from statecheck.explicit.packing import Packing, ValueTable
from statecheck.explicit.product import relevant_histories
from statecheck.explicit.search import Finding, check
from statecheck.explicit.state_space import FiniteInstance, StateCount, count_states
from statecheck.modeling import (
    Entity,
    Machine,
    Many,
    ModelError,
    Step,
    System,
    action,
    anything,
    assume,
    history,
)

# -- toys -----------------------------------------------------------------------------------------


class Bulb(Machine):
    dark = State(initial=True)
    lit = State()
    burnt = State()

    age: int = 0
    label: int = anything(0)

    light = dark.to(lit)
    quench = lit.to(dark, cond="is_labelled")
    burn = lit.to(burnt, on="grow") | burnt.to.itself()

    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("age",)

    def is_labelled(self) -> bool:
        return self.label == 1

    def grow(self) -> None:
        self.age = 1


class TrustingBulb(Bulb):
    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("label",) if self.lit.is_active else ()


class NosyBulb(Bulb):
    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("age",) if self.owner.other.dark.is_active else ()


class Lamp(Entity):
    bulb: Bulb


class TrustingLamp(Entity):
    bulb: TrustingBulb


class NosyLamp(Entity):
    bulb: NosyBulb
    other: Bulb


class Room(System):
    lamps: Many[Lamp]

    @action
    def light(self, lamp: Lamp) -> None:
        lamp.bulb.light()

    @action
    def quench(self, lamp: Lamp) -> None:
        lamp.bulb.quench()

    @action
    def burn(self, lamp: Lamp) -> None:
        lamp.bulb.burn()


class TrustingRoom(System):
    lamps: Many[TrustingLamp]

    @action
    def light(self, lamp: TrustingLamp) -> None:
        lamp.bulb.light()

    @action
    def quench(self, lamp: TrustingLamp) -> None:
        lamp.bulb.quench()


class NosyRoom(System):
    lamps: Many[NosyLamp]

    @action
    def light(self, lamp: NosyLamp) -> None:
        lamp.bulb.light()


ROOM = Catalogue(Room)


@history(initially=0)
def lit_before(step: Step, lamp: Lamp) -> int:
    return min(2, lit_before(lamp) + 1) if step.fires(Room.light, lamp) else lit_before(lamp)


@ROOM.always("room.vacuous", "")
def vacuous(step: Step, lamp: Lamp) -> bool:
    assume(lamp.bulb.burnt.is_active and lamp.bulb.age == 0)
    return False


@ROOM.recoverable("room.dark_again", "")
def dark_again(room: Room, lamp: Lamp) -> bool:
    return lamp.bulb.dark.is_active


@ROOM.possible("room.lit_twice", "")
def lit_twice(room: Room, lamp: Lamp) -> bool:
    return lit_before(lamp) == 2


@ROOM.eventually("room.burns", "", fairness=())
def burns(room: Room, lamp: Lamp) -> bool:
    return lamp.bulb.burnt.is_active


VACUOUS, DARK_AGAIN, LIT_TWICE, BURNS = ROOM.claims


def room(system: type[System] = Room, lamps: int = 1, forget: bool = True) -> FiniteInstance:
    return FiniteInstance(system, {"lamps": lamps}, {int: (0, 1)}, forget=forget)


def test_a_forgotten_value_is_not_read() -> None:
    with pytest.raises(ModelError, match=r"label of trustinglamp1\.bulb is read where"):
        count_states(room(TrustingRoom))
    assert count_states(room(TrustingRoom, forget=False)) == StateCount(2, 4, 1)


def test_a_claim_cannot_read_a_forgotten_value() -> None:
    with pytest.raises(ModelError, match=r"age of lamp1\.bulb .* forget=False"):
        check(VACUOUS, (), room())


def test_what_is_forgotten_depends_on_the_machine_alone() -> None:
    with pytest.raises(ModelError, match="depend on another machine's state"):
        count_states(room(NosyRoom))


def test_a_vacuous_claim_shows() -> None:
    outcome = check(VACUOUS, (), room(forget=False))
    assert (outcome.finding, outcome.antecedent_reached) == (Finding.HOLDS, False)


def test_what_is_lost_is_not_recoverable() -> None:
    outcome = check(DARK_AGAIN, (), room())
    # A lamp with label 0 cannot be quenched.
    assert (outcome.finding, outcome.steps) == (Finding.VIOLATED, 1)


def test_the_histories_of_a_claim_are_kept() -> None:
    assert relevant_histories(LIT_TWICE, (lit_before,)) == [lit_before]
    outcome = check(LIT_TWICE, (lit_before,), room(lamps=2))
    assert (outcome.finding, outcome.steps) == (Finding.REACHED, 3)
    assert outcome.run is not None
    assert [name for name, _ in outcome.run.steps] == ["light", "quench", "light"]


def test_what_no_search_decides_is_refused() -> None:
    with pytest.raises(ModelError, match=r"room\.burns is a claim of kind eventually"):
        check(BURNS, (), room())


def test_types_without_values_are_refused() -> None:
    with pytest.raises(ModelError, match="int has too many values"):
        count_states(FiniteInstance(Room, {"lamps": 1}))


# -- states as numbers ----------------------------------------------------------------------------


def test_each_cell_has_bits_of_its_own() -> None:
    packing = Packing([ValueTable(2), ValueTable(32), ValueTable(1)])
    for numbers in ([3, 0, 1], [0, 2**32 - 1, 0], [1, 70_000, 1]):
        assert packing.unpack(packing.pack(numbers)) == numbers
    code = packing.pack([3, 5, 1])
    assert packing.unpack(code & packing.mask([1])) == [0, 5, 0]
    assert code & packing.ones == code


def test_values_that_python_takes_for_equal_are_told_apart() -> None:
    table = ValueTable(2)
    assert [table.number(value) for value in (True, 1, 1.0, 1)] == [0, 1, 2, 1]


def test_a_cell_does_not_run_into_the_next() -> None:
    table = ValueTable(1)
    assert [table.number(value) for value in "ab"] == [0, 1]
    for _ in range(2):
        with pytest.raises(ModelError, match="'c' is one value more than the type of its cell has"):
            table.number("c")


@pytest.mark.parametrize("most", [0, 1, 5])
def test_what_is_not_remembered_is_looked_up_again(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    wanted = count_states(room(lamps=3))
    outcome = check(LIT_TWICE, (lit_before,), room(lamps=2))
    monkeypatch.setattr(read_tracing, "MOST", most)
    monkeypatch.setattr(state_space, "MOST", most)
    assert count_states(room(lamps=3)) == wanted
    assert check(LIT_TWICE, (lit_before,), room(lamps=2)) == outcome

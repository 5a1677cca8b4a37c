"""A bath whose water may be colder than nothing: numbers below zero that have names."""

from __future__ import annotations

from typing import ClassVar

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything


class Heat(int):
    """A temperature."""

    LEAST: ClassVar[int] = -9
    GREATEST: ClassVar[int] = 9

    def __str__(self) -> str:
        return f"H{int(self)}"


class Tap(Machine):
    shut = State(initial=True)
    opened = State()
    heat: Heat = anything(Heat(0))
    open = shut.to(opened, cond="warm")
    close = opened.to(shut)

    def warm(self) -> bool:
        return self.heat > Heat(-3)


class Bath(Entity):
    tap: Tap


class Bathroom(System):
    baths: Many[Bath]

    @action
    def open(self, bath: Bath) -> None:
        bath.tap.open()

    @action
    def close(self, bath: Bath) -> None:
        bath.tap.close()


CATALOGUE = Catalogue(Bathroom)


@CATALOGUE.always("bath.warm", "Bath")
def warm(room: Bathroom, bath: Bath) -> bool:
    """What flows is warmer than minus four."""
    return not bath.tap.opened.is_active or bath.tap.heat > Heat(-4)


@CATALOGUE.derived("bath.heats", "Bath")
def heats(room: Bathroom, bath: Bath, heat: Heat) -> bool:
    """The temperatures at which it flows."""
    return bath.tap.opened.is_active and bool(bath.tap.heat == heat)

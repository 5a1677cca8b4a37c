"""Guests who light a hall: claims with quantifiers and with numbers that nothing else names."""

from __future__ import annotations

from typing import ClassVar

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, weak
from statecheck.claims.fairness import LeadsTo, leads_to


class Watts(int):
    """The power of a lamp."""

    LEAST: ClassVar[int] = 0
    GREATEST: ClassVar[int] = 99

    def __str__(self) -> str:
        return f"W{int(self)}"


class Lamp(Machine):
    off = State(initial=True)
    lit = State()
    watts: Watts = anything(Watts(8))
    light = off.to(lit, cond="fits")
    dim = lit.to(off)

    def fits(self) -> bool:
        return 7 < self.watts < 9


class Mood(Machine):
    calm = State(initial=True)
    gay = State()
    change = calm.to(gay) | gay.to(calm)


class Hall(Entity):
    lamp: Lamp


class Guest(Entity):
    mood: Mood
    hall: Hall


class House(System):
    halls: Many[Hall]
    guests: Many[Guest]

    @axiom
    def spare(self, hall: Hall) -> bool:
        """No hall is the only one."""
        return any(other != hall for other in self.halls)

    @axiom
    def power(self, hall: Hall) -> bool:
        """Every lamp fits."""
        return 7 < hall.lamp.watts < 9

    @action
    def change(self, guest: Guest) -> None:
        guest.mood.change()

    @action
    def light(self, hall: Hall) -> None:
        """Where there is a guest, the lamp is lit."""
        if any(guest.hall == hall for guest in self.guests) and hall.lamp.off.is_active:
            hall.lamp.light()


CATALOGUE = Catalogue(House)


@CATALOGUE.eventually("house.light", "House", fairness=(weak(House.light, "hall"),))
def light(house: House, guest: Guest, hall: Hall) -> LeadsTo:
    """The hall of a guest is lit in the end."""
    return leads_to(guest.hall == hall and hall.lamp.off.is_active, hall.lamp.lit.is_active)


@CATALOGUE.eventually("house.watts", "House", fairness=(weak(House.light, "hall"),))
def watts(house: House, hall: Hall) -> LeadsTo:
    """A lamp that is lit has 8 watts."""
    return leads_to(hall.lamp.lit.is_active, hall.lamp.watts == Watts(8))

"""The reasons of a proof: nothing of its core is lost in words, and words say what terms say."""

from __future__ import annotations

from typing import Any

import pytest

from statecheck.drawing.machine import Condition, Guard, Machine, State, Transition
from statecheck.drawing.pictures.reasons import Owned, Reason, plain, reasons


def machine(name: str, *guards: str) -> Machine:
    asked = (Guard(tuple(Condition(guard, (guard,)) for guard in guards)),)
    states = tuple(State(s, s, "simple", s == "on", (), ()) for s in ("on", "off"))
    return Machine(name, "", "", states, (Transition("go", "on", ("off",), asked, (), False),),
                   ("on",), ())  # fmt: skip


LAMP = Owned(machine("Lamp"), "House", "lamp", ("age",))
DOOR = Owned(machine("Door", "unlocked"), "House", "door", ())
KEY = Owned(machine("Key"), "Guest", "key", ("lost",))
OWNED = (LAMP, DOOR, KEY)


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("house.lamp.state = on", "the house's lamp is on"),
        ("guest.key.state != off", "the guest is not off"),
        ("guest.key.home = house", "the guest's home is the house"),
        ("guest.key.home.lamp.age >= house.lamp.age",
         "the guest's home's lamp's age is at least the house's lamp's age"),
        ("guest.key.lost", "lost is true of the guest"),
        ("some guest with guest.key.lost", "some guest with guest.key.lost"),
        ("not guest.key.lost", "not guest.key.lost"),
        ("house.lamp.age >= 5.5", "house.lamp.age >= 5.5"),
    ],
)  # fmt: skip
def test_simple_terms_are_words_and_others_stay(term: str, words: str) -> None:
    assert plain({"text": term}, OWNED) == words


def part(kind: str, action: str | None, text: str, function: Any = None, *origins: str) -> Any:
    return {
        "kind": kind,
        "action": action,
        "text": text,
        "function": function,
        "origins": [{"function": name} for name in origins],
    }


def of(entity: str, slot: str, field: str, *values: str) -> dict[str, Any]:
    return {"entity": entity, "machine": slot, "field": field, "values": values}


def test_each_part_is_below_its_heading() -> None:
    parts = [
        part("effect", "enter", "house.lamp", of("House", "lamp", "state"), "enter"),
        part("effect", "leave", "house.lamp", of("House", "lamp", "state"), "leave"),
        part("effect", "leave", "house.lamp.age", of("House", "lamp", "age"), "grow"),
        part("start", None, "house.lamp = on", of("House", "lamp", "state", "on")),
        part("guard", "enter", "house.door.state = on", None, "unlocked"),
        part("guard", "leave", "house.door.state = on", None, "unlocked", "leave"),
        part("guard", "leave", "guest.key.lost", None, "leave"),
    ]
    untouched = ["house.door", "guest.key", "guest.key.lost"]
    found = list(reasons(parts, OWNED, {"unlocked": "No bolt is on."}, ["it is so"], untouched))
    assert found == [
        Reason("What steps do", "Lamp",
               "its state changes in enter and leave; age changes in leave; it starts in on."),
        Reason("What guards ask", "unlocked", "No bolt is on. Asked in enter and leave."),
        Reason("What steps look at besides", "", "Lost is true of the guest: in leave."),
        Reason("What holds in every reachable state", "", "it is so"),
        Reason("What the proof does without", "", "all of Door and all of Key."),
    ]  # fmt: skip

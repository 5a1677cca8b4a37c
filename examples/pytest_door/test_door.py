"""A unit test drives the door once; a proof speaks of every way to use it."""

from __future__ import annotations

from typing import Any

from door import Door


def test_a_door_opens() -> None:
    door = Door()
    door.open()
    assert door.opened.is_active


def test_a_door_breaks_by_wear_alone(assert_proved: Any) -> None:
    assert_proved(Door, always="broken ==> uses >= 3")


def test_a_door_can_always_be_closed(assert_proved: Any) -> None:
    assert_proved(Door, eventually="opened ~> not opened", fair="close")


def test_nothing_is_suspicious(assert_proved: Any) -> None:
    assert_proved(Door)

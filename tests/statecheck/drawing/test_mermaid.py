"""Mermaid of any machine."""

from __future__ import annotations

from statemachine import State, StateMachine

from statecheck.drawing.pictures.mermaid import state_diagram


class Door(StateMachine):
    closed = State(initial=True)
    opened = State()

    open = closed.to(opened, cond="allowed", on="ring")
    close = opened.to(closed, unless="held")

    def allowed(self) -> bool:
        return True

    def held(self) -> bool:
        return False

    def ring(self) -> None: ...


def test_guards_and_effects_are_shown() -> None:
    assert state_diagram(Door) == (
        "stateDiagram-v2\n"
        "    direction LR\n"
        "    [*] --> closed\n"
        "    closed --> opened: open [allowed] / ring\n"
        "    opened --> closed: close [!held]\n"
    )


class Light(StateMachine):
    off = State("Switched off", initial=True)
    on = State()

    switch = off.to(on, cond="powered") | off.to(off) | on.to(off, validators="check_fuse")
    off.to(on, cond="day_ends")

    def powered(self) -> bool:
        return True

    def day_ends(self) -> bool:
        return False

    def check_fuse(self) -> None: ...


def test_order_validators_names_and_what_needs_no_event_are_shown() -> None:
    lines = [line.strip() for line in state_diagram(Light).splitlines()[3:]]
    assert lines == [
        "off: 'Switched off'",
        "off --> on: switch no. 1 [powered]<br>(no event) [day_ends]",
        "off --> off: switch no. 2",
        "on --> off: switch [validate check_fuse]",
    ]

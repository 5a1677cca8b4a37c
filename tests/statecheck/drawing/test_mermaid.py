"""Mermaid of any machine."""

from __future__ import annotations

from typing import Any

from statemachine import HistoryState, State, StateChart, StateMachine

from statecheck.drawing import machine
from statecheck.drawing.pictures.mermaid import escaped, machine_text, state_diagram


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
        'state "off" as off',
        "off: 'Switched off'",
        "off --> on: switch no. 1 [powered]<br>[day_ends]",
        "off --> off: switch no. 2",
        "on --> off: switch [validate check_fuse]",
    ]


class Session(StateMachine):
    end = State(initial=True)
    root = State()
    active = State(enter="greet", exit="part")
    gone = State("Gone for good", final=True)

    log_in = end.to(active, on="_keep_")
    look = end.to(root)
    log_out = active.to(gone) | root.to(gone)

    def greet(self) -> None: ...
    def part(self) -> None: ...
    def _keep_(self) -> None: ...


def test_a_state_keeps_its_name_beside_its_title_and_its_actions() -> None:
    lines = [line.strip() for line in state_diagram(Session).splitlines()]
    named = lines.index('state "active" as active')
    assert lines[named : named + 3] == [
        'state "active" as active',
        "active: entry / greet",
        "active: exit / part",
    ]
    assert lines[lines.index('state "gone" as gone') + 1] == "gone: 'Gone for good'"


def test_names_that_mermaid_has_itself_are_only_shown() -> None:
    text = state_diagram(Session)
    assert 'state "end" as s1\n' in text
    assert 'state "root" as s2\n' in text
    assert "    s1 --> s2: look\n" in text


def test_what_would_be_markdown_is_shown_as_it_is() -> None:
    assert "log_in / #95;keep#95;" in state_diagram(Session)
    assert escaped("a_b __c a*b `d` 50% \\n [x](y)") == (
        "a_b #95;#95;c a#42;b #96;d#96; 50#37; #92;n [x#93;(y)"
    )
    assert [escaped(words) for words in ("1. Start", "- x", "v1.2")] == [
        "1#46; Start", "#45; x", "v1.2",
    ]  # fmt: skip


class Oven(StateChart[Any]):
    class oven(State.Parallel, name="Microwave oven"):  # noqa: N801
        class engine(State.Compound, name="The engine"):  # noqa: N801
            start = State(initial=True)

            class on(State.Compound):  # noqa: N801
                idle = State(initial=True)
                cooking = State()
                cook = idle.to(cooking)

            turn_on = start.to(on)
            turn_off = on.to(start)

        class door(State.Compound):  # noqa: N801
            closed = State(initial=True)
            opened = State()
            move = closed.to(opened) | opened.to(closed)

    def on_enter_on(self) -> None: ...


def test_a_composite_state_says_all_in_its_title() -> None:
    lines = [line.strip() for line in state_diagram(Oven).splitlines()]
    assert "state \"oven · parallel · 'Microwave oven'\" as oven {" in lines
    assert "state \"engine · 'The engine'\" as oven__engine {" in lines
    assert 'state "on · entry / on_enter_on" as oven__engine__on {' in lines
    composites = {line.split()[-2] for line in lines if line.endswith("{")}
    assert not [line for line in lines if line.partition(":")[0] in composites]


def test_no_line_divides_regions_with_an_arrow_to_a_composite_state() -> None:
    text = state_diagram(Oven)
    assert "    oven__engine__start --> oven__engine__on: turn_on\n" in text
    assert "    --\n" not in text


class Both(StateChart[Any]):
    class both(State.Parallel):  # noqa: N801
        class left(State.Compound):  # noqa: N801
            start = State(initial=True)
            memory = HistoryState()
            left_done = State(final=True)
            go = start.to(left_done)

        class right(State.Compound):  # noqa: N801
            waiting = State(initial=True)
            go = waiting.to.itself()

    both_start = State(final=True)
    leave = both.to(both_start)


def test_a_line_divides_other_regions_and_marks_keep_their_names() -> None:
    assert state_diagram(Both) == (
        "stateDiagram-v2\n"
        "    [*] --> both\n"
        "    state both {\n"
        '        state "left" as both__left {\n'
        "            [*] --> both__left__start\n"
        '            state "start" as both__left__start\n'
        '            state "left_done" as both__left__left_done\n'
        "            both__left__left_done --> [*]\n"
        '            state "H" as both__left__memory\n'
        "        }\n"
        "        --\n"
        '        state "right" as both__right {\n'
        "            [*] --> both__right__waiting\n"
        '            state "waiting" as both__right__waiting\n'
        "        }\n"
        "    }\n"
        '    state "both_start" as s8\n'
        "    s8 --> [*]\n"
        "    both --> s8: leave\n"
        "    both__left__start --> both__left__left_done: go\n"
        "    both__right__waiting --> both__right__waiting: go\n"
    )


def _parallel(own: str, *inner: machine.State) -> machine.State:
    return machine.State(own, own.rpartition(".")[2], "parallel", False, (), inner)


def _simple(own: str) -> machine.State:
    return machine.State(own, own.rpartition(".")[2], "simple", False, (), ())


REGIONS_IN_REGIONS = machine.Machine(
    "Regions",
    "",
    "",
    (
        _parallel(
            "p",
            _parallel("p.q", _simple("p.q.a"), _simple("p.q.b")),
            _parallel("p.r", _simple("p.r.c"), _simple("p.r.d")),
        ),
    ),
    (machine.Transition("jump", "p", ("p.r.d",), (), (), internal=False),),
    ("p",),
    (),
)


def test_no_line_divides_regions_in_regions() -> None:
    text = machine_text(REGIONS_IN_REGIONS)
    assert "    --\n" not in text
    assert text.count("parallel") == 3

"""The table below a crowded machine says what the machine does, in the order in which it does."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from statemachine import State, StateMachine

from statecheck.drawing.canvas.scene import Text, flat
from statecheck.drawing.layout.event_table import EventTable, crowded, rows
from statecheck.drawing.layout.geometry import APART, spread
from statecheck.drawing.layout.labels import PLAIN
from statecheck.drawing.machine import (
    Condition,
    Guard,
    Machine,
    Transition,
    _ordered,
    describe,
)
from statecheck.drawing.machine import State as Described
from statecheck.drawing.pictures import statechart

STATES = ("a", "b", "c")

TRANSITIONS = st.builds(
    Transition,
    event=st.sampled_from(("go", "stop", "")),
    source=st.sampled_from(STATES),
    targets=st.sampled_from([(state,) for state in STATES]),
    guards=st.sampled_from([(), *((Guard((Condition(g, (g,)),)),) for g in ("p", "q", "r"))]),
    actions=st.sampled_from([(), ("note",)]),
    internal=st.just(value=False),
)
MACHINES = st.lists(TRANSITIONS, min_size=1, max_size=14).map(
    lambda transitions: Machine(
        "Any",
        "",
        "",
        tuple(Described(s, s, "simple", s == "a", (), ()) for s in STATES),
        _ordered(tuple(transitions)),
        ("a",),
        (),
    )
)


@given(MACHINES)
def test_each_column_has_the_transitions_of_its_state_in_their_order(machine: Machine) -> None:
    found = rows(machine)
    events = [row.event for row in found]
    assert all(a == b or b not in events[: events.index(b)] for a, b in pairwise(events))
    for state in STATES:
        for event in set(events):
            column = [r.out_of[state] for r in found if r.event == event and state in r.out_of]
            own = [t for t in machine.transitions if (t.source, t.event) == (state, event)]
            assert column == own


def test_what_differs_in_its_states_alone_is_one_row() -> None:
    found = rows(describe(Crowded))
    assert [(row.event, sorted(row.out_of)) for row in found] == [
        ("go", ["low", "middle"]),
        ("go", ["low", "middle"]),
        ("go", ["low", "middle"]),
        ("rest", ["low", "middle"]),
        ("slip", ["low"]),
        ("slip", ["middle"]),
    ]


class Crowded(StateMachine):
    low = State(initial=True)
    middle = State()

    go = (
        low.to(middle, cond="strong", on="count")
        | low.to.itself(cond="weak")
        | low.to(middle)
        | middle.to(low, cond="strong", on="count")
        | middle.to.itself(cond="weak")
        | middle.to(low)
    )
    rest = low.to.itself(internal=True) | middle.to.itself(internal=True)
    slip = low.to(middle, cond="weak") | middle.to(low)

    def strong(self) -> bool:
        return True

    def weak(self) -> bool:
        return True

    def count(self) -> None: ...


def test_a_crowded_machine_has_short_labels_and_a_table() -> None:
    machine = describe(Crowded)
    assert crowded(machine)
    words = [i.text for i in flat(statechart.picture(machine).items) if isinstance(i, Text)]
    assert words.count("[strong]") == 1
    assert not any("#" in word for word in words)
    assert "the rows of an event are tried from top to bottom, in the state's column" in words
    assert "stays" in words
    table = EventTable(machine, PLAIN)
    texts = [item for item in flat(table.items()) if isinstance(item, Text)]
    assert all(text.x + text.width <= table.width + 1 for text in texts)
    assert all(text.y <= table.height for text in texts)


class Small(StateMachine):
    low = State(initial=True)
    high = State()
    go = low.to(high, cond="able") | low.to.itself()
    back = high.to(low)

    def able(self) -> bool:
        return True


def test_a_machine_that_is_not_crowded_has_guards_at_its_arrows() -> None:
    machine = describe(Small)
    assert not crowded(machine)
    words = [i.text for i in flat(statechart.picture(machine).items) if isinstance(i, Text)]
    assert any("#1" in word for word in words)


@given(st.lists(st.floats(20, 180), min_size=2, max_size=5))
def test_arrows_at_a_frame_do_not_share_a_point(places: list[float]) -> None:
    curves = {
        str(n): ((0.0, y), (30.0, y), (60.0, y), (100.0, y), (108.0, y))
        for n, y in enumerate(places)
    }
    moved = spread(curves, [(108, -500, 300, 800)])
    tips = sorted(curve[-1] for curve in moved.values())
    assert all(b[1] - a[1] >= APART for a, b in pairwise(sorted(tips, key=lambda tip: tip[1])))
    assert all(curve[-1][0] == 108 for curve in moved.values())
    assert all(moved[name][0] == curve[0] for name, curve in curves.items())


class Late(StateMachine):
    """In the state that comes first a guard is tried that comes second elsewhere."""

    first = State(initial=True)
    second = State()
    go = (
        first.to(second, cond="usual")
        | second.to(first, cond="special")
        | second.to(first, cond="usual")
    )

    def usual(self) -> bool:
        return True

    def special(self) -> bool:
        return True


def test_a_row_waits_for_what_is_tried_before_it_elsewhere() -> None:
    found = rows(describe(Late))
    assert [sorted(row.out_of) for row in found] == [["second"], ["first", "second"]]

"""Pictures of machines of every kind."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from statemachine import HistoryState, State, StateChart
from statemachine.statemachine import StateChart as Base

from statecheck.drawing.canvas.style import DARK, LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.layout.labels import Ink, Setting, transition_lines
from statecheck.drawing.layout.layout import Graph, Node, dot, lay_out
from statecheck.drawing.machine import describe
from statecheck.drawing.pictures import statechart
from statecheck.drawing.pictures.anything import picture
from statecheck.drawing.pictures.composition import picture as composed
from statecheck.drawing.pictures.joint import joints
from statecheck.modeling import Entity as Kind
from statecheck.modeling import Machine as Part
from statecheck.modeling import Many, System, action, signature
from tests.statecheck.drawing.machines import SVG, Deep, Flow, drawn, texts

# -- any machine --------------------------------------------------------------------------------


def test_a_flat_machine_is_read_as_it_is() -> None:
    machine = describe(Flow)
    assert machine.summary == "What a flat machine can have."
    assert machine.source.endswith("; from nowhere, but here")
    assert machine.always == ("on_transition",)
    by_name = {state.name: state for state in machine.all()}
    assert by_name["review"].actions == (("entry", "notify"), ("exit", "archive"))
    assert by_name["done"].actions == (("entry", "on_enter_done"),)
    assert [state.kind for state in machine.states] == ["simple", "simple", "final"]
    rows = [
        (t.event, t.source, t.targets, (*map(str, t.guards),), t.actions, t.internal, t.order)
        for t in machine.transitions
    ]
    assert rows == [
        (
            "submit",
            "draft",
            ("review",),
            ("validate check", "complete"),
            ("before_submit", "stamp"),
            False,
            0,
        ),
        ("edit", "draft", ("draft",), (), ("save",), True, 0),
        ("edit", "review", ("draft",), ("!locked",), (), False, 0),
        ("retry", "review", ("review",), (), ("stamp",), False, 0),
        ("accept", "review", ("done",), ("easy",), (), False, 1),
        ("accept", "review", ("done",), (), ("celebrate",), False, 2),
    ]


def test_a_nested_machine_is_read_as_it_is() -> None:
    machine = describe(Deep)
    kinds = {state.id: state.kind for state in machine.all()}
    assert kinds["outside"] == "compound"
    assert kinds["both"] == "parallel"
    assert kinds["outside.memory"] == "history"
    assert kinds["outside.deep"] == "deep history"
    assert machine.parents["outside.inside.first"] == ("outside", "outside.inside")
    ways = {(t.event, t.source, *t.targets) for t in machine.transitions}
    assert ("resume_deep", "rest", "outside.deep") in ways
    assert ("again", "outside", "outside") in ways
    assert ("finish", "both", "gone") in ways
    assert [(t.source, t.targets) for t in machine.transitions if not t.event] == [
        ("rest", ("gone",))
    ]


def test_states_of_each_kind_look_different() -> None:
    root = ET.fromstring(drawn(Deep))
    shapes: dict[str, list[tuple[str, ...]]] = {}
    for group in root.iter(f"{SVG}g"):
        classes = (group.get("class") or "").split()
        if classes[0] == "state":
            tags = tuple(
                element.tag.removeprefix(SVG) + (element.get("stroke-dasharray") or "")
                for element in group
                if element.tag != f"{SVG}title"
            )
            shapes.setdefault(" ".join(classes[1:]), []).append(tags)
    assert ("rect", "rect", "text") in shapes["final"]
    assert all(tags[0] == "circle" for tags in shapes["history"] + shapes["deep-history"])
    assert all(tags[0] == "rect5 4" for tags in shapes["compound region"])
    assert all(tags == ("rect", "text") for tags in shapes["simple"])


@pytest.mark.parametrize("cls", [Flow, Deep], ids=lambda c: c.__name__)
def test_every_text_form_names_every_transition(cls: type[Any]) -> None:
    forms = picture(cls, "here:It")
    assert forms.dot is not None
    assert forms.mermaid is not None
    assert forms.table is not None
    table = " ".join(str(cell) for row in forms.table().rows for cell in row)
    for text in (forms.dot(), forms.mermaid(), table):
        words = set(re.findall(r"\w+", text))
        assert {t.event for t in describe(cls).transitions if t.event} <= words


def test_every_machine_of_the_library_that_was_loaded_is_drawn() -> None:
    """Whatever else these tests define derives from the same base, and is read and drawn too."""
    classes = [c for c in Base.__subclasses__() if list(getattr(c, "states", ()))]
    assert Deep in classes
    for cls in classes:
        assert svg(statechart.picture(describe(cls)), DARK, cls.__name__)


class Box(StateChart[Any]):
    """What is said of history and of names."""

    class box(State.Compound):  # noqa: N801
        first = State("The first", initial=True)
        second = State()
        memory = HistoryState()
        go = first.to(second)
        _ = memory.to(second)

    out = State()
    leave = box.to(out)
    back = out.to(box.memory)


def test_a_default_of_history_and_a_name_of_its_own_are_shown() -> None:
    machine = describe(Box)
    assert {t.event for t in machine.transitions} == {"leave", "go", "(default)", "back"}
    assert {s.name: s.title for s in machine.all() if s.title} == {"first": "The first"}
    shown = texts(drawn(Box))
    assert {"(default)", "first", '"The first"', "H", "composite"} <= set(shown)
    assert "H*" not in shown
    assert "H" not in texts(drawn(Flow))


def test_the_composition_follows_the_model() -> None:
    """An action that is added appears, with the machines that it moves, without further ado."""

    class Lamp(Part):
        dark = State(initial=True)
        bright = State()
        switch = dark.to(bright) | bright.to(dark)
        burn = dark.to.itself()

    class Counter(Part):
        zero = State(initial=True)
        more = State()
        up = zero.to(more) | more.to.itself()

    class Room(Kind):
        lamp: Lamp
        counter: Counter

    class House(System):
        rooms: Many[Room]

        @action
        def look(self, room: Room) -> None:
            room.counter.up()

    class Larger(House):
        @action
        def flip(self, room: Room) -> None:
            room.lamp.switch()
            room.counter.up()

        @action
        def never(self, room: Room) -> None:
            room.counter.up()
            if room.lamp.bright.is_active:
                room.lamp.burn()

        @action
        def all_dark(self, room: Room) -> None:
            for other in self.rooms:
                if other.lamp.bright.is_active:
                    other.lamp.switch()

    globals().update(Lamp=Lamp, Counter=Counter, Room=Room)
    small, large = joints(House), joints(Larger)
    assert [(j.action, j.moved) for j in small] == [("look", (("Room", "counter"),))]
    assert [(j.action, j.moved) for j in large[1:]] == [
        ("flip", (("Room", "lamp"), ("Room", "counter"))),
        ("never", (("Room", "counter"),)),
        ("all_dark", (("Room", "lamp"),)),
    ]
    assert [s.each for j in large for s in j.sent] == [False, False, False, False, True]
    shown = texts(svg(composed(signature(Larger), large, "here"), LIGHT, "x"))
    assert {"look", "flip", "all_dark", "switch", "each room concerned"} <= set(shown)


# -- layout -------------------------------------------------------------------------------------


def test_a_layout_depends_on_sizes_alone() -> None:
    small = Graph((Node("a", 50, 20), Node("b", 50, 20)), ())
    named = Graph((Node('"<&\n', 50, 20), Node("שלום", 50, 20)), ())
    assert list(lay_out(small).nodes.values()) == list(lay_out(named).nodes.values())
    assert "font" not in dot(small)
    larger = replace(small, nodes=(Node("a", 90, 20), Node("b", 50, 20)))
    assert lay_out(larger).width > lay_out(small).width - 1


def test_guards_have_ink_where_they_are_meant_and_brackets_that_of_the_whole_guard() -> None:
    submit = next(t for t in describe(Flow).transitions if t.event == "submit")

    def spans(ink: frozenset[Ink] | None) -> list[tuple[str, str]]:
        lines = transition_lines(submit, Setting(full_ink=ink), 900)
        return [(span.text.strip(), span.role) for span in lines[0][1:]]

    assert spans(None) == [("[validate check and complete] / before_submit, stamp", "muted")]
    assert spans(frozenset({"submit", ("submit", "complete")})) == [
        ("[validate check and", "faint"), ("complete", "ink"),
        ("] / before_submit, stamp", "faint"),
    ]  # fmt: skip
    assert spans(frozenset({("edit", "complete")})) == [
        ("[validate check and complete] / before_submit, stamp", "faint")
    ]
    whole = frozenset({("submit", "check"), ("submit", "complete")})
    assert spans(whole)[0] == ("[validate check and complete]", "ink")


def test_an_empty_setting_greys_nothing() -> None:
    assert Setting().role("ink", "x") == "ink"
    assert Setting(full_ink=frozenset()).role("ink", "x") == "faint"

"""Which label belongs to which arrow, whether arrows are arrows, whether words have air: computed
from the SVG alone, for the gallery and for machines of every kind that the library has.
"""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from statemachine import HistoryState, State, StateChart, StateMachine

from model.machines import AntivirusApi, AttachmentLifecycle, InformationStore, MoveMailbox
from statecheck.drawing import machine
from statecheck.drawing.canvas import marks
from statecheck.drawing.canvas.scene import Shape
from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.layout import geometry, placement
from statecheck.drawing.layout.clarity import clearest
from statecheck.drawing.layout.labels import PLAIN
from statecheck.drawing.machine import describe
from statecheck.drawing.pictures import statechart
from statecheck.drawing.pictures.statechart import drawings

GALLERY = Path(__file__).parents[2] / "diagrams" / "gallery"
SVG = "{http://www.w3.org/2000/svg}"
ASCENT, DESCENT = 0.72, 0.2
"""How far letters reach above and below their baseline, as parts of their size (Arial)."""

NEAR, SHORTEST, AIR, HEAD = 25.0, 20.0, 6.0, 12.0
"""In pixels: the farthest label, the shortest arrow, the least padding, the longest head."""

Point = tuple[float, float]
Rect = tuple[float, float, float, float]


# -- machines of other people -------------------------------------------------------------------


class Coffee(StateChart[Any]):
    """An order of coffee, prepared in steps."""

    pending = State(initial=True)

    class preparing(State.Compound):  # noqa: N801
        grinding = State(initial=True)
        brewing = State()
        serving = State(final=True)
        grind = grinding.to(brewing)
        brew = brewing.to(serving)

    delivered = State(final=True)
    cancelled = State(final=True)

    start = pending.to(preparing)
    done_state_preparing = preparing.to(delivered)
    cancel = pending.to(cancelled) | preparing.to(cancelled)


class Remembers(StateChart[Any]):
    """A place that is left and found again."""

    class inside(State.Compound):  # noqa: N801
        hall = State(initial=True)
        cellar = State()
        memory = HistoryState()
        descend = hall.to(cellar)
        climb = cellar.to(hall)

    outside = State()
    begin = outside.to(inside)
    leave = inside.to(outside)
    back = outside.to(inside.memory)


class Dives(StateChart[Any]):
    """History of states in states."""

    class sea(State.Compound):  # noqa: N801
        class shallow(State.Compound):  # noqa: N801
            surface = State(initial=True)
            reef = State()
            snorkel = surface.to(reef)

        class deep(State.Compound):  # noqa: N801
            wreck = State(initial=True)
            trench = State()
            sink = wreck.to(trench)

        exact = HistoryState(type="deep")
        dive = shallow.to(deep)
        rise = deep.to(shallow)

    boat = State()
    jump = boat.to(sea)
    haul = sea.to(boat)
    resume = boat.to(sea.exact)


class Parallel(StateChart[Any]):
    """Two regions and what is around them."""

    class working(State.Parallel):  # noqa: N801
        class left(State.Compound):  # noqa: N801
            l1 = State(initial=True)
            l2 = State(final=True)
            go_left = l1.to(l2, cond="ready", on="note")

        class right(State.Compound):  # noqa: N801
            r1 = State(initial=True)
            r2 = State(final=True)
            go_right = r1.to(r2)

    rest = State()
    gone = State(final=True)
    split = rest.to(working)
    finish = working.to(gone, cond="ready")
    rest.to(gone, cond="ready")
    abort = working.to(rest)

    def ready(self) -> bool:
        return True

    def note(self) -> None: ...


class Traffic(StateMachine):
    green = State(initial=True)
    yellow = State()
    red = State()
    off = State()

    cycle = green.to(yellow) | yellow.to(red) | red.to(green)
    blackout = green.to(off) | yellow.to(off) | red.to(off)
    restore = off.to(red, cond="power_is_back", on="log_restart")

    def power_is_back(self) -> bool:
        return True

    def log_restart(self) -> None: ...


class Document(StateMachine):
    draft = State("Being written", initial=True)
    review = State("In review")
    approved = State()
    rejected = State(final=True)
    published = State(final=True)

    submit = draft.to(review, cond=["is_complete", "has_author"], on="notify_reviewers")
    approve = review.to(approved, cond="all_agree", on="sign")
    reject = review.to(rejected, unless="all_agree")
    revise = review.to(draft) | approved.to(draft)
    publish = approved.to(published, validators="check_licence", on="announce")

    def is_complete(self) -> bool:
        return True

    def has_author(self) -> bool:
        return True

    def all_agree(self) -> bool:
        return True

    def notify_reviewers(self) -> None: ...
    def sign(self) -> None: ...
    def check_licence(self) -> None: ...
    def announce(self) -> None: ...


OTHERS: tuple[type[Any], ...] = (Coffee, Remembers, Dives, Parallel, Traffic, Document)


# -- what is in an SVG --------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrow:
    """An arrow: points along its line, its head's corners (the tip first), its label's place."""

    name: str
    line: tuple[Point, ...]
    head: tuple[Point, ...]
    label: Rect | None

    @property
    def length(self) -> float:
        points = (*self.line, self.head[0])
        return sum(math.dist(a, b) for a, b in itertools.pairwise(points))

    def away(self, box: Rect) -> float:
        """How far the line is from a place."""
        return min(
            math.hypot(max(box[0] - x, x - box[2], 0), max(box[1] - y, y - box[3], 0))
            for x, y in self.line
        )


def numbers(path: str) -> tuple[Point, ...]:
    pairs = path.replace("M", " ").replace("L", " ").replace("C", " ").replace("Z", "").split()
    return tuple((float(x), float(y)) for x, y in (pair.split(",") for pair in pairs))


def place(text: ET.Element) -> Rect:
    x, y, size, width = (float(text.get(name, 0)) for name in ("x", "y", "font-size", "textLength"))
    return x, y - size * ASCENT, x + width, y + size * DESCENT


def arrows(root: ET.Element) -> Iterator[Arrow]:
    for group in root.iter(f"{SVG}g"):
        if "edge" not in (group.get("class") or "").split():
            continue
        paths = {(p.get("class") or "").split()[0]: p.get("d", "") for p in group.iter(f"{SVG}path")
                 if (p.get("class") or "").split()[0] in ("edge", "head")}  # fmt: skip
        boxes = [place(text) for text in group.iter(f"{SVG}text")]
        for sign in group.iter(f"{SVG}path"):
            if (sign.get("class") or "").startswith("mark"):
                xs, ys = zip(*numbers(sign.get("d", "")), strict=True)
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
        label = None
        if boxes:
            left, top, right, bottom = zip(*boxes, strict=True)
            label = min(left), min(top), max(right), max(bottom)
        line = geometry.points_of(numbers(paths["edge"]))
        yield Arrow(group.get("id") or "", line, numbers(paths["head"]), label)


def frames(root: ET.Element) -> list[Rect]:
    """The places of boxes with a border."""
    found = []
    for box in root.iter(f"{SVG}rect"):
        if " s-" in f" {box.get('class')}":
            x, y, width, height = (
                float(box.get(name, 0)) for name in ("x", "y", "width", "height")
            )
            found.append((x, y, x + width, y + height))
    return found


def unclear(root: ET.Element) -> Iterator[str]:
    """Every arrow and label of a graph that may be misread."""
    found = list(arrows(root))
    texts = [place(text) for text in root.iter(f"{SVG}text")]
    states = [
        box
        for group in root.iter(f"{SVG}g")
        if (group.get("class") or "").split()[:1] == ["state"]
        and not {"compound", "parallel"} & set((group.get("class") or "").split())
        for box in frames(group)
    ]
    for arrow in found:
        if arrow.length < SHORTEST:
            yield f"{arrow.name} is {arrow.length:.0f} long"
        tip, *corners = arrow.head
        long = max(math.dist(tip, corner) for corner in corners)
        if long > HEAD or long > arrow.length * 0.6:
            yield f"{arrow.name} has a head of {long:.0f}"
        for box in (*states, *texts):
            if any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in corners):
                yield f"{arrow.name} has its head in something"
        if arrow.label is None:
            continue
        own = arrow.away(arrow.label)
        if own > NEAR:
            yield f"{arrow.name} has its label {own:.0f} away"
        others = [other for other in found if other is not arrow]
        for other in others:
            if other.away(arrow.label) <= own:
                yield f"{arrow.name} has its label nearer to {other.name}"


def tight(root: ET.Element) -> Iterator[str]:
    """Every text that is too close to the border of a box that it is in."""
    boxes = frames(root)
    for text in root.iter(f"{SVG}text"):
        left, top, right, bottom = place(text)
        for box in boxes:
            air = min(left - box[0], top - box[1], box[2] - right, box[3] - bottom)
            if 0 <= air < AIR:
                yield f"{text.text!r} has {air:.1f} of air"


# -- tests --------------------------------------------------------------------------------------


def drawn(cls: type[Any]) -> ET.Element:
    return ET.fromstring(svg(statechart.picture(describe(cls)), LIGHT, cls.__name__))


GRAPHS = [p for p in sorted(GALLERY.glob("*-light.svg")) if p.name[:4] in ("mach", "stat", "core")]

ONE_STATE = {"core-resolution.any_store_is_installed-light"}
"""Pictures of a single state, which is left and entered again."""


@pytest.mark.parametrize("path", GRAPHS, ids=lambda p: p.stem)
def test_no_arrow_of_the_gallery_is_misread(path: Path) -> None:
    root = ET.parse(path).getroot()
    assert list(arrows(root)) or path.stem in ONE_STATE
    assert list(unclear(root)) == []


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*-light.svg")), ids=lambda p: p.stem)
def test_words_have_air(path: Path) -> None:
    assert list(tight(ET.parse(path).getroot())) == []


@pytest.mark.parametrize("cls", OTHERS, ids=lambda c: c.__name__)
def test_no_arrow_of_other_machines_is_misread(cls: type[Any]) -> None:
    root = drawn(cls)
    assert list(arrows(root))
    assert [*unclear(root), *tight(root)] == []


@pytest.mark.parametrize(
    "cls",
    [AntivirusApi, AttachmentLifecycle, InformationStore, MoveMailbox, *OTHERS],
    ids=lambda c: c.__name__,
)
def test_the_drawing_of_least_cost_is_taken(cls: type[Any]) -> None:
    """Though labels are put only where they may matter."""
    tried = list(drawings(describe(cls), PLAIN))
    taken = clearest(tried)
    put = [drawing for drawing in tried if "touched" in vars(drawing)]
    assert taken is min(tried, key=lambda drawing: drawing.cost)
    assert taken in put
    assert all(drawing.least <= drawing.cost for drawing in tried)


# -- that they can fail -------------------------------------------------------------------------


def swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = geometry.Ground.settle

    def wrong(self: geometry.Ground, wanted: Any) -> float:
        found = settle(self, wanted)
        first, second, *_ = self.labels
        self.labels[first], self.labels[second] = self.labels[second], self.labels[first]
        return found

    monkeypatch.setattr(geometry.Ground, "settle", wrong)


def far(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = geometry.Ground.settle

    def wrong(self: geometry.Ground, wanted: Any) -> float:
        found = settle(self, wanted)
        for name, (left, top, right, bottom) in list(self.labels.items())[:1]:
            self.labels[name] = left - 160, top - 160, right - 160, bottom - 160
        return found

    monkeypatch.setattr(geometry.Ground, "settle", wrong)


def large_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(tip: Point, tail: Point, role: str) -> Shape:
        return marks.arrow_head(tip, tail, role, 40)

    monkeypatch.setattr(statechart, "arrow_head", wrong)


def close_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    size = placement.Placement.size

    def wrong(self: placement.Placement, state: machine.State) -> tuple[float, float]:
        width, height = size(self, state)
        return width, height - 24

    monkeypatch.setattr(placement.Placement, "size", wrong)


@pytest.mark.parametrize("broken", [swapped, far, large_heads, close_frames])
def test_what_is_unclear_would_be_found(
    broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statechart, "_BEST", {})
    broken(monkeypatch)
    root = drawn(Document)
    assert [*unclear(root), *tight(root)]

"""What makes a picture readable, computed from the SVG alone: nothing overlaps, every text can be
told from what is behind it, and whoever sees no colours loses nothing.
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "diagrams" / "gallery"
PICTURES = sorted(GALLERY.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
ASCENT, DESCENT = 0.72, 0.2
"""How far letters reach above and below their baseline, as parts of their size (Arial)."""

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Words:
    """A text with the place that it takes, and the colour of its letters."""

    text: str
    box: Rect
    colour: str
    order: int


@dataclass(frozen=True)
class Stroke:
    """Points along a line that is drawn, in a group of classes."""

    points: tuple[tuple[float, float], ...]
    classes: str
    colour: str
    order: int


@dataclass(frozen=True)
class Area:
    """A filled or outlined rectangle."""

    box: Rect
    fill: str | None
    outlined: bool
    order: int


@dataclass(frozen=True)
class Drawn:
    """Everything that an SVG shows."""

    width: float
    height: float
    words: tuple[Words, ...]
    strokes: tuple[Stroke, ...]
    areas: tuple[Area, ...]
    groups: tuple[ET.Element, ...]


@cache
def read(path: Path) -> Drawn:
    return parsed(path.read_text(encoding="utf-8"))


def parsed(source: str) -> Drawn:
    root = ET.fromstring(source)
    style = root.findtext(f"{SVG}style") or ""
    fills = dict(re.findall(r"\.f-([\w-]+)\{fill:(#\w+)\}", style))
    lines = dict(re.findall(r"\.s-([\w-]+)\{stroke:(#\w+)\}", style))
    words, strokes, areas = [], [], []
    for order, element in enumerate(root.iter()):
        classes = element.get("class", "").split()
        fill = next((fills[c[2:]] for c in classes if c.startswith("f-")), None)
        stroke = next((lines[c[2:]] for c in classes if c.startswith("s-")), None)
        if element.tag == f"{SVG}text":
            x, y = float(element.get("x", 0)), float(element.get("y", 0))
            size, width = float(element.get("font-size", 0)), float(element.get("textLength", 0))
            assert fill is not None
            box = (x, y - size * ASCENT, x + width, y + size * DESCENT)
            words.append(Words(element.text or "", box, fill, order))
        elif element.tag == f"{SVG}rect":
            x, y = float(element.get("x", 0)), float(element.get("y", 0))
            w, h = float(element.get("width", 0)), float(element.get("height", 0))
            areas.append(Area((x, y, x + w, y + h), fill, stroke is not None, order))
        elif element.tag == f"{SVG}path":
            points = tuple(along(element.get("d", "")))
            strokes.append(Stroke(points, " ".join(classes), stroke or fill or "", order))
    return Drawn(
        float(root.get("width", 0)),
        float(root.get("height", 0)),
        tuple(words),
        tuple(strokes),
        tuple(areas),
        tuple(root.iter(f"{SVG}g")),
    )


def along(path: str) -> Iterator[tuple[float, float]]:
    """Points along a path of M, L, C and Z, close to each other."""
    numbers = [tuple(map(float, pair.split(","))) for pair in re.findall(r"[-\d.]+,[-\d.]+", path)]
    points = [(x, y) for x, y in numbers]
    if "C" in path:
        for i in range(0, len(points) - 3, 3):
            a, b, c, d = points[i : i + 4]
            for step in range(41):
                t = step / 40
                u = 1 - t
                yield (
                    u**3 * a[0] + 3 * u * u * t * b[0] + 3 * u * t * t * c[0] + t**3 * d[0],
                    u**3 * a[1] + 3 * u * u * t * b[1] + 3 * u * t * t * c[1] + t**3 * d[1],
                )
        return
    if path.endswith("Z"):
        points.append(points[0])
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        count = max(2, int(max(abs(x1 - x0), abs(y1 - y0)) / 2))
        for step in range(count + 1):
            t = step / count
            yield x0 + (x1 - x0) * t, y0 + (y1 - y0) * t


def overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Rect, b: Rect) -> bool:
    return b[0] <= a[0] and a[2] <= b[2] and b[1] <= a[1] and a[3] <= b[3]


def overlaps(drawn: Drawn) -> Iterator[str]:
    """Every text that touches another, a line, the border of a box, or the edge of the picture."""
    page = (0.0, 0.0, drawn.width, drawn.height)
    for word in drawn.words:
        if not inside(word.box, page):
            yield f"{word.text!r} leaves the picture"
    for a, b in itertools.combinations(drawn.words, 2):
        if overlap(a.box, b.box):
            yield f"{a.text!r} and {b.text!r}"
    for word in drawn.words:
        left, top, right, bottom = word.box
        for stroke in drawn.strokes:
            hits = [(x, y) for x, y in stroke.points if left < x < right and top < y < bottom]
            covers = [a.box for a in drawn.areas if a.fill and stroke.order < a.order < word.order]
            if any(not any(inside((x, y, x, y), cover) for cover in covers) for x, y in hits):
                yield f"{word.text!r} and a line ({stroke.classes})"
        for area in drawn.areas:
            if area.outlined and overlap(word.box, area.box) and not inside(word.box, area.box):
                yield f"{word.text!r} and the border of a box"


# -- colours ------------------------------------------------------------------------------------


def channels(colour: str) -> tuple[float, float, float]:
    """Linear light, from 0 to 1."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2."""
    light = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(channels, (a, b))
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


def behind(word: Words, drawn: Drawn) -> str:
    """The colour of the last area that was filled under a text before it."""
    filled = [
        a for a in drawn.areas if a.fill and a.order < word.order and overlap(word.box, a.box)
    ]
    assert filled[-1].fill is not None
    return filled[-1].fill


# -- tests --------------------------------------------------------------------------------------


def test_there_is_a_gallery() -> None:
    assert len(PICTURES) > 70


@pytest.mark.parametrize("path", [p for p in PICTURES if "-light" in p.name], ids=lambda p: p.stem)
def test_nothing_overlaps(path: Path) -> None:
    assert list(overlaps(read(path))) == []


@pytest.mark.parametrize(
    "path",
    [p for p in PICTURES if re.match(r"(machine|states)-.*-light", p.name)],
    ids=lambda p: p.stem,
)
def test_no_arrow_runs_through_a_state(path: Path) -> None:
    drawn = read(path)
    edges = [s for s in drawn.strokes if "edge" in s.classes.split()]
    states = [a.box for a in drawn.areas if a.outlined and a.box[3] - a.box[1] > 30]
    assert edges
    assert states
    for left, top, right, bottom in states:
        core = (left + 5, top + 5, right - 5, bottom - 5)
        for edge in edges:
            assert not any(inside((x, y, x, y), core) for x, y in edge.points)


def test_overlaps_would_be_found() -> None:
    text = '<text class="f-ink" x="{}" y="20" font-size="10" textLength="50">a</text>'
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50">'
        "<style>.f-ink{fill:#000000} .s-ink{stroke:#000000}</style>"
    )
    crossed = '<path class="s-ink" d="M0,18L100,18"/>'
    curved = '<path class="s-ink" d="M0,18C10,18 20,18 100,18"/>'
    framed = '<rect class="s-ink" x="20" y="0" width="100" height="40"/>'
    at = text.format(10)
    for other in (text.format(55), crossed, curved, framed, text.format(190)):
        assert list(overlaps(parsed(f"{head}{at}{other}</svg>"))), other
    assert not list(overlaps(parsed(f"{head}{at}{text.format(70)}</svg>")))


@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_every_text_can_be_read(path: Path) -> None:
    drawn = read(path)
    for word in drawn.words:
        assert contrast(word.colour, behind(word, drawn)) >= 4.5, word.text


@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_every_line_that_means_something_can_be_seen(path: Path) -> None:
    drawn = read(path)
    page = next(area.fill for area in drawn.areas if area.fill)
    for stroke in drawn.strokes:
        if {"edge", "together", "head", "mark"} & set(stroke.classes.split()):
            assert contrast(stroke.colour, page or "") >= 3, stroke.classes


@pytest.mark.parametrize("path", [p for p in PICTURES if "-light" in p.name], ids=lambda p: p.stem)
def test_it_can_be_read_at_900_pixels(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    scale = min(1.0, 900 / float(root.get("width", 0)))
    for element in root.iter(f"{SVG}text"):
        assert float(element.get("font-size", 0)) * scale >= 9, element.text


def signs(group: ET.Element) -> tuple[object, ...]:
    """Everything about a group but its colours and its place."""
    found: list[object] = []
    for element in group.iter():
        if element.tag == f"{SVG}text":
            found.append(("text", element.text))
        elif element.tag == f"{SVG}rect":
            dash, width = element.get("stroke-dasharray"), element.get("stroke-width")
            found.append(("rect", dash, width))
        elif element.tag in (f"{SVG}path", f"{SVG}circle"):
            kind = element.get("class", "").split()[0]
            shape = re.sub(r"[-\d.,]+", "", element.get("d", ""))
            found.append((kind, shape, element.get("stroke-dasharray")))
    return tuple(found)


def coloured(group: ET.Element) -> str:
    """The colours of a group, by role."""
    classes = " ".join(element.get("class", "") for element in group.iter())
    return " ".join(sorted(set(re.findall(r"[fs]-([\w-]+)", classes))))


@pytest.mark.parametrize("path", [p for p in PICTURES if "-light" in p.name], ids=lambda p: p.stem)
def test_without_colours_nothing_is_lost(path: Path) -> None:
    """Groups of one kind that differ in colour differ in something else too: words aside that are
    there anyway, in a sign, a border, or a dash; or in the words themselves.
    """
    for kind in ("state", "cell", "region", "claim", "step", "action"):
        groups = [g for g in read(path).groups if kind in g.get("class", "").split()]
        for a, b in itertools.combinations(groups, 2):
            if coloured(a) != coloured(b):
                assert signs(a) != signs(b), (kind, a.get("id"), b.get("id"))


def test_success_and_failure_have_different_signs() -> None:
    """Words aside: the marks alone tell them apart."""
    for path, ok, bad in (
        ("machine-MoveMailbox-light.svg", "success", "failure"),
        ("administrators-light.svg", "no", "yes"),
    ):
        groups = read(GALLERY / path).groups
        shapes: dict[str, set[object]] = {ok: set(), bad: set()}
        for group in groups:
            for outcome in (ok, bad):
                if outcome in group.get("class", "").split():
                    marks = [s for s in signs(group) if isinstance(s, tuple) and s[0] == "mark"]
                    assert marks, group.get("id")
                    shapes[outcome].add(tuple(marks))
        assert shapes[ok]
        assert shapes[bad]
        assert not shapes[ok] & shapes[bad]


# -- for those who cannot see, and for scripts --------------------------------------------------


@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_a_reader_hears_what_it_shows(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert len(description.text or "") > 40


@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_ids_are_unique_and_groups_have_classes(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(group.get("id") and group.get("class") for group in root.iter(f"{SVG}g"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_links_lead_to_pictures(path: Path) -> None:
    for target in re.findall(r'href="([^"]+)"', path.read_text(encoding="utf-8")):
        assert (GALLERY / target).is_file(), target


MATRICES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
"""What a colour looks like to a colour-blind reader (Machado, Oliveira, Fernandes 2009)."""


def seen(colour: str, kind: str) -> str:
    """A colour as a colour-blind reader sees it."""
    light = channels(colour)
    values = []
    for row in MATRICES[kind]:
        value = min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True))))
        byte = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        values.append(round(byte * 255))
    return "#{:02x}{:02x}{:02x}".format(*values)


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.stem)
def test_every_text_can_be_read_by_the_colour_blind(path: Path, kind: str) -> None:
    drawn = read(path)
    for word in drawn.words:
        ratio = contrast(seen(word.colour, kind), seen(behind(word, drawn), kind))
        assert ratio >= 4.5, (word.text, round(ratio, 2))

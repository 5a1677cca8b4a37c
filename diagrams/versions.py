"""The chart of Store.exe versions: which databases they write, which start, which fail moves.

Everything on it follows from the solver's answers; the model's own functions name what a region
is, at both of its ends.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, Shape, label, rule
from statecheck.drawing.canvas.style import BODY, NAME, SMALL


@dataclass(frozen=True)
class Region:
    """The versions from ``low`` to ``high``, both included, and what is said of them."""

    low: int
    high: int
    words: str
    role: str
    mark: str = ""


@dataclass(frozen=True)
class Band:
    """A line of regions that answer one question."""

    question: str
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Tick:
    """A released version, as it is written, and the name that it goes by, if any."""

    place: int
    version: str
    name: str

    def __str__(self) -> str:
        return f"{self.version} {self.name}".rstrip()


@dataclass(frozen=True)
class Chart:
    """Bands over one axis. ``ticks`` are released versions; ``windows`` stand out."""

    title: str
    subtitle: str
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    windows: tuple[tuple[int, int], ...]
    window_words: tuple[str, ...]
    prefix: str
    source: str


_UNSURE = Key("by the Store.exe that the fix came in with", role="upgrade", box="upgrade")
_WINDOW = Key("dangerous rollback window, at most", mark="warning", role="upgrade")

_ROW, _LEFT, _SLOT = 62.0, 168.0, 60.0


def picture(chart: Chart, names: dict[int, str]) -> Scene:
    """The picture of a chart; ``names`` spells every version that is written on it."""
    drawing = _Drawing(chart, names)
    frame = Frame(
        chart.title,
        chart.subtitle,
        (f"The axis is in order, not to scale. Every version begins with {chart.prefix}",),
        (
            Key("released build", mark="dot", role="ink"),
            Key("it works", mark="check", role="success", box="success"),
            Key(
                "it does not, in so many steps at the least",
                mark="cross",
                role="failure",
                box="failure",
            ),
            *((_UNSURE, _WINDOW) if chart.windows else ()),
        ),
        chart.source,
    )
    return framed(frame, tuple(drawing.items()), drawing.size, description(chart, names))


def description(chart: Chart, names: dict[int, str]) -> str:
    """The chart in words."""
    parts = [
        f"{band.question}: "
        + "; ".join(f"{names[r.low]} to {names[r.high]} {r.words}" for r in band.regions)
        + "."
        for band in chart.bands
    ]
    windows = (f"{names[low]} to {names[high]}" for low, high in chart.windows)
    parts.append(f"The window is {'; '.join(windows) or 'empty'}.")
    ticks = ", ".join(map(str, chart.ticks))
    return " ".join((*parts, f"Released builds: {ticks}."))


class _Drawing:
    """Where versions are: each released build and each end of a region has a place of its own."""

    def __init__(self, chart: Chart, names: dict[int, str]) -> None:
        self.chart, self.names = chart, names
        cuts = {region.low for band in chart.bands for region in band.regions}
        cuts |= {cut for low, high in chart.windows for cut in (low, high + 1)}
        places = sorted(cuts | {tick.place for tick in chart.ticks})
        lowest = min(cuts)
        self.places = [place for place in places if place != lowest]
        self.width = _SLOT * (len(self.places) + 1)
        self.top = 96.0
        self.axis = self.top + _ROW * len(chart.bands) + 30
        self.size = (_LEFT + self.width, self.axis + 64)

    def edge(self, version: int) -> float:
        """Where the versions from this one on begin."""
        return self.tick(version) - 12 if version in self.places else _LEFT

    def tick(self, version: int) -> float:
        """Where a version is."""
        return _LEFT + _SLOT * (self.places.index(version) + 0.72)

    def _end(self, high: int) -> float:
        return self.edge(high + 1) if high + 1 in self.places else _LEFT + self.width

    def items(self) -> Iterator[Item]:
        """Everything, from the back to the front."""
        for number, band in enumerate(self.chart.bands):
            yield self._band(band, self.top + _ROW * number)
        for number, (low, high) in enumerate(self.chart.windows):
            yield self._window(low, high, self.chart.window_words if number == 0 else ())
        yield from self._axis()

    def _window(self, low: int, high: int, words: Sequence[str]) -> Group:
        left, right = self.edge(low), self._end(high)
        middle = (left + right) / 2
        tall = self.axis - 72
        items: list[Item] = [
            Box(left, 58, right - left, tall, "window", radius=10, opacity=0.4),
            Box(left, 58, right - left, tall, None, "upgrade", 10, 2.6),
        ]
        if words:
            widest = max(text.width(line, NAME) for line in words)
            x = min(middle - widest / 2, _LEFT + self.width - widest)
            items += mark("warning", x - 14, 13, 17, "upgrade")
            y = 18.0
            for number, line in enumerate(words):
                size = NAME if number == 0 else BODY
                items.append(label(x, y, line, "upgrade", size, bold=number == 0))
                y += 21
            items.append(rule(((middle, y - 12), (middle, 58)), "upgrade", 1.6))
        title = f"rollback window: {self.names[low]} to {self.names[high]}"
        return Group("window", ("window",), tuple(items), title)

    def _band(self, band: Band, y: float) -> Group:
        items: list[Item] = []
        lines = text.wrapped(band.question, BODY, _LEFT - 20, bold=True)
        at = y + 22 - (len(lines) - 1) * BODY * 0.66 + BODY * 0.35
        for line in lines:
            items.append(label(0, at, line, "ink", BODY, bold=True))
            at += BODY * text.LEADING
        items += [self._region(region, y) for region in band.regions]
        return Group(f"band-{band.question}", ("band",), tuple(items), band.question)

    def _region(self, region: Region, y: float) -> Group:
        left, right = self.edge(region.low), self._end(region.high)
        fill = f"{region.role}-fill"
        box = Box(left + 6, y - 1, right - left - 12, 46, fill, region.role, 9, 1.7)
        room = right - left - 24 - (20 if region.mark else 0)
        lines = text.wrapped(region.words, BODY, room, bold=True)
        middle = (left + right) / 2 + (10 if region.mark else 0)
        items: list[Item] = [box]
        at = y + 22 - (len(lines) - 1) * BODY * 0.66 + BODY * 0.35
        widest = max(text.width(line, BODY, bold=True) for line in lines)
        if region.mark:
            items += mark(region.mark, middle - widest / 2 - 12, y + 22, 15, region.role)
        for line in lines:
            items.append(label(middle, at, line, region.role, BODY, bold=True, anchor="middle"))
            at += BODY * text.LEADING
        words = f"{self.names[region.low]} to {self.names[region.high]}: {region.words}"
        return Group(f"region-{region.low}-{region.words}", ("region",), tuple(items), words)

    def _axis(self) -> Iterator[Item]:
        y, right = self.axis, _LEFT + self.width
        yield Shape(((_LEFT, y), (right - 6, y)), stroke="ink", stroke_width=1.8, closed=False,
                    kind="rule")  # fmt: skip
        yield Shape(((right, y), (right - 10, y - 4.5), (right - 10, y + 4.5)), fill="ink")
        yield label(0, y + 5, "Store.exe version", "ink", BODY, bold=True)
        yield label(0, y + 24, "released builds", "muted", SMALL)
        released = {tick.place: str(tick) for tick in self.chart.ticks}
        for place in self.places:
            x = self.tick(place)
            if place in released:
                yield Group(
                    f"build-{released[place]}",
                    ("tick",),
                    (
                        *mark("dot", x, y, 16, "ink"),
                        label(x, y + 24, self._short(place), "ink", SMALL, anchor="middle"),
                    ),
                    released[place],
                )
            else:
                yield rule(((x - 12, y - 6), (x - 12, y + 6)), "ink", 1.6)
        yield from self._names(released)

    def _names(self, released: dict[int, str]) -> Iterator[Item]:
        """The builds that have a name, below their numbers."""
        for tick in self.chart.ticks:
            if tick.place in released and tick.name:
                x = self.tick(tick.place)
                yield label(
                    x, self.axis + 42, tick.name, "muted", SMALL, bold=True, anchor="middle"
                )

    def _short(self, version: int) -> str:
        return self.names[version].removeprefix(self.chart.prefix)


def merged(regions: Sequence[Region], apart: Container[int] = ()) -> tuple[Region, ...]:
    """Neighbours of which the same is said, as one, but for those that begin at one of these."""
    result: list[Region] = []
    for region in regions:
        last = result[-1] if result else None
        same = last is not None and (last.words, last.role) == (region.words, region.role)
        if last and same and region.low not in apart:
            result[-1] = Region(last.low, region.high, last.words, last.role, last.mark)
        else:
            result.append(region)
    return tuple(result)

"""PNG and PDF of a scene, with the project's own typeface: no system font is needed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from statecheck.drawing.canvas.scene import Box, Circle, Curve, Item, Scene, Shape, Text, flat
from statecheck.drawing.canvas.style import Theme
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.layout.renderers import NoRenderer

FONTS = Path(__file__).with_name("fonts")
"""Liberation Sans, regular and bold, cut down to European letters and renamed as its licence asks.
"""

FAMILY = "Diagram Sans"
ZOOM = 2.0
"""Pixels of a PNG for each pixel of the picture."""


def known(character: str) -> bool:
    """True if the project's own typeface has a character."""
    code = ord(character)
    return 32 <= code < 0x180 or 0x370 <= code < 0x500 or 0x2010 <= code < 0x2027


def foreign(scene: Scene) -> str:
    """The characters of a scene that the project's own typeface lacks."""
    texts = (item.text for item in flat(scene.items) if isinstance(item, Text))
    return "".join(sorted({c for words in texts for c in words if not known(c)}))


def png(scene: Scene, theme: Theme, name: str) -> bytes:
    """The picture as PNG. Characters that the own typeface lacks are taken from the system's.

    Raises NoRenderer where resvg is not installed.
    """
    if importlib.util.find_spec("resvg_py") is None:
        raise NoRenderer("PNG needs resvg; run: pip install resvg-py; --format svg needs nothing")
    module: Any = importlib.import_module("resvg_py")
    drawn: bytes = bytes(
        module.svg_to_bytes(
            svg_string=svg(scene, theme, name, font=f"'{FAMILY}'"),
            zoom=ZOOM,
            font_files=[str(file) for file in sorted(FONTS.glob("*.ttf"))],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
            skip_system_fonts=not foreign(scene),
        )
    )
    return drawn


def pdf(scene: Scene, theme: Theme) -> bytes:
    """The picture as a PDF of one page, with real text. Raises NoRenderer.

    A character that the own typeface lacks cannot be had: the picture is refused, not drawn in
    part.
    """
    missing = foreign(scene)
    if missing:
        raise NoRenderer(f"PDF has no letters for {missing!r}; take --format svg or png")
    if importlib.util.find_spec("fpdf") is None:
        raise NoRenderer("PDF needs fpdf2; run: pip install fpdf2; --format svg needs nothing")
    module: Any = importlib.import_module("fpdf")
    page = module.FPDF(unit="pt", format=(scene.width, scene.height))
    page.set_creation_date(_epoch())
    page.set_title(scene.title)
    page.set_subject(scene.description[:500])
    page.set_auto_page_break(auto=False)
    page.set_margin(0)
    for style, file in (("", "DiagramSans-Regular.ttf"), ("B", "DiagramSans-Bold.ttf")):
        page.add_font(FAMILY, style, FONTS / file)
    page.add_page()
    page.set_line_width(0)
    _Page(page, theme).draw((Box(0, 0, scene.width, scene.height, "page"), *scene.items))
    return bytes(page.output())


def _epoch() -> Any:
    from datetime import UTC, datetime  # noqa: PLC0415  (only here)

    return datetime(2000, 1, 1, tzinfo=UTC)


class _Page:
    """Draws items on a page of fpdf2."""

    def __init__(self, page: Any, theme: Theme) -> None:
        self.page, self.theme = page, theme

    def draw(self, items: Iterable[Item]) -> None:
        for item in flat(items):
            match item:
                case Text():
                    self._text(item)
                case Box() | Circle() | Curve() | Shape():
                    self._shape(item)

    def _text(self, item: Text) -> None:
        self.page.set_font(FAMILY, "B" if item.bold else "", item.size)
        self.page.set_text_color(self.theme.colours[item.role])
        self.page.text(item.x, item.y, item.text)

    def _shape(self, item: Box | Circle | Curve | Shape) -> None:
        drawing: Any = importlib.import_module("fpdf.drawing")
        style = {
            "fill_color": _colour(drawing, self.theme, item.fill),
            "stroke_color": _colour(drawing, self.theme, item.stroke),
            "stroke_width": item.stroke_width,
            "fill_opacity": getattr(item, "opacity", 1),
            "stroke_dash_pattern": (5, 4) if getattr(item, "dashed", False) else None,
        }
        with self.page.drawing_context() as context:
            path = drawing.PaintedPath()
            for name, value in style.items():
                setattr(path.style, name, value)
            path.style.paint_rule = _rule(item.fill, item.stroke)
            self._outline(path, item)
            context.add_item(path)

    def _outline(self, path: Any, item: Box | Circle | Curve | Shape) -> None:
        match item:
            case Box():
                path.rectangle(item.x, item.y, item.width, item.height, item.radius, item.radius)
            case Circle():
                path.circle(item.x, item.y, item.radius)
            case Curve():
                path.move_to(*item.points[0])
                for start in range(1, len(item.points) - 2, 3):
                    a, b, c = item.points[start : start + 3]
                    path.curve_to(*a, *b, *c)
                path.style.auto_close = False
            case Shape():
                path.move_to(*item.points[0])
                for point in item.points[1:]:
                    path.line_to(*point)
                path.style.auto_close = item.closed


def _colour(drawing: Any, theme: Theme, role: str | None) -> Any:
    return None if role is None else drawing.color_from_hex_string(theme.colours[role])


def _rule(fill: str | None, stroke: str | None) -> str:
    if fill and stroke:
        return "B"
    return "f" if fill else "S"

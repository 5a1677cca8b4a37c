"""A scene as SVG: real text, ids and classes for scripts, a title and a description for readers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape

from statecheck.drawing.canvas.scene import Box, Circle, Curve, Group, Item, Scene, Shape, Text
from statecheck.drawing.canvas.style import FONT, Theme
from statecheck.drawing.canvas.text import clean


def svg(scene: Scene, theme: Theme, name: str, *, font: str = FONT) -> str:
    """The document. Its styles are bound to its own id, so that it can be put into a page."""
    own = f"{identifier(name)}-{theme.name}"
    used = sorted(set(_roles(scene.items)) | {"page"})
    style = [f"#{own} text{{font-family:{font};white-space:pre}}"]
    style += [f"#{own} .f-{role}{{fill:{theme.colours[role]}}}" for role in used]
    style += [f"#{own} .s-{role}{{stroke:{theme.colours[role]}}}" for role in used]
    size = f'width="{_n(scene.width)}" height="{_n(scene.height)}"'
    box = f'viewBox="0 0 {_n(scene.width)} {_n(scene.height)}"'
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{own}" class="diagram" {size} {box} '
            'style="max-width:100%;height:auto" '
            f'role="img" aria-labelledby="{own}-title {own}-desc">'
        ),
        f'<title id="{own}-title">{_escaped(scene.title)}</title>',
        f'<desc id="{own}-desc">{_escaped(scene.description)}</desc>',
        f"<style>{' '.join(style)}</style>",
        *([f'<rect class="page f-page" {size}/>'] if scene.ground else []),
        *_elements(scene.items, own, theme, set()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def identifier(name: str) -> str:
    """A name that may be an id or a class: other characters become their numbers."""
    safe = re.sub(r"[^A-Za-z0-9_-]", lambda m: f"_{ord(m[0]):x}_", name.replace(".", "-"))
    return safe if safe[:1].isalpha() else f"n{safe}"


def _roles(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        match item:
            case Group():
                yield from _roles(item.items)
            case Text():
                yield item.role
            case _:
                yield from (role for role in (item.fill, item.stroke) if role)


@cache
def _escaped(words: str) -> str:
    return escape(clean(words), quote=False)


def _elements(items: Iterable[Item], own: str, theme: Theme, taken: set[str]) -> Iterator[str]:
    for item in items:
        if not isinstance(item, Group):
            yield _element(item)
            continue
        classes = " ".join(identifier(c) for c in item.classes)
        id_ = f"{own}-{identifier(item.id)}"
        while id_ in taken:
            id_ += "_"
        taken.add(id_)
        yield f'<g id="{id_}" class="{classes}">'
        if item.title:
            yield f"<title>{_escaped(item.title)}</title>"
        if item.link:
            yield f'<a href="{escape(item.link)}-{theme.name}.svg">'
        yield from _elements(item.items, own, theme, taken)
        yield "</a></g>" if item.link else "</g>"


@cache  # both themes have the same elements; colours are in the style sheet
def _element(item: Text | Box | Curve | Shape | Circle) -> str:
    match item:
        case Text():
            bold = ' font-weight="bold"' if item.bold else ""
            return (
                f'<text class="f-{item.role}" x="{_n(item.x)}" y="{_n(item.y)}" '
                f'font-size="{_n(item.size)}"{bold} textLength="{_n(item.width)}" '
                f'lengthAdjust="spacingAndGlyphs">{_escaped(item.text)}</text>'
            )
        case Box():
            radius = f' rx="{_n(item.radius)}"' if item.radius else ""
            return (
                f'<rect {_paint("box", item)} x="{_n(item.x)}" y="{_n(item.y)}" '
                f'width="{_n(item.width)}" height="{_n(item.height)}"{radius}/>'
            )
        case Circle():
            return (
                f'<circle {_paint("disc", item)} cx="{_n(item.x)}" cy="{_n(item.y)}" '
                f'r="{_n(item.radius)}"/>'
            )
        case Curve():
            points = [f"{_n(x)},{_n(y)}" for x, y in item.points]
            path = f"M{points[0]}C{' '.join(points[1:])}"
            return f'<path {_paint(item.kind, item)} d="{path}"/>'
        case Shape():
            points = [f"{_n(x)},{_n(y)}" for x, y in item.points]
            path = f"M{'L'.join(points)}{'Z' if item.closed else ''}"
            return f'<path {_paint(item.kind, item)} d="{path}"/>'


def _paint(kind: str, item: Box | Curve | Shape | Circle) -> str:
    classes = [kind]
    attributes = ""
    if item.fill:
        classes.append(f"f-{item.fill}")
        if isinstance(item, Box) and item.opacity < 1:
            attributes += f' fill-opacity="{item.opacity}"'
    else:
        attributes += ' fill="none"'
    if item.stroke:
        classes.append(f"s-{item.stroke}")
        attributes += f' stroke-width="{_n(item.stroke_width)}"'
        if not isinstance(item, Box | Circle):
            attributes += ' stroke-linecap="round" stroke-linejoin="round"'
        if getattr(item, "dashed", False):
            attributes += ' stroke-dasharray="5 4"'
    return f'class="{" ".join(classes)}"{attributes}'


def _n(number: float) -> str:
    """A number with at most one decimal: the same on every machine."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")

"""The gallery: which files a picture makes, its index page, and whether it is what would be drawn.

A file is written whole or not at all, and not touched where it is as it should be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from statecheck.drawing import raster, tables
from statecheck.drawing.canvas.style import Theme
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.picture import IMAGES, TEXTS, Picture
from statecheck.files import OutputFile

INDEX = "README.md"

NARROW = "(max-width: 600px)"
"""The pages that a picture's narrow form is for."""


@dataclass(frozen=True)
class Output:
    """A file to be: its name and what makes its content."""

    name: str
    content: Callable[[], bytes]


def outputs(pictures: Sequence[Picture], form: str, themes: Sequence[Theme]) -> Iterator[Output]:
    """The files of pictures in a form; pictures that do not have the form are left out."""
    for picture in pictures:
        if not picture.has(form):
            continue
        if form in TEXTS:
            yield Output(f"{picture.name}{TEXTS[form]}", lambda p=picture: text(p, form).encode())  # type: ignore[misc]
            continue
        for theme in themes:
            yield Output(
                f"{picture.name}-{theme.name}{IMAGES[form]}",
                lambda p=picture, t=theme: image(p, form, t),  # type: ignore[misc]
            )
            if picture.narrow is not None and form == "svg":
                name = f"{picture.name}-narrow"
                yield Output(
                    f"{name}-{theme.name}.svg",
                    lambda n=name, draw=picture.narrow, t=theme: svg(draw(), t, n).encode(),  # type: ignore[misc]
                )


def text(picture: Picture, form: str) -> str:
    """A picture in a form that is text."""
    match form:
        case "dot" if picture.dot:
            return picture.dot()
        case "mermaid" if picture.mermaid:
            return picture.mermaid()
        case "html-table" if picture.table:
            return tables.html(picture.table())
        case "md" if picture.table:
            return tables.markdown(picture.table())
        case "rst" if picture.table:
            return tables.restructured(picture.table())
        case _:
            raise ValueError(f"{picture.name} has no form {form}")


def image(picture: Picture, form: str, theme: Theme) -> bytes:
    """A picture in a form that has a theme."""
    match form:
        case "png":
            return raster.png(picture.scene, theme, picture.name)
        case "pdf":
            return raster.pdf(picture.scene, theme)
        case _:
            return svg(picture.scene, theme, picture.name).encode("utf-8")


def write(output: Output, folder: Path) -> bool:
    """Write a file; returns whether it was different. Raises OSError."""
    content = output.content()
    path = folder / output.name
    if path.is_file() and path.read_bytes() == content:
        return False
    OutputFile(str(path)).write(content)
    return True


def differing(wanted: Sequence[Output], folder: Path) -> Iterator[str]:
    """The faults of committed files: missing, different, or not wanted any more."""
    for output in wanted:
        path = folder / output.name
        if not path.is_file():
            yield f"{output.name} is missing"
        elif path.read_bytes() != output.content():
            yield f"{output.name} differs"
    for path in stale(wanted, folder):
        yield f"{path.name} is drawn no more"


LARGEST = 1400, 3000
"""A picture that is wider or taller cannot be read on a page."""


def too_large(pictures: Sequence[Picture]) -> Iterator[str]:
    """A note for each picture that is too large to be read."""
    for picture in pictures:
        size = round(picture.scene.width), round(picture.scene.height)
        if size[0] > LARGEST[0] or size[1] > LARGEST[1]:
            yield (
                f"{picture.name} is {size[0]} x {size[1]} pixels, more than a page shows at a size "
                "that can be read; draw a part of it, or take --format html-table or mermaid"
            )


def stale(wanted: Sequence[Output], folder: Path) -> list[Path]:
    """Pictures in a folder that are not wanted any more."""
    names = {output.name for output in wanted}
    return sorted(path for path in folder.glob("*.svg") if path.name not in names)


def index(pictures: Sequence[Picture], command: str) -> str:
    """The page of a gallery, which ``command`` writes: every picture, in the reader's theme."""
    lines = [f"<!-- Written by {command}; do not edit. -->", "", "# Gallery", ""]
    lines += [
        (
            "Drawn by `make diagrams` from the model and its verdicts. Each picture follows the "
            "reader's theme,"
        ),
        "and is an SVG with real text, a title and a description.",
        "",
    ]
    headings = list(dict.fromkeys(picture.heading for picture in pictures))
    lines += [*(f"* [{heading}](#{_anchor(heading)})" for heading in headings), ""]
    for heading in headings:
        own = [picture for picture in pictures if picture.heading == heading]
        lines += [f"## {heading}", ""]
        if own[0].folded:
            lines += [f"<details><summary>{len(own)} pictures</summary>", ""]
        for picture in own:
            lines += [f"### {picture.name}", "", escape(picture.about), "", embed(picture), ""]
            lines += _linked(picture)
        if own[0].folded:
            lines += ["</details>", ""]
    return "\n".join(lines).rstrip() + "\n"


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _linked(picture: Picture) -> list[str]:
    """A table whose cells lead to pictures: images in a page have no links."""
    table = picture.table() if picture.table else None
    if table is None or not any(tables.leads(row) for row in table.rows):
        return []
    summary = "<details><summary>The same as a table, with links to the runs</summary>"
    return [summary, "", tables.html(table).rstrip(), "", "</details>", ""]


def escape(words: str) -> str:
    """Words as Markdown that means just them."""
    return words.replace("<", "&lt;").replace("_", "\\_").replace("*", "\\*")


def embed(picture: Picture, folder: str = "") -> str:
    """Markdown that shows a picture in the theme of who reads it, and leads to the whole of it."""
    alt = picture.about.replace('"', "&quot;").replace("<", "&lt;").rstrip(".")
    dark = "(prefers-color-scheme: dark)"
    sources = [(dark, "dark")]
    if picture.narrow is not None:
        sources = [(f"{NARROW} and {dark}", "narrow-dark"), (NARROW, "narrow-light"), *sources]
    shown = "".join(
        f'<source media="{media}" srcset="{folder}{picture.name}-{form}.svg">'
        for media, form in sources
    )
    whole = f"{folder}{picture.name}-light.svg"
    return f'<a href="{whole}"><picture>{shown}<img alt="{alt}" src="{whole}"></picture></a>'

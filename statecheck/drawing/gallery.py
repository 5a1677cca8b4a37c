"""The gallery: which files a picture makes, and whether they are what would be drawn.

A file is written whole or not at all, and not touched where it is as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from statecheck.drawing import raster, tables
from statecheck.drawing.canvas.style import Theme
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.picture import IMAGES, TEXTS, Picture
from statecheck.files import OutputFile


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

"""The index page of a gallery: every picture, in the reader's theme.

It says which pictures there are, so that who only wants their names need not read a model.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from statecheck.drawing import tables

if TYPE_CHECKING:
    from statecheck.drawing.picture import Picture

INDEX = "README.md"

NARROW = "(max-width: 600px)"
"""The pages that a picture's narrow form is for."""


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


def named_in(page: str) -> list[tuple[str, str]]:
    """The pictures that the page of a gallery shows: their names, and what they are about."""
    shown = re.findall(r"^### (.+)\n\n(.+)$", page, re.MULTILINE)
    return [(name, _unescape(about)) for name, about in shown]


def _linked(picture: Picture) -> list[str]:
    """A table whose cells lead to pictures: images in a page have no links."""
    table = picture.table() if picture.table else None
    if table is None or not any(tables.leads(row) for row in table.rows):
        return []
    summary = "<details><summary>The same as a table, with links to the runs</summary>"
    return [summary, "", tables.html(table).rstrip(), "", "</details>", ""]


def escape(words: str) -> str:
    """Words as Markdown that means just them."""
    return re.sub(r"([\\_*])", r"\\\1", words.replace("&", "&amp;").replace("<", "&lt;"))


def _unescape(words: str) -> str:
    return html.unescape(re.sub(r"\\([\\_*])", r"\1", words))


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

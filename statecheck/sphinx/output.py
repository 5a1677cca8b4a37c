"""The files beside the documents: one style sheet, and the explorers."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statecheck.explorer import documents
from statecheck.sphinx.nodes import FOLDER

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

STYLES = "statecheck.css"
"""The style sheet, in the folder of static files."""


def keep(env: BuildEnvironment, name: str, text: str) -> str:
    """Keep an explorer of the document that is read until all are written; return its file."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    file = f"{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}-{digest}.html"
    folder = _kept(env)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    _files(env).setdefault(env.docname, set()).add(file)
    return file


def _kept(env: BuildEnvironment) -> Path:
    return Path(env.doctreedir) / FOLDER


def _files(env: BuildEnvironment) -> dict[str, set[str]]:
    """The explorers of each document."""
    if not hasattr(env, "statecheck_files"):
        env.statecheck_files = {}  # type: ignore[attr-defined]
    found: dict[str, set[str]] = env.statecheck_files  # type: ignore[attr-defined]
    return found


def forget(_: Sphinx, env: BuildEnvironment, document: str) -> None:
    """Forget the explorers of a document that is read again."""
    _files(env).pop(document, None)


def merge(_: Sphinx, env: BuildEnvironment, documents: Any, other: BuildEnvironment) -> None:
    """Take over the explorers of documents that another process read."""
    for document in documents:
        if document in _files(other):
            _files(env)[document] = _files(other)[document]


def write(app: Sphinx, failure: Exception | None) -> None:
    """Write the style sheet and the explorers, where HTML is built."""
    if failure is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    (static / STYLES).write_text(styles(), encoding="utf-8")
    wanted = set().union(*_files(app.env).values())
    folder = Path(app.outdir) / FOLDER
    for file in wanted:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes((_kept(app.env) / file).read_bytes())


def styles() -> str:
    """The colours of diagrams and verdicts, in the theme that the page has.

    Furo says which one on its body, PyData's and Book's on the root; where a page has no themes of
    its own the light one is taken.
    """
    dark = "html[data-theme=dark]", "body[data-theme=dark]"
    return documents.styles(dark, ["body[data-theme=auto]"])

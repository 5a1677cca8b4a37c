"""The plugin: what MkDocs calls while it builds a site."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.config import base, config_options
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.utils import get_relative_url

from statecheck.errors import ModelError
from statecheck.explorer import documents
from statecheck.explorer.documents import DocumentError
from statecheck.mkdocs.blocks import Block, replaced
from statecheck.mkdocs.html import html

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LOG = get_plugin_logger("statecheck")

FOLDER = "_statecheck"
"""The folder of the style sheet and the explorers, in the site."""

_MARK = "statecheck-block-{}-here"
"""A word that stands in a page until Markdown has made HTML of the rest."""


class Options(base.Config):  # type: ignore[no-untyped-call]
    """The plugin's options. ``paths`` are folders of modules, from where ``mkdocs.yml`` stands."""

    paths = config_options.Type(list, default=["."])


class StatecheckPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """Puts diagrams, verdicts, runs and explorers in the place of blocks.

    What is wrong with a block is a warning that names its page and line; ``--strict`` fails on it.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.blocks: dict[str, list[str]] = {}

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Let modules be found, and pages have the style sheet."""
        self.files = {"statecheck.css": styles()}
        self.blocks = {}
        start = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        for path in reversed(self.config.paths):
            folder = str((start / str(path)).resolve())
            if folder not in sys.path:
                sys.path.insert(0, folder)
        config.extra_css.append(f"{FOLDER}/statecheck.css")
        return config

    def on_page_markdown(
        self, markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Put a mark in the place of each block of a page, and keep its HTML."""
        made: list[str] = []
        first = _first_line(page.file.content_string, markdown)

        def keep(name: str, text: str) -> str:
            digest = hashlib.sha256(text.encode()).hexdigest()[:10]
            file = f"{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}-{digest}.html"
            self.files[file] = text
            return get_relative_url(f"{FOLDER}/{file}", page.url)

        def mark(block: Block) -> str:
            try:
                made.append(html(block, keep))
            except (DocumentError, ModelError) as error:
                what = f"{block.argument}: {error}" if isinstance(error, ModelError) else error
                _LOG.warning("%s:%d: %s", page.file.src_uri, first + block.line, what)
                return ""
            return _MARK.format(len(made) - 1)

        marked = replaced(markdown, mark)
        self.blocks[page.file.src_uri] = made
        return marked

    def on_page_content(
        self, content: str, /, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Put the HTML of each block in the place of its mark."""
        for number, block in enumerate(self.blocks.pop(page.file.src_uri, ())):
            mark = _MARK.format(number)
            alone = f"<p>{mark}</p>"
            content = content.replace(alone if alone in content else mark, block)
        return content

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the style sheet and the explorers."""
        folder = Path(config.site_dir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")


def _first_line(source: str, markdown: str) -> int:
    """The number of lines of a file before its Markdown: those of its metadata."""
    whole, rest = source.rstrip(), markdown.rstrip()
    return whole.removesuffix(rest).count("\n") if whole.endswith(rest) else 0


def styles() -> str:
    """The colours of diagrams and verdicts, in the theme that the page has.

    Material says which one on its body, MkDocs' own theme on the root.
    """
    dark = "[data-md-color-scheme=slate]", "html[data-bs-theme=dark]"
    return documents.styles(dark, ["html[data-bs-theme=auto]"])

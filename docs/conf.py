"""The site of the documentation, which ``make docs`` builds with Sphinx.

The pages are the Markdown files of the repository, as they stand: what a page shows on a code host
and what it shows here is one text, and a link between two files leads from page to page. Only
pictures, and links to files that are no pages, need a translation.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "shown")]

import statecheck  # noqa: E402  # the checkout's own, not an installed one

project = "statecheck"
author = "the statecheck authors"
release = version = statecheck.__version__
html_title = "statecheck"
html_theme = "furo"
html_copy_source = False
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "benchmarks/README.md",
    "diagrams/README.md",
    "diagrams/gallery/README.md",
]
exclude_patterns = [".*", "build", "tests"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "statecheck.sphinx",
]
myst_heading_anchors = 3
myst_links_external_new_tab = False
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autoclass_content = "class"
python_use_unqualified_type_names = True

FOLDERS_OF_PICTURES = ("diagrams/gallery", "docs/shown")
"""Their SVGs stand on the site where they stand in the repository, for they lead to each other."""

PICTURE = re.compile(
    r"<picture>(?P<sources>(?:<source [^>]+>)+)"
    r'<img alt="(?P<alt>[^"]*)" src="(?P<name>[^"]+)-light.svg"></picture>(?:</a>)?'
)
NARROW = "(max-width: 600px)"
"""The pages that a picture's narrow form is for, on a code host too."""
ONLY_HERE = re.compile(r"<!-- site(?P<long>, long)?\n(?P<text>.*?)-->", re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#:\s]+)\)")


def _picture(found: re.Match[str], folder: Path) -> str:
    """A picture that follows the site's own switch, and leads to the whole of it."""

    def one(theme: str) -> str:
        file = f"{found['name']}-{theme}.svg"
        head = (folder / file).read_text(encoding="utf-8")[:400]
        (width, height) = re.findall(r' (?:width|height)="(\d+)"', head)
        narrow = f"{found['name']}-narrow-{theme}.svg"
        has_narrow = narrow in found["sources"]
        source = f'<source media="{NARROW}" srcset="{narrow}">' if has_narrow else ""
        classes = f"full-picture only-{theme}{' has-narrow' * has_narrow}"
        return (
            f'<a class="{classes}" href="{file}"><picture>{source}'
            f'<img alt="{found["alt"]}" loading="lazy" src="{file}" '
            f'width="{width}" height="{height}"></picture></a>'
        )

    return one("light") + one("dark")


class CommandHelp(SphinxDirective):
    """``.. command-help:: COMMAND``: what a command of the checkout prints with ``--help``."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A block of text."""
        shown = self.arguments[0]
        words = shown.removeprefix("python -m ").split()
        done = subprocess.run(  # noqa: S603  # the commands of our own pages
            [sys.executable, "-m", *words, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise self.error(f"{shown} --help: {done.stderr.strip()}")
        return [nodes.literal_block(done.stdout, done.stdout, language="text")]


def _translated(app: Sphinx, document: str, text: list[str]) -> None:
    """Translate what a code host shows in a way of its own."""
    here = (ROOT / document).parent

    def link(found: re.Match[str]) -> str:
        """A folder has no page here: its name stays, without a link."""
        return "]()" if (here / found["target"]).is_dir() else found[0]

    def only_here(found: re.Match[str]) -> str:
        """The text that a code host does not show; the long only where they are asked for."""
        return "" if found["long"] and app.tags.has("quick") else found["text"]

    text[0] = ONLY_HERE.sub(only_here, text[0])
    shown = PICTURE.sub(lambda found: _picture(found, here), text[0])
    text[0] = re.sub(r"\[([^\]\n]*)\]\(\)", r"\1", LINK.sub(link, shown))


def _pictures(app: Sphinx, failure: Exception | None) -> None:
    """Copy the pictures, and let the first address of the site lead to its first page."""
    if failure is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for folder in FOLDERS_OF_PICTURES:
        (out / folder).mkdir(parents=True, exist_ok=True)
        for file in (ROOT / folder).glob("*.svg"):
            shutil.copyfile(file, out / folder / file.name)
    (out / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>statecheck</title>'
        f'<meta http-equiv="refresh" content="0; url={root_doc}.html">'
        f'<a href="{root_doc}.html">statecheck</a>\n',
        encoding="utf-8",
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the translations; Sphinx calls this."""
    app.add_directive("command-help", CommandHelp)
    app.add_lexer("mermaid", TextLexer)
    app.connect("source-read", _translated)
    app.connect("build-finished", _pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

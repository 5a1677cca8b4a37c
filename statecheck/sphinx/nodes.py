"""The nodes of a document that only this extension has."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "_statecheck"
"""The folder of explorers, beside the documents."""


class InWords(nodes.General, nodes.Element):  # type: ignore[misc]  # docutils has no types
    """Words for readers of a format that has no picture."""


class Explorer(nodes.General, nodes.Element):  # type: ignore[misc]
    """An explorer in a frame; ``file`` and ``title`` are its attributes."""


def add_nodes(app: Sphinx) -> None:
    """Let each format know what becomes of the nodes."""
    others = ("latex", "text", "man", "texinfo")
    words: dict[str, Any] = dict.fromkeys(others, (_pass, _pass))
    left_out: dict[str, Any] = dict.fromkeys(others, (_skip, None))
    app.add_node(InWords, html=(_skip, None), **words)
    app.add_node(Explorer, html=(_frame, None), **left_out)


def _pass(_: Any, __: nodes.Element) -> None:
    """Go on with what is inside."""


def _skip(_: Any, __: nodes.Element) -> None:
    raise nodes.SkipNode


def _frame(translator: Any, node: nodes.Element) -> None:
    builder = translator.builder
    depth = builder.get_target_uri(builder.current_docname).count("/")
    address = escape(f"{'../' * depth}{FOLDER}/{node['file']}")
    title = escape(str(node["title"]))
    translator.body.append(
        f'<iframe class="statecheck-explorer" src="{address}" title="{title}" loading="lazy">'
        f'</iframe>\n<p class="statecheck-link"><a href="{address}">{title}, on a page of its own'
        "</a></p>\n"
    )
    raise nodes.SkipNode

"""Diagrams, verdicts, runs and explorers in documentation that Sphinx builds.

Comes in: ``.. statecheck:: MODULE:CLASS`` in a document, with ``"statecheck.sphinx"`` among the
extensions of its ``conf.py``. Goes out: nodes of the document, and the explorers' files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from statecheck.sphinx.directive import StatecheckDirective
from statecheck.sphinx.nodes import add_nodes
from statecheck.sphinx.output import STYLES, forget, merge, write

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive to a Sphinx application, which calls this itself."""
    app.add_directive("statecheck", StatecheckDirective)
    add_nodes(app)
    app.add_css_file(STYLES)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", write)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}

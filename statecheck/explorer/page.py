"""The page: data, functions, scripts and styles in one HTML text that asks for nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from statecheck.explorer.diagrams import colours
from statecheck.explorer.javascript import Code

SCRIPTS = ("engine.js", "journey.js", "page.js")
"""The page's own scripts, in the order in which they need each other."""


def page(data: Mapping[str, Any], code: Code, title: str = "") -> str:
    """The page of a system or a machine, as `system_data` or `machine_data` describe it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    script = "\n".join([*(asset(name) for name in SCRIPTS), f"begin({code.text()});"])
    parts = {
        "title": escape(title or f"{data['name']}, to explore"),
        "style": colours() + asset("page.css"),
        # Where JSON stands in a page, only this could end it.
        "data": text.replace("</", "<\\/").replace("<!--", "\\u003c!--"),
        "script": script.replace("</script", "<\\/script"),
    }
    return _filled(asset("page.html"), parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """A template with its parts in place; what a part says is not looked into again."""
    pieces = template.split("@")
    return "".join(parts.get(piece, piece) for piece in pieces)


def asset(name: str) -> str:
    """A file of the page."""
    found = resources.files("statecheck.explorer") / "assets" / name
    return found.read_text(encoding="utf-8")

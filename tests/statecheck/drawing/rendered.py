"""The real Mermaid, pinned by its digest, in a browser: what a reader sees of a text."""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from statecheck.drawing.machine import Machine
from tests.statecheck.explorer.browser import browser

VERSION = "11.17.2"

URL = f"https://registry.npmjs.org/mermaid/-/mermaid-{VERSION}.tgz"

SHA256 = "6ad2f42c3fc26bbf9e45cbb6d11898972573ea52b33a5f4ff51952899f950ffd"

_RENDER = """async text => {
    const id = 'g' + (window.count = (window.count || 0) + 1);
    try {
        document.body.innerHTML = (await mermaid.render(id, text)).svg;
    } catch (error) {
        return {error: String(error)};
    }
    const all = selector => [...document.querySelectorAll(selector)].map(one => one.textContent);
    return {
        states: all('g.node'), composites: all('.cluster-label'),
        words: document.body.textContent,
        arrows: document.querySelectorAll('path.transition').length,
    };
}"""


def script() -> Path:
    """Mermaid's script, fetched once. Raises OSError where it cannot be fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "statecheck"
    file = cache / f"mermaid-{VERSION}.min.js"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        package = cache / f"mermaid-{VERSION}.{os.getpid()}"
        with urllib.request.urlopen(URL, timeout=60) as answer:
            package.write_bytes(answer.read())
        found = hashlib.sha256(package.read_bytes()).hexdigest()
        if found != SHA256:
            raise ValueError(f"{URL} has the digest {found}, and {SHA256} is pinned")
        with tarfile.open(package) as archive:
            member = archive.extractfile("package/dist/mermaid.min.js")
            assert member is not None
            part = package.with_suffix(f".{os.getpid()}.js")
            part.write_bytes(member.read())
        part.replace(file)
        package.unlink()
    return file


@dataclass(frozen=True)
class Mermaid:
    """A page in which Mermaid renders."""

    page: Any

    def faults(self, machine: Machine, text: str) -> list[str]:
        """What a reader of the rendered text misses of a machine."""
        seen = self.page.evaluate(_RENDER, text)
        if "error" in seen:
            return [seen["error"]]
        faults = []
        for state in machine.all():
            if "history" in state.kind:
                continue
            title = f"'{state.title}'" if state.title else ""
            actions = [f"{kind} / {action}" for kind, action in state.actions]
            joint = " · " if state.children else ""
            wanted = [joint.join(filter(None, (state.name, title, *actions)))]
            if state.kind == "parallel":
                wanted += [joint.join(filter(None, (state.name, "parallel", title, *actions)))]
            boxes = seen["composites"] if state.children else seen["states"]
            if not set(map(_close, wanted)) & set(map(_close, boxes)):
                faults.append(f"{state.id} is not shown as {wanted[0]!r}")
        shown_words = _close(seen["words"])
        lost = (words for words in _arrow_words(machine) if _close(words) not in shown_words)
        faults += [f"{words!r} is not shown" for words in lost]
        arrows = {(t.source, to) for t in machine.transitions for to in t.targets or (t.source,)}
        if seen["arrows"] < len(arrows):
            faults.append(f"{seen['arrows']} arrows are shown of {len(arrows)}")
        return faults


def _arrow_words(machine: Machine) -> Iterator[str]:
    for transition in machine.transitions:
        yield transition.event
        yield from map(str, transition.guards)
        yield from transition.actions


def _close(words: str) -> str:
    return re.sub(r"\s", "", words)


@contextmanager
def mermaid() -> Iterator[Mermaid]:
    """Mermaid in Chromium; where one of them cannot be had the test is skipped, and says why."""
    with browser() as running:
        try:
            path = script()
        except OSError as error:
            pytest.skip(f"Mermaid cannot be fetched: {error}")
        page = running.new_page()
        page.set_content("<!DOCTYPE html><body></body>")
        page.add_script_tag(path=str(path))
        page.evaluate("mermaid.initialize({startOnLoad: false})")
        yield Mermaid(page)

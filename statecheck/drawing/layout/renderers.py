"""Renderers of DOT: programs that lay out graphs, driven by the package ``graphviz``.

The first renderer that works is taken: ``graphviz-pure`` (a wheel with one program in it, the same
answer on every platform), then a ``dot`` on the path, then pygraphviz. One that fails, or says
anything on stderr, is passed over with a note.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from graphviz.backend.dot_command import command
from graphviz.backend.execute import run_check

BEST = "graphviz-pure"
"""The renderer of the committed pictures."""

SECONDS = 60
"""A renderer that takes longer is given up."""


Renderer = Callable[[Sequence[str]], Sequence[Any]]
"""Lays out graphs, given in DOT; returns a layout of each in Graphviz's JSON."""

T = TypeVar("T")


class NoRenderer(Exception):  # noqa: N818  (a fact about the machine, reported as it is)
    """No renderer could lay out a graph; says what was tried and what to do."""


def render(sources: Sequence[str], read: Callable[[Any], T]) -> list[T]:
    """The layouts of graphs in DOT, as ``read`` from JSON. Raises NoRenderer.

    A renderer whose layouts cannot be read (KeyError, ValueError) is passed over too.
    """
    failures: list[str] = []
    for name, run in renderers():
        try:
            layouts = [read(layout) for layout in run(sources)]
        except (OSError, ValueError, KeyError, RuntimeError, subprocess.SubprocessError) as error:
            failures.append(f"{name}: {' '.join(str(error).split())[:300]}")
            continue
        _NOTES.update(dict.fromkeys(f"passed over: {failure}" for failure in failures))
        if name != BEST:
            _NOTES[f"{name} lays out, not {BEST}: pictures may differ from those elsewhere"] = None
        return layouts
    tried = f" ({'; '.join(failures)})" if failures else ""
    raise NoRenderer(
        f"no renderer for graphs works here{tried}; run: pip install graphviz-pure; "
        "--format dot and --format mermaid need none"
    )


_NOTES: dict[str, None] = {}


def notes() -> tuple[str, ...]:
    """Notes on the renderers that were passed over in this process, and why."""
    return tuple(_NOTES)


@cache
def renderers() -> Sequence[tuple[str, Renderer]]:
    """The renderers that are installed here, the best first, by name."""
    installed: list[tuple[str, Renderer]] = []
    scripts = Path(sysconfig.get_path("scripts"))
    pure = shutil.which("graphviz-pure", path=str(scripts)) or shutil.which("graphviz-pure")
    for name, path in ((BEST, pure), ("dot", shutil.which("dot"))):
        if path is not None:
            installed.append((name, _program(path)))
    if importlib.util.find_spec("pygraphviz") is not None:
        installed.append(("pygraphviz", _pygraphviz))
    return installed


def _program(path: str) -> Renderer:
    """A program that is called as ``dot`` is.

    ``graphviz.pipe`` runs whatever the process-wide ``DOT_BINARY`` names, and waits for ever. Its
    two halves, the command line and the call, take another program and a limit.
    """
    _, *options = command("dot", "json0")

    def run(sources: Sequence[str]) -> list[Any]:
        try:
            done = run_check(
                [path, *options],
                input="".join(sources),
                capture_output=True,
                encoding="utf-8",
                quiet=True,
                timeout=SECONDS,
            )
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"exit code {error.returncode}: {error.stderr.strip()}") from error
        if done.stderr.strip():
            raise RuntimeError(f"exit code 0: {done.stderr.strip()}")
        layouts = list(_json_values(done.stdout))
        if len(layouts) != len(sources):
            raise RuntimeError(f"{len(layouts)} layouts of {len(sources)} graphs")
        return layouts

    return run


def _json_values(text: str) -> Iterator[Any]:
    """The JSON values in a text, one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while text := text[at:].lstrip():
        value, at = decoder.raw_decode(text)
        yield value


def _pygraphviz(sources: Sequence[str]) -> list[Any]:
    module: Any = importlib.import_module("pygraphviz")
    graphs = (module.AGraph(string=source) for source in sources)
    return [json.loads(graph.draw(format="json0", prog="dot")) for graph in graphs]

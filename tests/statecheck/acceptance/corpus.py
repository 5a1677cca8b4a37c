"""The library's source distribution, pinned by its digest, and the texts that classes stand in."""

from __future__ import annotations

import ast
import doctest
import hashlib
import os
import re
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

NAME = "python_statemachine-3.2.2"

URL = (
    "https://files.pythonhosted.org/packages/5f/30/"
    f"52678909680544def104120a59fa64baf506b288702c600adb593a3479f8/{NAME}.tar.gz"
)

SHA256 = "5968c5e07a537f7531b8b1d0a0d5067a3452c88941fa0ac6c244870d48f78325"


def library() -> Path:
    """The folder of the library's source distribution, fetched once.

    Raises OSError where it cannot be fetched, and ValueError where it is another file.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "statecheck"
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"{NAME}.tar.gz"
    if not file.exists():
        with urllib.request.urlopen(URL, timeout=60) as answer:
            content = answer.read()
        _check(content)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(content)
        part.replace(file)
    _check(file.read_bytes())
    folder = cache / NAME
    if not folder.exists():
        with tarfile.open(file) as archive:
            archive.extractall(cache, filter="data")
    return folder


def _check(content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise ValueError(f"{URL} has the digest {found}, and {SHA256} is pinned")


def trees(path: Path) -> Iterator[ast.Module]:
    """The code of a file: a module, or what a page of documentation shows, as sessions.

    The examples of a page are one session; a block that is no session stands for itself.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".py":
        yield from _parsed(text)
        return
    session = ast.Module([], [])
    for example in doctest.DocTestParser().get_examples(text):
        for tree in _parsed(example.source):
            ast.increment_lineno(tree, example.lineno)
            session.body += tree.body
    if session.body:
        yield session
    for block in re.finditer(r"^```(?:py|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if ">>>" not in block[1]:
            for tree in _parsed(block[1]):
                ast.increment_lineno(tree, text.count("\n", 0, block.start()) + 1)
                yield tree


def _parsed(text: str) -> Iterator[ast.Module]:
    try:
        yield ast.parse(text)
    except (SyntaxError, ValueError):
        return

"""A variant of a program: some of its modules executed anew, one or more with another source."""

from __future__ import annotations

import importlib.abc
import importlib.util
import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from statecheck.symbolic import loops


class _Source(importlib.abc.SourceLoader):
    """Loads a module from a text; tracebacks and ``inspect`` see the text too."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: Any) -> bytes:
        if str(path) != self.path:
            raise OSError(path)
        return self.text.encode()


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, loaders: Mapping[str, _Source]) -> None:
        self.loaders = loaders

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        loader = self.loaders.get(fullname)
        if loader is None:
            return None
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader)


@contextmanager
def reimported_with(fresh: Callable[[str], bool], sources: Mapping[str, str]) -> Iterator[None]:
    """Import anew, inside, every module whose name is ``fresh``; those in ``sources`` from there.

    What was imported before keeps the modules that it has, and is what imports find afterwards.
    """
    files = {name: _placeholder_path(name) for name in sources}
    finder = _Finder({name: _Source(files[name], text) for name, text in sources.items()})
    kept = {name: module for name, module in sys.modules.items() if fresh(name)}
    _forget(fresh)
    sys.meta_path.insert(0, finder)
    for name, text in sources.items():
        lines = text.splitlines(keepends=True)
        linecache.cache[files[name]] = len(text), None, lines, files[name]
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _forget(fresh)
        for name, module in kept.items():
            sys.modules[name] = module
            _bind(name, module)
        for file in files.values():
            linecache.cache.pop(file, None)
        for remembered in (loops._parse, loops._problem, loops._names):
            remembered.cache_clear()


def _forget(fresh: Callable[[str], bool]) -> None:
    for name in [name for name in sys.modules if fresh(name)]:
        package, _, last = name.rpartition(".")
        if package in sys.modules:
            vars(sys.modules[package]).pop(last, None)
        del sys.modules[name]


def _bind(name: str, module: ModuleType) -> None:
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        setattr(sys.modules[package], last, module)


def _placeholder_path(name: str) -> str:
    """A file that does not exist, with the name of the module's own."""
    own = getattr(importlib.util.find_spec(name), "origin", None) or f"{name}.py"
    return str(Path(own).parent / "variant" / Path(own).name)

"""Modules that tests write, or find by their file."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def loaded(path: Path) -> ModuleType:
    """A module from a file, made anew."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(path: Path, text: str) -> ModuleType:
    """A module of this text, from the file that it is written to."""
    path.write_text(text, encoding="utf-8")
    return loaded(path)

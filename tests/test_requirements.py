"""The locks of the dependencies."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def installed() -> Any:
    """The module requirements/installed.py."""
    spec = importlib.util.spec_from_file_location("installed", ROOT / "requirements/installed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["base", "dev", "lowest"])
def test_lock_pins_every_dependency_with_hashes_and_names_no_host(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    if name != "base":
        wanted += project["optional-dependencies"]["dev"]
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", lock) if not entry.startswith("#")]
    pinned = {entry.split("==")[0]: "--hash=sha256:" in entry for entry in entries}
    assert all(pinned.values())
    assert {re.split(r"[~=<>]", dependency)[0] for dependency in wanted} <= pinned.keys()
    assert not re.search(r"://|--(extra-)?index|--find-links| @ ", lock)


def test_both_locks_pin_the_same_versions() -> None:
    base, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("base.txt", "dev.txt")
    )
    assert base <= dev


def test_lowest_versions_are_those_that_are_allowed() -> None:
    """What .ci/run installs beside the newest: of what pyproject.toml names, the lowest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements" / "lowest.txt").read_text()
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name, bound = re.split(r"[~>]=", wanted)
        pinned = re.search(rf"^{re.escape(name)}==([\w.]+)", lock, re.MULTILINE)
        assert pinned is not None, wanted
        assert re.fullmatch(rf"{re.escape(bound)}(\.0)*", pinned[1]), wanted

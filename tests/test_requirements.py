"""The locks of the dependencies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


# -- the set-up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["base", "dev"])
def test_lock_pins_every_dependency_with_hashes_and_names_no_host(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    if name == "dev":
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

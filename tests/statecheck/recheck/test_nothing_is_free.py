"""Whatever is changed in a manifest or in a run, it is noticed, although every digest fits."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statecheck.recheck.certificate import Certificate
from statecheck.recheck.folder import Refused
from tests.statecheck.recheck.forger import Forger, copied

pytestmark = pytest.mark.slow

Way = tuple[str | int, ...]


def leaves(content: Any, way: Way = ()) -> Iterator[Way]:
    """The ways to every value that is no list and no object, and to every empty one."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(content, dict):
        items = list(content.items())
    elif isinstance(content, list):
        items = list(enumerate(content))
    if not items:
        yield way
    for key, value in items:
        yield from leaves(value, (*way, key))


def shape(way: Way) -> Way:
    """A way without the numbers and paths in it: one of each shape is enough."""
    words = [str(part) for part in way]
    return tuple("*" if word.isdecimal() or "/" in word else word for word in words)


def others(value: Any) -> list[Any]:
    """Other values of the type, and one of another type."""
    match value:
        case bool():
            return [not value, int(value)]
        case int():
            return [value + 1, bool(value)]
        case "":
            return ["x", None]
        case str():
            return [f"{value}x", None]
        case None:
            return [0, 1, "PROVED", []]
    return ["", None]  # it is empty


def changed(content: Any, way: Way, value: Any) -> Any:
    found = copy.deepcopy(content)
    place = found
    for part in way[:-1]:
        place = place[part]
    place[way[-1]] = value
    return found


def without(content: Any, way: Way) -> Any:
    found = copy.deepcopy(content)
    place = found
    for part in way[:-1]:
        place = place[part]
    del place[way[-1]]
    return found


DIGESTS = ("digest", "definitions", "sections", "sha256", "runs")
"""Whoever seals a certificate computes these again."""


def is_noticed(forger: Forger) -> bool:
    try:
        forger.seal()
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return True  # it names what is not there, or is no manifest any more
    try:
        return bool(Certificate(forger.folder).problems)
    except Refused:
        return True


def test_nothing_in_a_manifest_is_free(certified: Path, tmp_path: Path) -> None:
    forger = copied(certified, tmp_path / "forged")
    original = forger.manifest
    ways = {
        shape(way): way
        for way in leaves(original)
        if not {*DIGESTS} & {*map(str, way)} or way == ("model", "digest")
    }
    assert len(ways) > 40
    free = []
    for way in ways.values():
        place: Any = original
        for part in way:
            place = place[part]
        for value in others(place)[:2]:
            forger.manifest = changed(original, way, value)
            if not is_noticed(forger):
                free.append((way, value))
        forger.manifest = without(original, way)
        if not is_noticed(forger):
            free.append((way, "without"))
    assert free == []


@pytest.mark.parametrize(
    "path",
    [
        "claims/cabins.never_stuck/run.itf.json",
        "claims/end.moves/run.itf.json",
        "claims/end.stands/without-1.itf.json",
        "claims/cabins.levels/from-7-to-9.itf.json",
    ],
)
def test_nothing_in_a_run_is_free(path: str, certified: Path, tmp_path: Path) -> None:
    forger = copied(certified, tmp_path / "forged")
    original = json.loads(forger.read(path))
    free = []
    for way in leaves(original):
        place: Any = original
        for part in way:
            place = place[part]
        for value in others(place)[:2]:
            forger.write(path, json.dumps(changed(original, way, value)))
            if not is_noticed(forger):
                free.append((way, value))
    # A run may begin on any level that leads where it does.
    assert [way for way, _ in free if "Lift.cabin.level" not in way] == []

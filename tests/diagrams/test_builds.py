"""The axis of builds: each bar lies over just the builds that have what it stands for."""

from __future__ import annotations

from typing import Any

import pytest

from diagrams import builds, verdicts
from statecheck.drawing.canvas.scene import Box, Group, Text, flat


@pytest.fixture(name="answer", scope="module")
def _answer() -> dict[str, Any]:
    report = verdicts.load()
    assert report is not None
    found: dict[str, Any] = report["derived"]["builds"]
    return found


def test_bars_lie_over_the_builds_that_have_it(answer: dict[str, Any]) -> None:
    scene = builds.picture(builds.content(answer))
    texts = {item.text: item for item in flat(scene.items) if isinstance(item, Text)}
    lines = {g.id: g for g in scene.items if isinstance(g, Group) and g.classes == ("line",)}
    bars = 0
    for drawback in answer["drawbacks"]:
        boxes = [item for item in lines[f"line-{drawback['id']}"].items if isinstance(item, Box)]
        bars += len(boxes)
        for row in answer["rows"]:
            head = texts[row["version"].removeprefix("5.5.")]
            middle = head.x + head.width / 2
            over = [box for box in boxes if box.x < middle < box.x + box.width]
            assert len(over) == (drawback["id"] in {*row["has"], *row["may_have"]})
            assert [box.dashed for box in over] == [drawback["id"] in row["may_have"]] * len(over)
            if over and drawback["regression"] and not over[0].dashed:
                assert over[0].stroke == "upgrade"
    assert bars > 20
    for demand in answer["requirements"]:
        title = lines[f"line-{demand['id']}"].title
        for row in answer["rows"]:
            assert f"{row['version']} {row['meets'][demand['id']]}" in title


def test_the_table_has_the_same(answer: dict[str, Any]) -> None:
    shown = builds.table(builds.content(answer))
    known = len(answer["drawbacks"]) + len(answer["requirements"])
    assert len(shown.rows) == known
    assert all(len(row) == len(shown.heads) for row in shown.rows)

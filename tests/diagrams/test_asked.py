"""The pictures of plans and of readings say what the page of questions says."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from diagrams import plans, readings
from proofs.family.matrix import ALL_READINGS, NAMES
from proofs.questions.asked import ASKED
from proofs.questions.text import where
from statecheck.drawing.canvas.scene import Circle, Group, Shape, Text, flat
from statecheck.modeling import ModelError

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")


@pytest.fixture(name="kept", scope="module")
def _kept() -> dict[str, Any]:
    found = plans.load()
    assert found is not None
    return found


def test_plans_are_those_of_the_page(kept: dict[str, Any]) -> None:
    (question,) = [question for question in ASKED if question.number == plans.QUESTION]
    part = PAGE.split(f"## {plans.QUESTION}. ")[1].split("\n## ", maxsplit=1)[0]
    for plan in kept["plans"]:
        told = part.split(f"REACHED {plan['id']}: ")[1].split("\n\n", maxsplit=1)[0]
        steps = re.findall(r"^ +\d+  (\w+)\((.*)\)$", told, flags=re.MULTILINE)
        assert steps == [
            (step["action"], ", ".join(step["arguments"].values())) for step in plan["run"]
        ]
        assert re.search(rf"\b{len(steps)}\b", question.answer)
    assert part.count("REACHED plan.") == len(kept["plans"])


def test_a_plan_that_cannot_be_taken_is_not_drawn(kept: dict[str, Any]) -> None:
    plan = copy.deepcopy(kept["plans"][0])
    del plan["run"][0]
    with pytest.raises(ModelError):
        plans.story(plan)


def test_articles_hold_where_the_page_says() -> None:
    (block,) = re.findall(r"Which articles hold under which readings ─+\n(.*?)```", PAGE, re.DOTALL)
    told = dict(re.split(r"  +", line, maxsplit=1) for line in block.strip().splitlines())
    rows = readings.content()
    assert {row.article: where(row.holds) for row in rows if not row.sentence} == told
    sentences = re.findall(r"^\w+\.\w+  +(\S.*)$", PAGE, flags=re.MULTILINE)
    assert [where(row.holds) for row in rows if row.sentence] == sentences


def test_signs_stand_for_the_conditions() -> None:
    rows = readings.content()
    drawn = [item for item in readings._items(rows)[0] if isinstance(item, Group)]
    assert len(drawn) == len(rows)
    signs = 0
    for row, group in zip(rows, drawn, strict=True):
        for place, name in enumerate(NAMES):
            values = {reading[place] for reading in row.holds}
            expected = "" if len(values) != 1 else "success" if values == {True} else "failure"
            x = readings._middle(place)
            at = [s for s in group.items if isinstance(s, Shape) and abs(s.points[0][0] - x) < 12]
            roles = {shape.stroke for shape in at} | ({""} if not at else set())
            assert roles == {expected}, (row.sentence, name)
            signs += bool(at)
    assert signs > 10
    assert all(
        row.holds == frozenset(r for r in ALL_READINGS
                               if all(r[NAMES.index(n)] == v for n, v in row.needed.items()))
        for row in rows if row.holds
    )  # fmt: skip
    assert not [item for item in flat(drawn) if isinstance(item, Circle)]
    assert any(isinstance(item, Text) for item in flat(drawn))

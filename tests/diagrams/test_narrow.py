"""The narrow forms of pictures: as wide as a telephone, complete, with type that can be read."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from diagrams import findings, site, verdicts
from model.site import Site
from statecheck.drawing import index_page
from statecheck.drawing.canvas.scene import Box, Group, Scene, Text, flat
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures.joint import joints


@pytest.fixture(name="pictures", scope="module")
def _pictures() -> list[Picture]:
    report = verdicts.load()
    assert report is not None
    every = [*site.model_pictures(), *findings.verdict_pictures(report)]
    return [picture for picture in every if picture.narrow is not None]


def narrow(picture: Picture) -> Scene:
    assert picture.narrow is not None
    return picture.narrow()


def said(scene: Scene) -> str:
    return " ".join(item.text for item in flat(scene.items) if isinstance(item, Text))


def test_nothing_is_too_small_or_leaves_its_card(pictures: list[Picture]) -> None:
    assert len(pictures) > 10
    for picture in pictures:
        scene = narrow(picture)
        assert scene.width == 400
        texts = [item for item in flat(scene.items) if isinstance(item, Text)]
        assert all(item.size >= 12 for item in texts)
        assert all(item.x >= 0 and item.x + item.width <= 400 for item in texts)
        for card in (g for g in scene.items if isinstance(g, Group) and g.id != "legend"):
            (box,) = [item for item in card.items if isinstance(item, Box)]
            for item in (item for item in card.items if isinstance(item, Text)):
                assert box.y < item.y - item.size * 0.8
                assert item.y < box.y + box.height
                assert item.x + item.width <= box.x + box.width
        boxes = [item for item in flat(scene.items) if isinstance(item, Box)]
        assert all(a.y + a.height < b.y for a, b in pairwise(boxes))


def test_a_narrow_run_has_every_step_and_every_change(pictures: list[Picture]) -> None:
    report: Any = verdicts.load()
    runs = {p.name: p for p in pictures if p.name.startswith("run-")}
    seen = 0
    for claim in report["claims"]:
        reading = f".{claim['reading']}" if claim["reading"] else ""
        if claim["run"] is None:
            continue
        words = said(narrow(runs[f"run-{claim['id']}{reading}"]))
        for number, step in enumerate(claim["run"], 1):
            assert f"{number} {step['action']}(" in words
            for change in step["changes"]:
                place = f"{change['entity']}.{change['what']}"
                assert f"{place}: {change['before']} to {change['after']}" in words
                seen += 1
    assert seen > 50


def test_the_narrow_composition_has_every_event(pictures: list[Picture]) -> None:
    (picture,) = [p for p in pictures if p.name == "composition"]
    cards = [g for g in narrow(picture).items if isinstance(g, Group) and g.classes == ("action",)]
    assert len(cards) == len(joints(Site))
    for card, joint in zip(cards, joints(Site), strict=True):
        words = " ".join(item.text for item in card.items if isinstance(item, Text))
        assert words.startswith(joint.action)
        assert all(sent.event in words for sent in joint.sent)


def test_a_page_takes_the_narrow_form_where_it_is_narrow(pictures: list[Picture]) -> None:
    (picture,) = [p for p in pictures if p.name == "composition"]
    _, _, html = index_page.embed(picture).partition("<picture>")
    order = ["narrow-dark.svg", "narrow-light.svg", "composition-dark.svg", "composition-light.svg"]
    assert sorted(order, key=html.index) == order
    assert '(max-width: 600px) and (prefers-color-scheme: dark)" srcset="composition-n' in html

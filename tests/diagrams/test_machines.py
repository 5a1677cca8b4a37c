"""What a picture of a machine shows: everything that the class declares, whatever that is."""

from __future__ import annotations

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diagrams import site, verdicts
from model.machines import MoveMailbox
from model.site import Site
from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.layout import renderers
from statecheck.drawing.layout.labels import PLAIN
from statecheck.drawing.layout.layout import dot
from statecheck.drawing.machine import Machine, describe
from statecheck.drawing.pictures import composition
from statecheck.drawing.pictures.joint import joints
from statecheck.drawing.pictures.playback import play
from statecheck.drawing.pictures.statechart import drawings
from tests.statecheck.drawing.machines import SVG, Deep, Flow, drawn, texts

LOOKS = Path(__file__).with_name("test_looks.py")


def identifiers(machine: Machine) -> Iterator[str]:
    """Every word that the class declares."""
    for state in machine.all():
        if "history" not in state.kind:
            yield state.name
        yield from (name for _, name in state.actions)
    for transition in machine.transitions:
        yield from re.findall(r"\w+", transition.event.replace(" or ", " "))
        for name in (*map(str, transition.guards), *transition.actions):
            yield from re.findall(r"\w+", name)


@pytest.mark.parametrize("cls", [Flow, Deep, *site.MACHINES.values()], ids=lambda c: c.__name__)
def test_every_identifier_is_in_the_picture(cls: type[Any]) -> None:
    words = set(re.findall(r"\w+", " ".join(texts(drawn(cls)))))
    missing = {name for name in identifiers(describe(cls)) if name not in words}
    assert not missing


@pytest.mark.parametrize("cls", [Flow, Deep], ids=lambda c: c.__name__)
def test_nothing_overlaps_in_other_machines(cls: type[Any]) -> None:
    spec = importlib.util.spec_from_file_location("looks", LOOKS)
    assert spec is not None
    assert spec.loader is not None
    looks = importlib.util.module_from_spec(spec)
    sys.modules["looks"] = looks
    spec.loader.exec_module(looks)
    assert list(looks.overlaps(looks.parsed(drawn(cls)))) == []


# -- the model's machines -----------------------------------------------------------------------


def test_events_that_others_take_part_in_are_shared() -> None:
    assert site.shared_events("InformationStore") == {
        "stop": "in stop_store, with MoveMailbox and AttachmentLifecycle"
    }
    assert set(site.shared_events("MoveMailbox")) == {"start", "copy", "finish", "interrupt"}
    scene = svg(site.machine("InformationStore"), LIGHT, "x")
    root = ET.fromstring(scene)
    (stop,) = [g for g in root.iter(f"{SVG}g") if (g.get("id") or "").endswith("running-stopped")]
    (start,) = [g for g in root.iter(f"{SVG}g") if (g.get("id") or "").endswith("stopped-running")]
    marks = [[e.get("class") for e in g if "mark" in (e.get("class") or "")] for g in (stop, start)]
    assert marks == [["mark f-shared"], []]


def test_what_carries_a_proof_is_in_full_ink() -> None:
    full = frozenset({"copying", "failed", "copy"})
    scene = site.machine("MoveMailbox", full)
    roles: dict[str | None, str | None] = {}
    root = ET.fromstring(svg(scene, LIGHT, "x"))
    for element in root.iter(f"{SVG}text"):
        roles.setdefault(element.text, element.get("class"))
    assert roles["copying"] == "f-ink"
    assert roles["idle"] == "f-faint"
    assert roles["copy"] == "f-shared"
    assert roles["finish"] == "f-faint"
    assert roles["grey, dashed: not needed"] == "f-muted"
    dashed = {
        group.get("id"): any(element.get("stroke-dasharray") for element in group)
        for group in root.iter(f"{SVG}g")
        if (group.get("class") or "").startswith(("state", "edge"))
    }
    assert not dashed["x-light-state-copying"]
    assert dashed["x-light-state-idle"]
    assert not dashed["x-light-edge-copying-failed"]
    assert dashed["x-light-edge-copying-moved"]


def test_who_is_concerned_is_said_by_how_the_model_finds_them() -> None:
    found = {
        (joint.action, sent.event): composition.whose(sent)
        for joint in joints(Site)
        for sent in joint.sent
        if sent.each
    }
    assert found == {
        ("stop_store", "interrupt"): "each mailbox whose home or target is the server",
        ("stop_store", "drop_scan"): "each attachment whose home is the server",
        ("enable_antivirus", "rescan"): "each attachment whose home is the server",
        ("disable_antivirus", "drop_scan"): "each attachment whose home is the server",
        ("update_signatures", "rescan"): "each attachment whose home is the server",
        ("start_move", "begin"): "each attachment of the mailbox",
        ("finish_move", "arrive"): "each attachment of the mailbox",
    }


def test_the_joints_of_the_site_move_what_runs_move() -> None:
    """What was recorded symbolically covers what any shown run did on the plain machines."""
    report = verdicts.load()
    assert report is not None
    recorded = {j.action: {(s.slot, s.event) for s in j.sent} for j in joints(Site)}
    runs = [c for c in report["claims"] if c["run"]]
    assert len(runs) > 10
    for claim in runs:
        for moment in play(Site, claim["run"], claim["setting"]).moments:
            assert moment.parts
            assert {(p.lane.slot, p.event) for p in moment.parts} <= recorded[moment.action]


def test_several_graphs_at_once_are_laid_out_as_one_by_one() -> None:
    machine = describe(MoveMailbox)
    graphs = [drawing.graph for drawing in drawings(machine, PLAIN)]
    ((_, run), *_) = renderers.renderers()
    sources = [dot(graph) for graph in graphs]
    assert len(set(sources)) == 4
    assert list(run(sources)) == [answer for source in sources for answer in run([source])]

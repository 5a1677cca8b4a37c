"""The engine for one class against a judge that shares no code with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from statemachine.exceptions import InvalidDefinition

from tests.statecheck.reference.claims import Meaning, Said
from tests.statecheck.reference.corners import CASES
from tests.statecheck.reference.explorer import Explorer, World
from tests.statecheck.reference.expressions import KINDS, expressions, witness
from tests.statecheck.reference.expressions import source as class_asking
from tests.statecheck.reference.fuzz import Tally, build, compare, run
from tests.statecheck.reference.generator import sample
from tests.statecheck.reference.hidden import PLACES, WAYS, Way
from tests.statecheck.reference.hidden import source as class_hiding
from tests.statecheck.reference.judge import Answer, judge
from tests.statecheck.reference.modules import loaded
from tests.statecheck.reference.plain import Endless, PlainMachine

SEEDS = range(16)
OPEN = ("REFUSED", "UNDETERMINED")
"""Answers that are never wrong."""


@pytest.fixture(name="folder")
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.slow
def test_random_classes_agree_with_the_explorer() -> None:
    tally = Tally()
    for tally in run(SEEDS, timeout=5, seconds=60):
        assert tally.disagreements == []
    decided = sum(tally.counts[verdict] for verdict in ("PROVED", "REACHED", "REFUTED"))
    assert tally.counts["own failures"] == 0
    assert decided >= 100


@pytest.mark.slow
def test_claims_in_all_words_agree_with_the_explorer() -> None:
    tally = Tally()
    for tally in run(range(16, 24), timeout=10, seconds=60, kinds=(), words=10):
        assert tally.disagreements == []
    verdicts = ("PROVED", "REACHED", "REFUTED")
    decided = sum(n for name, n in tally.counts.items() if name.partition(": ")[2] in verdicts)
    assert tally.counts["own failures"] == 0
    assert decided >= 30


@pytest.mark.slow
def test_every_situation_is_where_its_path_leads_a_fresh_instance(folder: Path) -> None:
    checked = 0
    for seed in SEEDS:
        drawn = sample(seed)
        try:
            module = build(drawn, folder)
            explorer = Explorer(getattr(module, drawn.name), drawn.world(module), sends=2000)
        except (InvalidDefinition, Endless, Exception):  # noqa: BLE001  (nothing to explore)
            continue
        if explorer.world.inputs:
            continue
        for number in range(0, len(explorer.graph.situations), 7):
            machine = PlainMachine(getattr(module, drawn.name))
            for move in explorer.graph.path(number):
                assert machine.send(move.event, move.arguments) == move.raised
            assert machine.situation().key == explorer.graph.situations[number].key
            checked += 1
    assert checked >= 10


def test_a_wrong_answer_is_noticed(folder: Path) -> None:
    seed = next(s for s in SEEDS if _explored(s, folder) is not None)
    explored = _explored(seed, folder)
    assert explored is not None
    module, explorer = explored
    initial = explorer.graph.situations[0].active[0]
    always = Said("always", f"not {initial}")
    possible = Said("possible", initial)
    assert compare(always, Answer("PROVED"), module, explorer)
    assert compare(possible, Answer("REFUTED"), module, explorer)
    assert compare(possible, Answer("REACHED", steps=1, shortest=True), module, explorer)
    assert compare(possible, Answer("REACHED", steps=0, shortest=True), module, explorer) is None
    assert Meaning("False ==> False", module).holds({})


def _explored(seed: int, folder: Path) -> tuple[object, Explorer] | None:
    drawn = sample(seed)
    try:
        module = build(drawn, folder)
        return module, Explorer(getattr(module, drawn.name), World(), sends=500)
    except (InvalidDefinition, Endless, Exception):  # noqa: BLE001  (nothing to explore)
        return None


@pytest.mark.slow
@pytest.mark.parametrize("cls", dict.fromkeys(case.cls for case in CASES))
def test_no_corner_is_answered_wrongly(cls: type[Any]) -> None:
    cases = [case for case in CASES if case.cls is cls]
    asked = [Said(case.kind, case.text) for case in cases]
    for case, answer in zip(cases, judge(cls, asked, timeout=3 * len(cases)), strict=True):
        assert answer.verdict in (case.right, *OPEN), f"{case}: {answer.detail}"


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_hidden_state_is_never_ignored(way: Way, folder: Path) -> None:
    number = WAYS.index(way)
    for place in (PLACES[number % len(PLACES)], PLACES[(number + 5) % len(PLACES)]):
        name = f"Hides{number}{place.title()}"
        path = folder / f"hides_{number}_{place}.py"
        path.write_text(class_hiding(name, way, place))
        answer = judge(getattr(loaded(path), name), [Said("always", "not trap")], timeout=1)[0]
        assert answer.verdict in ("REFUTED", *OPEN), f"{place}: {answer.detail}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_expression_is_read_in_another_way_than_python_reads_it(kind: str, folder: Path) -> None:
    wrong = []
    for number, (its_kind, text) in enumerate(expressions()):
        if its_kind != kind or number % 4:
            continue
        name = f"Asks{number}"
        path = folder / f"asks_{number}.py"
        path.write_text(class_asking(name, kind, text, "argument"))
        answer = judge(getattr(loaded(path), name), [Said("possible", "s1")], timeout=2)[0]
        values = witness(kind, text)
        if answer.verdict == "INTERNAL" or (answer.verdict == "REFUTED" and values):
            wrong.append((text, values[:2], answer))
    assert wrong == []

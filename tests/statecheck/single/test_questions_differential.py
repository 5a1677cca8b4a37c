"""The answers to the standard questions against an explorer that shares no code with the engine."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from statemachine.exceptions import InvalidDefinition

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.modeling import ModelError
from statecheck.single.questions.ask import answered
from tests.statecheck.reference.explorer import Explorer
from tests.statecheck.reference.fuzz import build
from tests.statecheck.reference.generator import sample
from tests.statecheck.reference.plain import Endless

SEEDS = range(1000, 1008)


def compared(seeds: Sequence[int], folder: Path, seconds: float) -> Iterator[tuple[int, list[str]]]:
    """For each seed how answers about a random class differ from what the explorer sees."""
    end = time.monotonic() + seconds
    for seed in seeds:
        if time.monotonic() > end:
            return
        drawn = sample(seed)
        try:
            module = build(drawn, folder)
            cls = getattr(module, drawn.name)
            explorer = Explorer(cls, drawn.world(module), sends=3000)
        except (InvalidDefinition, Endless, Exception):  # noqa: BLE001  (nothing to explore)
            continue
        try:
            report = answered(cls, timeout=20)
        except ModelError:
            continue
        yield seed, list(_differences(cls, explorer, report.answers))


def _differences(cls: Any, explorer: Explorer, answers: Sequence[Answer]) -> Iterator[str]:
    graph = explorer.graph
    active = {id_ for situation in graph.situations for id_ in situation.active}
    asked: dict[Question, list[Answer]] = {}
    for answer in answers:
        asked.setdefault(answer.question, []).append(answer)
    never = {
        a.subject
        for a in asked.get(Question.STATE_NEVER_REACHED, [])
        if a.standing is Standing.SUSPICIOUS
    }
    yield from (f"{id_} is reached" for id_ in sorted(never & active))
    whole = graph.complete and not graph.endless
    raised = {
        move.raised
        for moves in graph.moves.values()
        for move in moves
        if move.raised and move.raised != "TransitionNotAllowed"
    }
    failures = (Question.EXCEPTION_NOT_CAUGHT, Question.VALIDATOR_REFUSES)
    known = {a.subject.partition(" ")[0] for q in failures for a in asked.get(q, [])}
    is_open = any(a.standing is Standing.OPEN for a in answers)
    if not is_open:
        yield from (f"{name} is raised" for name in sorted(raised - known))
    if Question.NOTHING_LEADS_ON in asked and whole and explorer.world.exact:
        final = {s.id for s in cls.states_map.values() if s.final}
        stuck = any(
            situation.running
            and not set(situation.active) & final
            and all(move.raised and move.target == number for move in graph.moves.get(number, []))
            for number, situation in enumerate(graph.situations)
        )
        found = [a.standing for a in asked[Question.NOTHING_LEADS_ON]]
        if stuck and Standing.FINE in found:
            yield "nothing leads on from some state"


@pytest.mark.slow
def test_answers_agree_with_the_explorer(tmp_path: Path) -> None:
    counted = 0
    for seed, differences in compared(SEEDS, tmp_path, seconds=60):
        assert differences == [], seed
        counted += 1
    assert counted >= 3

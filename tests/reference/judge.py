"""The one place that asks the engine."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.kernel import ModelError
from proofs import check
from proofs.engine.claims import Kind
from tests.reference.claims import Said


@dataclass(frozen=True)
class Answer:
    """What the engine says of a claim. ``shortest``: it says that no shorter run exists."""

    verdict: str
    detail: str = ""
    steps: int | None = None
    shortest: bool = False
    vacuous: bool | None = None


def judge(cls: Any, claims: Sequence[Said], *, timeout: float) -> list[Answer]:
    """The engine's answers about a class: REFUSED for what it refuses to read."""
    answers: dict[int, Answer] = {}
    try:
        system = check._system(cls)
        read = []
        for number, said in enumerate(claims):
            try:
                read += check._claims(system, [(Kind(said.kind), said.text)], (), ())
            except ModelError as error:
                answers[number] = Answer("REFUSED", str(error))
        report = check._settled(system, read, 8, timeout, 0, explain=False)
    except ModelError as error:
        return [Answer("REFUSED", str(error))] * len(claims)
    except Exception as error:  # noqa: BLE001  (that is what is looked for)
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        return [Answer("INTERNAL", f"{type(error).__name__}: {error} at {place}")] * len(claims)
    rest = (
        Answer(str(r.verdict), r.detail, r.steps, shortest=True, vacuous=r.vacuous)
        for r in report.results
    )
    return [answers[n] if n in answers else next(rest) for n in range(len(claims))]

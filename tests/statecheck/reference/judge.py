"""The one place that asks the engine."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.claims.run import RunStep
from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.single import check
from tests.statecheck.reference.claims import Said


@dataclass(frozen=True)
class Answer:
    """What the engine says of a claim. ``shortest``: it says that no shorter run exists."""

    verdict: str
    detail: str = ""
    steps: int | None = None
    shortest: bool = False
    vacuous: bool | None = None
    run: tuple[RunStep, ...] = ()
    last: tuple[tuple[str, str], ...] = ()
    """Inputs that are set at the end of the run."""


def judge(cls: Any, claims: Sequence[Said], *, timeout: float) -> list[Answer]:
    """The engine's answers about a class: REFUSED for what it refuses to read.

    One claim that is refused refuses all that are asked with it; then each is asked by itself.
    """
    if not claims:
        return []
    if len(claims) > 1 and any(said.assumed for said in claims):
        plain = [said for said in claims if not said.assumed]
        found = dict(zip(plain, judge(cls, plain, timeout=timeout), strict=True)) if plain else {}
        for said in claims:
            if said.assumed:
                (found[said],) = judge(cls, [said], timeout=timeout)
        return [found[said] for said in claims]
    assumed: dict[str, Any] = dict(claims[0].assumed)
    try:
        asked = [(said.kind, said.text) for said in claims]
        report = check(cls, asked, timeout=timeout, assumed=AssumedTexts(**assumed))
    except ModelError as error:
        if len(claims) == 1 or str(error).startswith(cls.__name__):
            return [Answer("REFUSED", str(error))] * len(claims)
        return [judge(cls, [said], timeout=timeout)[0] for said in claims]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (that is what is looked for)
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        return [Answer("INTERNAL", f"{type(error).__name__}: {error} at {place}")] * len(claims)
    return [
        Answer(
            str(result.verdict),
            result.detail,
            result.steps,
            shortest=bool(result.shortest),
            vacuous=result.vacuous,
            run=result.run.steps if result.run else (),
            last=result.run.witness if result.run else (),
        )
        for result in report.results
    ]

"""Random systems with axioms, lemmas and references in a circle: no verdict that a search denies.

``disagreements`` serves longer campaigns: ``python -m tests.statecheck.prover.test_random_systems
FIRST LAST [DEPTH]`` goes through the systems of a range of seeds. Where the engine looks for runs
of more than a few steps, machines have more states, and instances are smaller and gone through from
fewer states and farther.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statecheck.claims.claim import Kind
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.systems import SIZES, Instance, instances, module

pytestmark = pytest.mark.slow

DEPTH, LIMIT, PATIENCE = 2, 120, 20.0

FAR, FEW, MANY = 4, 6, 600
"""From this depth on, so few states to begin with are drawn, and about so many gone through."""

SMALL = ((1, 1), (2, 1), (1, 2), (2, 2))


def objections(result: Result, said: object, found: list[Instance]) -> Iterator[str]:
    """The objections of instances to a verdict."""
    wanted = result.claim.kind is Kind.POSSIBLE
    distances = [one.nearest(said, wanted=wanted) for one in found]
    near = min((d for d in distances if d is not None), default=None)
    if result.verdict is Verdict.PROVED and near is not None:
        yield f"proved, and denied after {near} steps"
    if wanted and result.verdict is Verdict.REFUTED and near is not None:
        yield f"out of reach, and reached after {near} steps"
    if result.steps is not None and near is not None and near < result.steps:
        yield f"a run of {result.steps} steps, and one of {near} does"
    none = re.search(r"no run of (\d+) steps", result.detail)
    depth = int(none[1]) if none else -1
    if result.verdict is Verdict.UNDETERMINED and near is not None and near <= depth:
        yield f"no run of {depth} steps, and one of {near} does"
    premises = [one.applies(said) for one in found]
    first = min((d for d in premises if d is not None), default=None)
    if result.vacuous is True and "is always true" not in result.detail and first is not None:
        yield f"vacuous, and its premise holds after {first} steps"


def judged(
    seed: int,
    folder: Path,
    counts: Counter[str],
    depth: int = DEPTH,
    *,
    timeout: float | None = None,
) -> Iterator[str]:
    """The disagreements about one system."""
    loaded = module(seed, folder, long=depth >= FAR)
    claims = loaded.CATALOGUE.claims
    try:
        context = ProofContext(loaded.Random, claims, (), depth=depth, timeout=timeout)
        results = list(Prover(context).prove(claims))
    except ModelError as error:
        counts["refused"] += 1
        counts[str(error)[-60:]] += 1
        return
    found = []
    chance = random.Random(seed)
    for one in instances(loaded, chance, 2, SIZES if depth < FAR else SMALL):
        if depth < FAR:
            one.search(LIMIT)
        else:
            one.search(MANY, FEW, chance)
        if one.states:
            found.append(one)
    counts["states"] += sum(len(one.states) for one in found)
    counts["deepest"] = max((max(one.distance.values()) for one in found), default=0)
    for result in results:
        counts[str(result.verdict)] += 1
        counts["deep runs"] += (result.steps or 0) > DEPTH
        said = vars(loaded)[f"claim{result.claim.id.rpartition('.')[2]}"]
        counts["jointly proved"] += result.jointly
        for problem in objections(result, said, found):
            yield f"{seed} {result.claim.id}: {problem}"


def disagreements(
    seeds: Iterable[int], folder: Path, depth: int = DEPTH
) -> tuple[Counter[str], list[str]]:
    """The numbers of verdicts of each kind, and what was found wrong."""
    counts: Counter[str] = Counter()
    return counts, [each for seed in seeds for each in judged(seed, folder, counts, depth)]


SEEDS = (606, 1103, 1105)
"""Systems with claims that are proved by themselves, with lemmas, and not at all."""


def test_no_small_instance_denies_a_verdict(tmp_path: Path) -> None:
    counts, wrong = disagreements(SEEDS, tmp_path)
    assert not wrong
    assert counts["jointly proved"] >= 3
    assert counts["PROVED"] >= 6
    assert counts["REFUTED"] >= 3


FAR_SEEDS = (9000, 9010)
"""Systems with a run of more steps than a few, and with claims that are refuted soon."""


def test_no_small_instance_denies_what_is_farther_off(tmp_path: Path) -> None:
    counts, wrong = disagreements(FAR_SEEDS, tmp_path, depth=5)
    assert not wrong
    assert counts["deep runs"] >= 1
    assert counts["states"] > 500


def test_a_run_that_is_there_denies_that_there_is_none(tmp_path: Path) -> None:
    loaded = module(9010, tmp_path, long=True)
    claims = loaded.CATALOGUE.claims
    context = ProofContext(loaded.Random, claims, (), depth=2)
    found = list(instances(loaded, random.Random(9010), 2, SMALL))
    for one in found:
        one.search(MANY, FEW, random.Random(1))
    results = [r for r in Prover(context).prove(claims) if r.verdict is Verdict.REFUTED]
    assert results
    said = "no proof, and no run of 5 steps"
    changed: dict[str, Any] = {"verdict": Verdict.UNDETERMINED, "steps": None, "detail": said}
    denied = [
        problem
        for result in results
        for problem in objections(
            replace(result, **changed),
            vars(loaded)[f"claim{result.claim.id.rpartition('.')[2]}"],
            found,
        )
    ]
    assert any("no run of 5 steps, and one of" in problem for problem in denied)


if __name__ == "__main__":
    farthest = int(sys.argv[3]) if sys.argv[3:] else DEPTH
    with tempfile.TemporaryDirectory() as name:
        for number in range(int(sys.argv[1]), int(sys.argv[2])):
            counted: Counter[str] = Counter()
            for problem in judged(number, Path(name), counted, depth=farthest, timeout=PATIENCE):
                sys.stdout.write(f"DISAGREE {problem}\n")
            sys.stdout.write(f"{number} {dict(counted)}\n")
            sys.stdout.flush()

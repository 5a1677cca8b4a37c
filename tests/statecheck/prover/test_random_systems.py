"""Random systems with axioms, lemmas and references in a circle: no verdict that a search denies.

``disagreements`` serves longer campaigns: ``python -m tests.statecheck.prover.test_random_systems
FIRST LAST`` goes through the systems of a range of seeds.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from statecheck.claims.claim import Kind
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.systems import Instance, instances, module

pytestmark = pytest.mark.slow

DEPTH, LIMIT, PATIENCE = 2, 120, 20.0


def objections(result: Result, said: object, found: list[Instance]) -> Iterator[str]:
    """What instances say against a verdict."""
    wanted = result.claim.kind is Kind.POSSIBLE
    distances = [one.nearest(said, wanted=wanted) for one in found]
    near = min((d for d in distances if d is not None), default=None)
    if result.verdict is Verdict.PROVED and near is not None:
        yield f"proved, and denied after {near} steps"
    if wanted and result.verdict is Verdict.REFUTED and near is not None:
        yield f"out of reach, and reached after {near} steps"
    if result.steps is not None and near is not None and near < result.steps:
        yield f"a run of {result.steps} steps, and one of {near} does"
    if (
        result.vacuous is True
        and "is always true" not in result.detail
        and any(one.applies(said) for one in found)
    ):
        yield "vacuous, and its premise holds somewhere"


def judged(seed: int, folder: Path, counts: Counter[str]) -> Iterator[str]:
    """The disagreements about one system."""
    loaded = module(seed, folder)
    claims = loaded.CATALOGUE.claims
    try:
        context = ProofContext(loaded.Random, claims, (), depth=DEPTH, timeout=PATIENCE)
        results = list(Prover(context).prove(claims))
    except ModelError as error:
        counts["refused"] += 1
        counts[str(error)[-60:]] += 1
        return
    found = []
    for one in instances(loaded, random.Random(seed), 2):
        one.search(LIMIT)
        if one.states:
            found.append(one)
    for result in results:
        counts[str(result.verdict)] += 1
        said = vars(loaded)[f"claim{result.claim.id.rpartition('.')[2]}"]
        counts["jointly proved"] += result.jointly
        for problem in objections(result, said, found):
            yield f"{seed} {result.claim.id}: {problem}"


def disagreements(seeds: Iterable[int], folder: Path) -> tuple[Counter[str], list[str]]:
    """The numbers of verdicts of each kind, and what was found wrong."""
    counts: Counter[str] = Counter()
    return counts, [each for seed in seeds for each in judged(seed, folder, counts)]


SEEDS = (138, 606, 1103, 1105)
"""Systems with claims that are proved by themselves, with lemmas, and not at all."""


def test_no_small_instance_denies_a_verdict(tmp_path: Path) -> None:
    counts, wrong = disagreements(SEEDS, tmp_path)
    assert not wrong
    assert counts["jointly proved"] >= 3
    assert counts["PROVED"] >= 6
    assert counts["REFUTED"] >= 3


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for number in range(int(sys.argv[1]), int(sys.argv[2])):
            counted: Counter[str] = Counter()
            for problem in judged(number, Path(name), counted):
                sys.stdout.write(f"DISAGREE {problem}\n")
            sys.stdout.write(f"{number} {dict(counted)}\n")
            sys.stdout.flush()

"""A search that comes to nothing in one process is tried once more with other choices."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from examples.election_by_letter import CATALOGUE
from statecheck.claims.results import Verdict
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.joint.pools import Candidate
from statecheck.safety.joint.quantified import GaveUp
from statecheck.safety.joint.search import Search


@pytest.mark.parametrize("gives_up", [False, True])
def test_what_the_first_search_does_not_find_the_second_does(
    monkeypatch: pytest.MonkeyPatch, *, gives_up: bool
) -> None:
    searched = []
    search = Search.run

    def run(self: Search, claims: Sequence[Candidate]) -> list[Candidate]:
        searched.append(self)
        if len(searched) > 1:
            return search(self, claims)
        if gives_up:
            raise GaveUp
        return []

    monkeypatch.setattr(Search, "run", run)
    (result,) = Prover(ProofContext(CATALOGUE.system, CATALOGUE.claims, [])).prove(CATALOGUE.claims)
    assert result.verdict is Verdict.PROVED
    assert len(searched) == 2

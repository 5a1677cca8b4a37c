"""A search that comes to nothing in one process is tried once more with other choices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import z3

import examples
from examples.election_by_letter import CATALOGUE
from statecheck import Catalogue
from statecheck.claims.results import Verdict
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.joint import quantified
from statecheck.safety.joint.pools import Candidate
from statecheck.safety.joint.quantified import GaveUp
from statecheck.safety.joint.search import Search
from tests.statecheck.reference.modules import written


@pytest.mark.slow
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


def test_a_solver_that_gives_up_is_asked_again_without_its_past() -> None:
    """All is demanded still; only if it gives up once more the question is open."""
    context = ProofContext(CATALOGUE.system, CATALOGUE.claims, [])
    answers: list[z3.CheckSatResult] = []

    def check(
        solver: z3.Solver, assumptions: Sequence[z3.BoolRef], _time_left: object
    ) -> z3.CheckSatResult:
        return answers.pop() if answers else solver.check(*assumptions)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantified, "check_sat", check)
        frame = quantified.Frame(context.induction, [], NO_VARIANT, None, patterns=True)
        one, other = z3.Bools("one other")
        frame.add(z3.Or(one, other), z3.Not(one))
        for literal, possible in ((other, True), (z3.Not(other), False)):
            answers.append(z3.unknown)
            assert frame.has_model([literal]) is possible
            assert not answers
        answers += [z3.unknown, z3.unknown]
        with pytest.raises(GaveUp):
            frame.has_model([other])


@pytest.mark.slow
def test_what_a_claim_does_not_depend_on_does_not_stand_in_its_way(tmp_path: Path) -> None:
    """Three machines more on each channel: all that happens in them hangs on the protocol."""
    text = Path(examples.__file__).with_name("consensus_by_letter.py").read_text(encoding="utf-8")
    more = "".join(
        f"""
    @action
    def load{n}(self, channel: Channel) -> None:
        if channel.letter.voted.is_active or channel.voter.candidacy.leading.is_active:
            channel.load{n}.add()
"""
        for n in range(3)
    )
    for old, new in (
        ("class Letter(Machine):", f"{LOAD}\n\nclass Letter(Machine):"),
        (
            "    letter: Letter\n",
            "    letter: Letter\n" + "".join(f"    load{n}: Load\n" for n in range(3)),
        ),
        ("\n\nCATALOGUE =", f"{more}\n\nCATALOGUE ="),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    catalogue: Catalogue = written(tmp_path / "loaded_consensus.py", text).CATALOGUE
    (result,) = Prover(ProofContext(catalogue.system, catalogue.claims, [])).prove(catalogue.claims)
    assert result.verdict is Verdict.PROVED


LOAD = """
class Load(Machine):
    empty = State(initial=True)
    half = State()
    full = State(final=True)
    add = empty.to(half) | half.to(full)
"""

"""Claims that follow in each state, where that takes a greatest or a least entity of some.

What is proven so is challenged by the search of small instances, which has no solver in it.
"""

from __future__ import annotations

import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import z3

from examples import ordered_forks
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim
from statecheck.explicit.search import check
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import NO_VARIANT, System
from statecheck.prover.context import ProofContext
from statecheck.safety.joint import consequences as module
from statecheck.safety.joint import search, small_moments
from statecheck.safety.joint.consequences import Consequence, ConsequenceProver, consequences
from statecheck.safety.joint.extremes import extremes
from statecheck.safety.joint.lemmas import Lemma, lemma_of
from statecheck.safety.joint.pair_candidates import Samples, sampled
from statecheck.safety.joint.small_moments import SmallMoment
from statecheck.smt.evaluation import compiled
from tests.statecheck.reference.modules import written

pytestmark = pytest.mark.slow


def stated(context: ProofContext, claim: Claim) -> Lemma:
    formula = context.property(claim)
    return lemma_of(formula.holds, [term for _, _, term in formula.variables])


def followed(catalogue: Catalogue, *names: str) -> list[Consequence]:
    """The claims of these ids that follow from clauses that are mined for them."""
    context = ProofContext(catalogue.system, catalogue.claims, ())
    lemmas = [stated(context, claim) for claim in catalogue.claims if claim.id in names]
    return [*consequences(context.induction, lemmas, (), (), NO_VARIANT)]


def loaded(text: str, folder: Path) -> ModuleType:
    path = folder / f"consequences_{abs(hash(text))}.py"
    return written(path, text)


FORKS = Path(ordered_forks.__file__).read_text()


def test_nobody_is_stuck_since_some_fork_is_the_greatest() -> None:
    (found,) = followed(ordered_forks.CATALOGUE, "dinner.no_deadlock")
    assert found.extreme is not None
    assert found.extreme.greatest
    assert "fork with" not in found.extreme.text
    assert found.extreme.text == (
        "some Fork has the greatest fork.holding.number among those with fork.holding.state != free"
    )
    assert any("some philosopher with" in str(lemma.text) for lemma in found.lemmas)


@pytest.mark.campaign
def test_without_the_greatest_it_does_not_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "extremes", lambda *_: [])
    assert followed(ordered_forks.CATALOGUE, "dinner.no_deadlock") == []


@pytest.mark.parametrize("order", ["!=", "<="])
def test_forks_that_are_in_no_order_are_not_enough(order: str, tmp_path: Path) -> None:
    text = FORKS.replace("number < philosopher", f"number {order} philosopher")
    assert text != FORKS
    assert followed(loaded(text, tmp_path).CATALOGUE, "dinner.no_deadlock") == []


@pytest.mark.parametrize("order", ["!=", "<="])
def test_no_fact_stands_in_for_the_order(
    order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where no run is looked at first that would show it."""
    monkeypatch.setattr(Samples, "refutes", lambda *_: False)
    text = FORKS.replace("number < philosopher", f"number {order} philosopher")
    assert followed(loaded(text, tmp_path).CATALOGUE, "dinner.no_deadlock") == []


def test_each_extreme_is_there_in_each_state_of_a_run() -> None:
    """Some entity is as the fact says, whatever the numbers: by evaluation, not by a solver."""
    context = ProofContext(ordered_forks.Table, ordered_forks.CATALOGUE.claims, ())
    lemma = stated(context, ordered_forks.CATALOGUE.claims[1])
    found = extremes(context.transitions, lemma.term, lemma.variables)
    states = sampled(context.transitions, NO_VARIANT, 0, context.remaining).states[::5]
    assert {extreme.greatest for extreme in found} == {True, False}
    assert len(found) >= 10
    assert len(states) >= 10
    for extreme in found:
        kind = extreme.variable.sort().name()
        member, x = (c.decl().name() for c in (extreme.member, extreme.variable))
        holds, denied = compiled(extreme.fact(z3.BoolVal(True))), compiled(extreme.condition)
        wrong = 0
        for state in states:
            own, every = range(state.sizes[kind]), range(state.sizes["Philosopher"])
            for philosopher in every or [0]:
                given = {**state.constants, lemma.variables[0].decl().name(): philosopher}
                truths = [
                    [
                        holds(state.functions, {**given, member: m, x: e}, state.sizes)[0]
                        for e in own
                    ]
                    for m in own
                ]
                among = [denied(state.functions, {**given, x: e}, state.sizes)[0] for e in own]
                assert any(map(all, truths)) or not any(among), extreme.text
                wrong += any(among) and not all(map(all, truths))
        assert wrong or "number" not in extreme.text, extreme.text


SYSTEM = """
from __future__ import annotations
from statemachine import State
from statecheck import Catalogue, Entity, Machine, Many, System, action, anything


class Part(Machine):
    a = State(initial=True)
    b = State()
    c = State()
    rank: int = anything(0)
    go = a.to(b) | b.to(c) | c.to(a)
    up = a.to(b) | b.to.itself()
    down = c.to(a) | b.to(a)


class Hub(Entity):
    part: Part


class Spoke(Entity):
    hub: Hub
    part: Part


class Random(System):
    hubs: Many[Hub]
    spokes: Many[Spoke]
"""

SIZES: tuple[dict[str, Any], ...] = (
    {"hubs": 1, "spokes": [{"hub": 0}, {"hub": 0}]},
    {"hubs": 2, "spokes": [{"hub": 0}, {"hub": 1}, {"hub": 0}]},
)


def literal(pick: random.Random, name: str) -> str:
    place = pick.choice([f"{name}.part", f"{name}.part", f"{name}.hub.part"])
    return f"{pick.choice(['', 'not '])}{place}.{pick.choice('abc')}.is_active"


def comparison(pick: random.Random, one: str, other: str) -> str:
    return f"{one}.part.rank {pick.choice(['<', '<=', '>', '>='])} {other}.part.rank"


def loop(pick: random.Random, word: str) -> str:
    body = pick.choice([literal(pick, "other"), comparison(pick, "spoke", "other")])
    limit = pick.choice(["", " if other.hub == spoke.hub", f" if {literal(pick, 'other')}"])
    return f"{word}({body} for other in self.spokes{limit})"


def random_system(number: int) -> str:
    pick = random.Random(number)
    lines = [SYSTEM]
    for n in range(pick.randrange(1, 4)):
        guard = pick.choice([literal(pick, "spoke"), loop(pick, "all"), "True"])
        whose = pick.choice(["spoke.part", "spoke.part", "spoke.hub.part"])
        lines += [
            f"    @action\n    def act{n}(self, spoke: Spoke) -> None:",
            f"        if {guard}:\n            {whose}.{pick.choice(['go', 'up', 'down'])}()\n",
        ]
    lines.append("\nCATALOGUE = Catalogue(Random)\n")
    for n in range(8):
        measured = f"not ({literal(pick, 'third')}) or {comparison(pick, 'other', 'third')}"
        inner = f"all({measured} for third in system.spokes)"
        other = literal(pick, "other")
        body = pick.choice([inner, inner, other, f"{inner} and {other}"])
        limit = pick.choice(["", " if other.hub == spoke.hub"])
        premise = pick.choice(["", f"not ({literal(pick, 'spoke')}) or "])
        lines += [
            f'@CATALOGUE.always("it.{n}", "Random")',
            f"def claim{n}(system: Random, spoke: Spoke) -> bool:",
            '    """Some is."""',
            f"    return {premise}any({body} for other in system.spokes{limit})\n\n",
        ]
    return "\n".join(lines)


def findings(claim: Claim, system: type[System]) -> set[str]:
    values: dict[type, tuple[int, ...]] = {int: (0, 1, 2)}
    return {str(check(claim, (), FiniteInstance(system, own, values)).finding) for own in SIZES}


def read(number: int, folder: Path) -> tuple[ProofContext, dict[Lemma, Claim]]:
    """A random system, and its claims."""
    catalogue = loaded(random_system(number), folder).CATALOGUE
    context = ProofContext(catalogue.system, catalogue.claims, ())
    return context, {stated(context, claim): claim for claim in catalogue.claims}


def test_what_follows_holds_in_small_instances(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Samples, "refutes", lambda *_: False)
    with_extreme = 0
    for number in range(3):
        context, lemmas = read(number, tmp_path)
        for one in consequences(context.induction, [*lemmas], (), (), NO_VARIANT):
            with_extreme += one.extreme is not None
            assert findings(lemmas[one.claim], context.system) == {"holds"}, number
    assert with_extreme


def test_no_false_claim_follows_from_extremes_alone(tmp_path: Path) -> None:
    asked = 0
    for number in range(3):
        context, lemmas = read(number, tmp_path)
        prover = ConsequenceProver(context.induction, [], (), (), NO_VARIANT)
        for lemma, claim in lemmas.items():
            if "violated" in findings(claim, context.system):
                asked += 1
                assert prover.followed(lemma, []) is None, (number, claim.id)
    assert asked >= 4


def test_small_instances_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are two forks one philosopher eats; a larger table shows that it is false."""
    catalogue = Catalogue(ordered_forks.Table)

    @catalogue.always("dinner.one_eats", "Safety")
    def one_eats(
        table: ordered_forks.Table,
        one: ordered_forks.Philosopher,
        other: ordered_forks.Philosopher,
    ) -> bool:
        return one == other or not (one.dinner.eating.is_active and other.dinner.eating.is_active)

    context = ProofContext(ordered_forks.Table, catalogue.claims, ())
    lemma = stated(context, catalogue.claims[0])
    monkeypatch.setattr(small_moments, "SMALL", (2, 2))
    monkeypatch.setattr(search, "KINDS", (SmallMoment, SmallMoment))
    monkeypatch.setattr(Samples, "refutes", lambda *_: False)
    held, _, _ = search.with_helpers(context.induction, [lemma], (), NO_VARIANT)
    assert held == []
    monkeypatch.setattr(search, "not_kept", lambda *_: [])
    held, _, _ = search.with_helpers(context.induction, [lemma], (), NO_VARIANT)
    assert held == [lemma]

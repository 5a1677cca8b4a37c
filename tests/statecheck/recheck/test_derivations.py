"""What the re-checker derives says what the engine means; Z3 compares the two."""

from __future__ import annotations

from pathlib import Path

import pytest
import z3

from statecheck.certificate.smtlib import At, Writer, layout
from statecheck.claims.claim import Claim, Kind
from statecheck.liveness.chain_rule import Phase
from statecheck.prover.project import Project
from statecheck.prover.prover import Prover
from statecheck.prover.session import prover
from statecheck.recheck.certificate import Certificate
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.premises import ChainRule
from statecheck.recheck.searches import Searches
from statecheck.recheck.texts import sections
from tests.statecheck.recheck import tower

LENGTHS = {"cabins.never_stuck": 2, "cabins.steps": 2, "cabins.move": 1}


@pytest.fixture(scope="module", autouse=True)
def _named_first(project: Project) -> None:
    """Z3 knows one enumeration of a name: the engine has to have its own before a text is read."""
    prover(project)


@pytest.fixture(scope="module")
def texts(certified: Path) -> dict[str, str]:
    _, *parts = sections((certified / "definitions.smt2").read_text())
    return {name: body.removesuffix("\n") for name, body in parts}


@pytest.fixture(scope="module")
def known(texts: dict[str, str]) -> Definitions:
    return Definitions({n: t for n, t in texts.items() if not n.startswith("phases ")})


def search(known: Definitions, texts: dict[str, str], title: str, steps: int) -> str:
    """The text of a search for a run of so many steps."""
    found = Searches(known).sections(known.claims[title], steps)
    trees = [tree for _, section in found for tree in section]
    ends = "claim" if known.claims[title].kind == "possible" else "(not claim)"
    enabled = "".join(f"(assert enabled@{index})" for index in range(steps))
    body = "\n".join(map(layout, trees))
    return f"{texts['types']}\n{body}\n{enabled}(assert reading)(assert {ends})"


@pytest.mark.parametrize("title", LENGTHS)
def test_a_search_finds_the_shortest_run_and_no_shorter_one(
    title: str, known: Definitions, texts: dict[str, str]
) -> None:
    """That nothing is found of fewer steps is not for want of steps."""
    first = 1 if known.claims[title].on_step else 0
    for steps in range(first, LENGTHS[title] + 1):
        solver = z3.Solver()
        solver.from_string(search(known, texts, title, steps))
        wanted = z3.sat if steps == LENGTHS[title] else z3.unsat
        assert solver.check() == wanted, (title, steps)


@pytest.mark.parametrize("title", ["end.stands", "end.any_stops"])
def test_premises_are_violated_by_what_violates_those_of_the_engine(
    title: str, known: Definitions, texts: dict[str, str], project: Project
) -> None:
    """Each violation is satisfiable together with the engine's, and not without it: both ways."""
    engine = prover(project)
    (claim,) = (c for c in project.claims if c.title == title)
    liveness = engine.context.liveness
    phases = liveness.phases(claim, engine.context.invariant())
    assert phases
    theirs = liveness.rule_premises(claim, engine.context.invariant())
    ours = ChainRule(known, known.claims[title], texts[f"phases {title}"]).premises()
    assert [(p.role.value, p.phase) for p in theirs] == [
        (p.role, None if p.phase is None else p.phase - 1) for p in ours
    ]
    for their, our in zip(theirs, ours, strict=True):
        their_text = written(engine, claim, their.violation, phases)
        head = "\n".join(texts[name] for name in ("types", "state and step", f"claim {title}"))
        declared = "\n".join(map(layout, known.any_after()))
        mine = "\n".join(map(layout, our.trees))
        for text in (
            "(assert violated)(assert (not theirs))",
            "(assert theirs)(assert reading)(assert (not violated))",
        ):
            solver = z3.Solver()
            solver.from_string(
                f"{head}\n{declared}\n{texts[f'phases {title}']}\n{mine}\n{their_text}\n{text}"
            )
            assert solver.check() == z3.unsat, (our.name, text)


def written(engine: Prover, claim: Claim, term: z3.BoolRef, phases: list[Phase]) -> str:
    """The engine's own violation of a premise, over the constants of the sections."""
    terms = engine.context.liveness.terms(claim)
    named = {str(t.decl().name()): name for name, _, t in terms.variables}
    for number, phase in enumerate(phases, 1):
        for free in phase.helper.free:
            named[str(free.decl().name())] = f"each.{number}"
    body = Writer(engine.context.transitions).write(term, At(constants=dict(named)))
    return layout(("define-fun", "theirs", (), "Bool", body))


def test_every_kind_of_obligation_is_asked(certified: Path) -> None:
    """What is given to the solver is made of the definitions, and of nothing that a file adds."""
    certificate = Certificate(certified)
    assert certificate.problems == []
    rules = {about["rule"] for about in certificate.files.values()}
    assert rules == {"start", "step", "states", "steps", "plans", "run", "shorter", "premise"}
    assert certificate.asked.keys() == certificate.files.keys()
    assert not any(";" in text for text in certificate.asked.values())


def test_the_tower_has_every_kind_of_claim() -> None:
    assert {claim.kind for claim in tower.CATALOGUE.claims} == set(Kind)

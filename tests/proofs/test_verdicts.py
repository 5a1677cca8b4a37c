"""Verdicts are the expected ones, and three independent opinions agree on them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import z3

from benchmarks import handwritten
from benchmarks.__main__ import SHARED
from model import version
from model.entities import Attachment, Mailbox
from model.site import Site
from model.version import (
    FIRST_POSTED_WITH_MOVE_FIX,
    FIRST_WITH_FORMAT_2_46,
    PREFERRED,
    SP3,
    SP4,
    StoreVersion,
)
from proofs.administrators import LAST
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.project import LOCK, PROJECT
from proofs.table import COLUMNS, table
from proofs.vocabulary import (
    PER_REQUEST,
    ever_scanned,
    fails,
    hands_to_client,
    has_fix,
    is_protected,
)
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.regions import Region
from statecheck.claims.results import Report, Result, Verdict, exit_code
from statecheck.claims.run import Run, RunStep
from statecheck.clock import unlimited
from statecheck.explicit.packing import Code
from statecheck.explicit.product import product
from statecheck.explicit.search import Finding, answers, check
from statecheck.explicit.state_space import FiniteInstance, StateSpace
from statecheck.modeling import NO_VARIANT, Entity, ModelError, Step, System, assume
from statecheck.prover import lock, session
from statecheck.prover.context import DEPTH, ProofContext
from statecheck.prover.induction_results import recovery_of
from statecheck.prover.prover import Prover
from statecheck.runs import text
from statecheck.runs.recorded import RunChecker
from statecheck.runs.replay import ReplayError, replay
from statecheck.safety.bounded import shortest
from statecheck.safety.canonical_run import canonical_run
from statecheck.safety.plans import Plan, plans
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.evaluation import compiled
from statecheck.smt.solving import ground_solver

pytestmark = pytest.mark.slow

CHECKED = [claim for claim in CLAIMS if claim.kind is not Kind.EVENTUALLY]
CHEAP = [
    claim
    for claim in CHECKED
    if claim.title not in ("cause.scan_before_move [sticky]", "cause.arrives_scanned [sticky]")
]
SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}
THREE = (SP3, FIRST_WITH_FORMAT_2_46, SP4)
OF_DEAD_FIELDS = ("resolution.events_are_logged", "safety.target_is_kept")
"""Claims about what no guard reads, so that nothing may be forgotten."""
FINDINGS = {
    Verdict.PROVED: Finding.HOLDS,
    Verdict.REFUTED: Finding.VIOLATED,
    Verdict.REACHED: Finding.REACHED,
    Verdict.DERIVED: Finding.REACHED,
}
LONG = ("safety.can_be_asked_for", "resolution.events_are_logged")
"""Claims whose exhaustive search takes longest; `pytest -m campaign` has them, and every other."""
FIX: dict[str, Any] = {"first_fix": FIRST_POSTED_WITH_MOVE_FIX}


def named(id_: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.id == id_)


@pytest.fixture(scope="module")
def report() -> Report:
    return session.run(PROJECT, CLAIMS)


@pytest.fixture(scope="module")
def sites() -> dict[bool, FiniteInstance]:
    """A small site: all of its states, and without what dead fields hold."""
    values: dict[type, Any] = {StoreVersion: THREE}
    return {forget: FiniteInstance(Site, SMALL, values, forget=forget) for forget in (False, True)}


@pytest.fixture(scope="module")
def engine() -> Prover:
    return session.prover(PROJECT)


def prover(claims: Sequence[Claim], **options: Any) -> Prover:
    return Prover(ProofContext(Site, claims, HISTORIES, numbers=PROJECT.integers, **options))


def settled(claims: Sequence[Claim], **options: Any) -> dict[str, Result]:
    return {r.claim.title: r for r in prover(claims, **options).prove(claims)}


def test_every_verdict_is_as_expected(report: Report) -> None:
    assert [result.claim for result in report.results] == list(CLAIMS)
    for result in report.results:
        assert result.as_expected, result
        if result.verdict is Verdict.PROVED and result.claim.kind is not Kind.RECOVERABLE:
            assert result.vacuous is False, result
    assert exit_code(report) == 0
    assert report.notes == ()


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claim, marks=pytest.mark.campaign if number % 2 or claim.id in LONG else ())
        for number, claim in enumerate(CHECKED)
    ],
    ids=lambda claim: claim.title,
)
def test_exhaustive_search_agrees(
    report: Report, sites: dict[bool, FiniteInstance], claim: Claim
) -> None:
    (result,) = [r for r in report.results if r.claim is claim]
    outcome = check(claim, HISTORIES, sites[claim.id not in OF_DEAD_FIELDS])
    assert outcome.finding is FINDINGS[result.verdict]
    assert outcome.antecedent_reached is not False
    if claim.kind is not Kind.RECOVERABLE:
        assert outcome.steps == result.steps
    if claim.kind is Kind.ALWAYS:
        assert outcome.antecedent_reached
    if outcome.run is not None:
        assert outcome.steps == len(outcome.run.steps)
        assert dict(claim.variant.constants).items() <= outcome.run.constants.items()
        plain = Site(**SMALL, **outcome.run.constants)
        plain.restore([in_(plain, value) for value in outcome.run.start])
        for name, arguments in outcome.run.steps:
            getattr(plain, name)(*(in_(plain, value) for value in arguments))


def in_(system: System, value: Any) -> Any:
    return system[value] if isinstance(value, Entity) else value


def other_size(sizes: tuple[int, int, int], forget: bool, **constants: bool) -> FiniteInstance:
    numbers = dict(zip(("servers", "mailboxes", "attachments"), sizes, strict=True))
    return FiniteInstance(Site, numbers, {StoreVersion: (SP3, SP4)}, FIX | constants, forget=forget)


@pytest.mark.parametrize("sizes", [(2, 1, 0), (1, 1, 1)], ids=str)
def test_exhaustive_search_agrees_where_there_is_little(
    report: Report, sizes: tuple[int, int, int]
) -> None:
    instances = {forget: other_size(sizes, forget) for forget in (False, True)}
    reached = set()
    for result in report.results:
        claim = result.claim
        if claim not in CHECKED:
            continue
        outcome = check(claim, HISTORIES, instances[claim.id not in OF_DEAD_FIELDS])
        if outcome.antecedent_reached:
            reached.add(claim.id)
        if result.verdict is Verdict.PROVED:
            assert outcome.finding is Finding.HOLDS, claim.title
        elif outcome.steps is not None:
            # There may be no run at so small a size, but never a shorter one.
            assert result.steps is not None, claim.title
            assert outcome.steps >= result.steps, claim.title
    # Where there are no attachments, what is claimed of servers and mailboxes is claimed still.
    general = {"format_never_falls", "can_be_asked_for", "begins_at_rest"}
    general |= {"no_loss", "no_deadlock", "move_is_served"} if sizes[0] > 1 else set()
    assert general <= {id_.partition(".")[2] for id_ in reached}


@pytest.mark.parametrize("sizes", [(2, 1, 2), (2, 2, 1)], ids=str)
@pytest.mark.parametrize("id_", ["safety.no_loss", "cause.only_cause"])
def test_exhaustive_search_agrees_where_there_is_more(
    id_: str, sizes: tuple[int, int, int]
) -> None:
    outcome = check(named(id_), HISTORIES, other_size(sizes, True, sticky=False))
    assert (outcome.finding, outcome.antecedent_reached) == (Finding.HOLDS, True)


def test_the_encoding_by_hand_agrees(report: Report) -> None:
    outcomes = handwritten.verify()
    found = {(r.claim.id, r.claim.variant.name or None): r for r in report.results}
    # It has the claims of the article, and those that any user would expect; not those that are
    # there for the sake of mutants.
    assert set(outcomes) == {(claim.id, claim.variant.name or None) for claim in SHARED}
    for key, outcome in outcomes.items():
        result = found[key]
        assert outcome.verdict == result.verdict.value, key
        if result.vacuous is not None:
            empty = result.claim.kind is Kind.DERIVED and not outcome.regions
            assert bool(outcome.vacuous or empty) == result.vacuous, key
        if result.claim.kind is not Kind.RECOVERABLE:
            assert outcome.steps == result.steps, key
        if result.claim.kind is Kind.DERIVED:
            assert spelled(outcome.regions) == result.answer, key
            assert spelled(outcome.least) == result.at_least, key


def spelled(regions: Sequence[tuple[int, int]]) -> list[dict[str, str]]:
    return [
        {"from": str(StoreVersion(low)), "to": str(StoreVersion(high))} for low, high in regions
    ]


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.campaign) for n in range(2, 10))]
)
def test_verdicts_do_not_depend_on_the_seed(report: Report, seed: int) -> None:
    """A third of the claims, and the table; with the report's own that makes ten seeds."""
    asked = CLAIMS[seed % 3 :: 3]

    def settled_by(run: Report) -> dict[str, Any]:
        return {
            r.claim.title: (r.verdict, r.steps, r.run, r.answer, r.argument, r.vacuous)
            for r in run.results
            if r.claim in asked
        }

    other = session.run(PROJECT, asked, seed=seed)
    assert settled_by(other) == settled_by(report)
    assert other.tables == report.tables


@pytest.mark.parametrize(("value", "reached"), [(-1, False), (LAST + 1, False), (int(LAST), True)])
def test_a_version_of_a_server_that_no_step_names_is_a_version(
    engine: Prover, value: int, reached: bool
) -> None:
    functions = {
        str(key): decl for key, decl in engine.context.transitions.vocabulary.functions.items()
    }
    mailbox = z3.Const("any:Mailbox1", z3.DeclareSort("Mailbox"))
    version = functions["Server.store.version"](functions["Mailbox.move.home"](mailbox))
    goal = Target("", version == value, False, (("mailbox", Mailbox, mailbox),), NO_VARIANT)
    unrolling = Unrolling(engine.context.transitions, numbers=engine.context.numbers)
    starts = [canonical_run(unrolling, *met).initial for met in shortest(unrolling, [goal], 1)]
    versions = [start["Server.store.version"][start["Mailbox.move.home"][0]] for start in starts]
    assert versions == [value] * reached


@pytest.mark.parametrize("alone", [False, True])
def test_a_run_has_no_entity_that_it_can_do_without(engine: Prover, alone: bool) -> None:
    """Whatever model the solver comes upon: here one in which an attachment makes it true too."""
    vocabulary = engine.context.transitions.vocabulary
    functions = {str(key): decl for key, decl in vocabulary.functions.items()}
    owner = vocabulary.references["Attachment", "mailbox"]
    mailbox = z3.Const("any:Mailbox1", z3.DeclareSort("Mailbox"))
    attachment = z3.Const("some", z3.DeclareSort("Attachment"))
    some = z3.Exists([attachment], owner(attachment) == mailbox)
    version = functions["Server.store.version"](functions["Mailbox.move.home"](mailbox))
    term = some if alone else z3.Or(version == 7, some)
    goal = Target("", term, False, (("mailbox", Mailbox, mailbox),), NO_VARIANT)
    unrolling = Unrolling(engine.context.transitions, numbers=engine.context.numbers)
    said = unrolling.literal_for(goal)
    ((needed, _),) = unrolling.grounding.witnesses.values()
    model = unrolling.check(said, needed)
    assert model is not None
    assert decoded_run(unrolling, model, goal, said).sizes["Attachment"] == 1
    assert canonical_run(unrolling, goal, said, model).sizes["Attachment"] == alone


@pytest.mark.parametrize("least", [0, 1_000])
@pytest.mark.parametrize("found", [None, 7, 1_500])
def test_a_run_has_the_number_nearest_to_the_preferred_one(
    engine: Prover, found: int | None, least: int
) -> None:
    """Whatever model the solver comes upon."""
    vocabulary = engine.context.transitions.vocabulary
    functions = {str(key): decl for key, decl in vocabulary.functions.items()}
    mailbox = z3.Const("any:Mailbox1", z3.DeclareSort("Mailbox"))
    version = functions["Server.store.version"](functions["Mailbox.move.home"](mailbox))
    term = z3.Or(z3.And(least < version, version < int(SP3) - 9), version == 7, version == 1_500)
    goal = Target("", term, False, (("mailbox", Mailbox, mailbox),), NO_VARIANT)
    unrolling = Unrolling(engine.context.transitions, numbers=engine.context.numbers)
    said = unrolling.literal_for(goal)
    model = unrolling.check(said, *([] if found is None else [version == found]))
    assert model is not None
    start = canonical_run(unrolling, goal, said, model).initial
    assert start["Server.store.version"][start["Mailbox.move.home"][0]] == int(SP3) - 10


# -- the invariant --------------------------------------------------------------------------------


def test_the_lock_belongs_to_the_model_and_holds(engine: Prover) -> None:
    clauses = engine.context.invariant()
    assert engine.context.notes == []
    assert len(json.loads(LOCK.read_text())["clauses"]) == len(clauses)


def test_without_a_lock_as_much_is_found(tmp_path: Path) -> None:
    """The same runs, and an invariant that does; there are several, and Z3 has its whims."""
    code = """
from proofs.project import PROJECT
from statecheck.prover import session
from statecheck.smt.c_interface import without_wrapper_checks
without_wrapper_checks()
engine = session.prover(PROJECT, locked=False)
print(engine.context.locked_text(engine.runs()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["runs"] == json.loads(LOCK.read_text())["runs"]
    path = tmp_path / "evidence.lock"
    path.write_text(done.stdout)
    again = session.prover(dataclasses.replace(PROJECT, lock=path))
    assert all(result.as_expected for result in again.prove(CLAIMS))
    assert again.context.notes == []


@pytest.mark.parametrize(
    "tamper",
    [
        "dropped clause",
        "other model",
        *(
            pytest.param(change, marks=pytest.mark.campaign)
            for change in ("false clause", "no clause")  # which are tried on a smaller system too
        ),
    ],
)
def test_a_tampered_lock_is_not_believed(tmp_path: Path, tamper: str) -> None:
    content = json.loads(LOCK.read_text())
    if tamper == "false clause":
        content["clauses"].append(
            {"every": "Attachment", "reading": "", "literals": ["attachment.lifecycle.scanned"]}
        )
    elif tamper == "dropped clause":
        first = "mailbox.move.state != copying"
        content["clauses"] = [c for c in content["clauses"] if first not in c["literals"]]
    elif tamper == "no clause":
        content["clauses"] = []
    else:
        content["digest"] = "0" * 64
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    claims = [named("safety.scan_is_served"), named("workaround.must_stay_disabled")]
    small = prover(claims, lock_file=path)
    if tamper != "other model":
        content["digest"] = small.context.digest
        path.write_text(json.dumps(content))
    verdicts = {r.claim.id: r.verdict.value for r in small.prove(claims)}
    assert verdicts == {claim.id: claim.expected for claim in claims}
    assert small.context.notes or tamper == "no clause"  # for which lemmas do


def lock_of(**parts: Any) -> str:
    return json.dumps({"digest": "D", "vocabulary_from": [], "clauses": [], "runs": {}} | parts)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read as a lock file"),
        ("[]", "it has no digest"),
        ("3", "it has no digest"),
        ('{"digest": 3, "clauses": []}', "it has no digest"),
        ('{"digest": "D"}', "it has no clauses"),
        ('{"digest": "D", "clauses": 3}', "its clauses are no list"),
        ('{"digest": "D", "clauses": []}', "it has no runs"),
        (lock_of(vocabulary_from=[3]), "vocabulary is from no claims"),
        (lock_of(clauses=["every Server: x"]), "one of its clauses is none"),
        (lock_of(clauses=[{"every": "Server"}]), "one of its clauses is none"),
        (lock_of(runs={"x": {"sizes": {}}}), "the run of x is none"),
        (
            lock_of(runs={"x": {"sizes": {}, "start": {"a": True}, "steps": [], "witness": {}}}),
            "the run of x is none",
        ),
    ],
)
def test_what_is_no_lock_is_one_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "evidence.lock"
    path.write_text(content)
    with pytest.raises(ModelError, match=f"{said}.*; delete it") as caught:
        lock.load(path)
    assert "\n" not in str(caught.value)


# -- the runs of the lock -------------------------------------------------------------------------


def longer(kept: dict[str, Any]) -> None:
    kept["steps"].insert(0, "stop_store(server1)")
    kept["steps"].insert(1, "start_store(server1)")


def edit(part: str, key: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def edited(kept: dict[str, Any]) -> None:
        kept[part][key] = value

    return edited


UNBELIEVED: tuple[tuple[Callable[[dict[str, Any]], object], str], ...] = (
    (lambda kept: kept["steps"].pop(), "is no such one of"),
    (edit("steps", 0, "copy_attachment(attachment1)"), "is disabled"),
    (edit("sizes", "mailboxes", 4), "it happens, but is written otherwise"),
    (lambda kept: kept["steps"].clear(), "it has no step"),
    (edit("steps", 0, "start_move(mailbox1)"), "is no action with its arguments"),
    (edit("steps", 0, "move everything"), "is no action with its arguments"),
    (edit("steps", 0, "start_move(mailbox1, server9)"), "no Server server9"),
    (edit("sizes", "attachments", -1), "has -1 attachments"),
    (edit("sizes", "attachments", 1.5), "has 1.5 attachments"),
    (edit("sizes", "attachments", 0), "no Attachment attachment1"),
    (edit("sizes", "mailboxes", 10**12), "has 1000000000000 mailboxes"),
    (edit("start", "server9.antivirus", "enabled"), "it happens, but is written otherwise"),
    (lambda kept: kept["start"].pop("mailbox1.move.home"), "is written otherwise"),
    (edit("steps", slice(0, 0), ["update_signatures(server1)"] * 20000), "more than 10"),
    (edit("sizes", "servers", 3), "does not say what server3.antivirus is"),
    (edit("start", "server1.store.version", "5.5.70000.1"), "is no file version"),
    (edit("start", "server1.antivirus", "\x1basleep"), "cannot start as  asleep"),
    (edit("start", "sticky", "perhaps"), "has no bool perhaps"),
    (edit("start", "mailbox1.move.home", "mailbox1"), "no Server mailbox1"),
    (lambda kept: kept["start"].pop("server1.antivirus"), "not say what server1.antivirus is"),
    (lambda kept: kept["witness"].clear(), "does not say what"),
)
"""Changes of a kept run, each with what is said of it; the first ones are those of the prover."""
OTHER_READING = edit("start", "sticky", "False"), "has sticky = False, unlike its reading"
REFUTING, REACHING = "cause.scan_before_move [sticky]", "symptoms.source_only"


@pytest.mark.parametrize("title", [REFUTING, REACHING])
@pytest.mark.parametrize(("tamper", "said"), [*UNBELIEVED, OTHER_READING])
def test_a_text_that_is_no_run_is_not_accepted(
    title: str, tamper: Callable[[dict[str, Any]], object], said: str
) -> None:
    """Neither where it would refute a claim, nor where it would reach an antecedent."""
    content = json.loads(LOCK.read_text())
    kept = content["runs"][title]
    tamper(kept)
    claim = next(claim for claim in CLAIMS if claim.title == title)
    checker = RunChecker(Site, HISTORIES, PROJECT.integers, DEPTH, unlimited)
    answer = checker.accept_text(kept, claim, proven=title == REACHING)
    if (title, said) == (REACHING, OTHER_READING[1]):  # it is of no reading
        assert isinstance(answer, Run)
    else:
        assert isinstance(answer, str)
        assert said in answer


@pytest.mark.parametrize(
    ("tamper", "said"), [(longer, "there is a shorter one"), *UNBELIEVED[:3], OTHER_READING]
)
@pytest.mark.parametrize("title", [REFUTING, REACHING])
def test_a_run_that_is_not_one_is_not_believed(
    tmp_path: Path, title: str, tamper: Callable[[dict[str, Any]], object], said: str
) -> None:
    """Another run is found in its place, and what was wrong with it is noted."""
    content = json.loads(LOCK.read_text())
    kept = content["runs"][title]
    original = json.dumps(kept)
    tamper(kept)
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    claim = next(claim for claim in CLAIMS if claim.title == title)
    engine = session.prover(dataclasses.replace(PROJECT, lock=path))
    (result,) = engine.prove([claim])
    assert result.as_expected
    if result.run is not None:
        assert text.to_text(result.run) == json.loads(original)
    if result.verdict is Verdict.PROVED and said in (
        "there is a shorter one",  # an antecedent's run need not be a shortest one,
        OTHER_READING[1],  # and this claim has no reading
    ):
        assert engine.context.notes == []
    else:
        (note,) = engine.context.notes
        assert note.startswith(f"evidence.lock: the run of {title}: ")
        assert said in note


def test_an_antecedents_run_says_nothing_where_the_claim_is_not_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statecheck.prover.prover.completed", lambda *_: False)
    content = json.loads(LOCK.read_text())
    content["clauses"] = content["clauses"][:1]
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    claim = next(c for c in CLAIMS if c.title == "cause.scan_before_move [per_request]")
    engine = prover(PROJECT.catalogue, lock_file=path, depth=6)
    (result,) = engine.prove([claim])
    assert result.verdict is Verdict.UNDETERMINED
    assert engine.context.notes == []


def test_a_run_that_violates_what_is_proven_is_no_note(engine: Prover) -> None:
    """It cannot be, unless the engine is wrong."""
    kept = json.loads(LOCK.read_text())["runs"]
    title = "cause.scan_before_move [sticky]"
    claim = next(claim for claim in CLAIMS if claim.title == title)
    assert isinstance(engine._runs.accept_text(kept[title], claim, proven=False), Run)
    with pytest.raises(AssertionError, match="is proven, and a run violates it"):
        engine._runs.accept_text(kept[title], claim, proven=True)


def test_clauses_are_read_back_from_their_texts(engine: Prover) -> None:
    clauses = engine.context.invariant()
    texts = [clause.text for clause in clauses]
    found = engine.context._clauses(texts, engine.context._extra())
    assert [clause.text for clause in found] == texts
    assert all(new.term.eq(old.term) for new, old in zip(found, clauses, strict=True))
    for wrong in (
        ClauseText("", "Server", ("x",)),
        ClauseText("", "Rack", ("server.began_running",)),
        ClauseText("x", "Server", ("server.began_running",)),
        ClauseText("", "Server", ("server.began_running", "x")),
        ClauseText("", "Server", ()),
    ):
        with pytest.raises(ValueError, match="no clause: "):
            engine.context._clauses([wrong], engine.context._extra())


def test_a_clause_that_is_none_is_named(tmp_path: Path) -> None:
    content = json.loads(LOCK.read_text())
    content["clauses"] = [{"every": "Server", "reading": "", "literals": ["it is safe"]}]
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    engine = prover([named("safety.scan_is_served")], lock_file=path)
    content["digest"] = engine.context.digest
    path.write_text(json.dumps(content))
    assert engine.context.invariant()
    assert engine.context.notes[0] == "evidence.lock: no clause: every Server: it is safe"


def test_a_certificate_may_rest_on_clauses_of_another_inference() -> None:
    engine = session.prover(PROJECT)
    literals = ("not attachment.lifecycle.scanned", "attachment.ever_scanned")
    text = ClauseText("", "Attachment", literals)
    before = [clause.text for clause in engine.context.invariant()]
    assert text not in before
    engine.context.rest_on([*before, text])
    assert [clause.text for clause in engine.context.invariant()] == [*before, text]
    with pytest.raises(AssertionError, match="not inductive"):
        engine.context.rest_on([ClauseText("", "Attachment", ("attachment.lifecycle.scanned",))])


def test_a_clause_that_is_there_twice_is_one(tmp_path: Path) -> None:
    content = json.loads(LOCK.read_text())
    count = len(content["clauses"])
    content["clauses"] *= 3
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    assert len(session.prover(dataclasses.replace(PROJECT, lock=path)).context.invariant()) == count


def test_no_run_of_the_lock_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def searched(*_: Any) -> Any:
        raise AssertionError("a run was searched for")

    monkeypatch.setattr("statecheck.prover.deep_runs.canonical_run", searched)
    engine = session.prover(PROJECT)
    claims = [claim for claim in CLAIMS if claim.kind in (Kind.ALWAYS, Kind.POSSIBLE)]
    results = list(engine.prove(claims))
    assert engine.context.notes == []
    assert {r.claim for r in results} == set(claims)
    assert all(result.as_expected for result in results)


def test_the_runs_of_the_lock_are_those_of_the_report(report: Report) -> None:
    kept = json.loads(LOCK.read_text())["runs"]
    assert kept.keys() == {
        claim.title for claim in CLAIMS if claim.kind in (Kind.ALWAYS, Kind.POSSIBLE)
    }
    for result in report.results:
        if result.run is not None:
            assert text.to_text(result.run) == kept[result.claim.title]


@pytest.mark.campaign
def test_lemmas_stand_in_for_what_a_lock_lacks(tmp_path: Path) -> None:
    """What is left is inductive, and says nothing of scans."""
    content = json.loads(LOCK.read_text())
    content["clauses"] = [c for c in content["clauses"] if c["every"] == "Server"]
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    claim = named("safety.scan_is_served")
    poor = dataclasses.replace(PROJECT, lock=path)
    (result,) = session.prover(poor).prove([claim])
    assert result.verdict is Verdict.PROVED
    assert result.joint is not None


def test_the_invariant_holds_in_every_reachable_state(engine: Prover) -> None:
    """Solver-free: clauses evaluated on the plain machines' states and histories."""
    clauses = engine.context.invariant()
    tests = [(clause, compiled(clause.term)) for clause in clauses]
    checked = 0
    for sticky in (False, True):
        instance = FiniteInstance(
            Site, SMALL, {StoreVersion: (SP3, SP4)}, FIX | {"sticky": sticky}, forget=False
        )
        (space,) = instance.spaces()
        needed = [h for h in HISTORIES if any(h.name in str(clause) for clause in clauses)]
        kept = product(space, needed)
        for state in islice(kept.reachable(), 10_000):
            if checked % 6 == 0:
                functions = _functions(kept, state)
                for clause, test in tests:
                    if not clause.variant.name or not sticky:
                        constants = {
                            str(clause.variable): 0,
                            "Site.first_fix": int(FIX["first_fix"]),
                        }
                        for index in range(len(functions[f"{clause.sort}.index"])):
                            constants[str(clause.variable)] = index
                            assert test(functions, constants, {})[0], str(clause)
            checked += 1
    assert checked > 10_000


def _functions(kept: Any, state: Any) -> dict[str, list[Any]]:
    sample = kept.sample(state)
    functions: dict[str, list[Any]] = {"Attachment.mailbox": [0]}
    for sort, count in (("Server", 2), ("Mailbox", 1), ("Attachment", 1)):
        functions[f"{sort}.index"] = list(range(count))
    for (entity, slot, field), value in sample.cells.items():
        sort = entity.rstrip("0123456789").capitalize()
        machine = {"store": "InformationStore", "antivirus": "AntivirusApi"}.get(
            slot, {"move": "MoveMailbox", "lifecycle": "AttachmentLifecycle"}.get(slot)
        )
        spelled: Any = value
        if field == "state":
            spelled = f"{machine}.{value}"
        elif hasattr(value, "index") and hasattr(value, "system"):
            spelled = value.index
        elif type(value).__name__ in ("DatabaseFormat", "Logged"):
            spelled = f"{type(value).__name__}.{value.name}"
        elif type(value).__name__ == "Forgotten":
            spelled = 0
        functions.setdefault(f"{sort}.{slot}.{field}", []).append(spelled)
    for (name, entity), value in sample.histories.items():
        sort = entity.rstrip("0123456789").capitalize()
        plain: Any = value.index if hasattr(value, "system") else value
        if type(value).__name__ in ("DatabaseFormat", "Logged"):
            plain = f"{type(value).__name__}.{value.name}"
        functions.setdefault(f"{sort}.history.{name}", []).append(plain)
    return functions


# -- what must not happen -------------------------------------------------------------------------

FALSE = Catalogue(Site)


@FALSE.always("false.nobody_is_exposed", "nowhere")
def nobody_is_exposed(step: Step, attachment: Attachment) -> bool:
    assume(hands_to_client(step, attachment))
    return ever_scanned(attachment)


@FALSE.always("false.moves_need_protection", "nowhere")
def moves_need_protection(site: Site, mailbox: Mailbox) -> bool:
    assume(mailbox.move.moved.is_active)
    return is_protected(mailbox.home)


@FALSE.always("false.fixed_moves_fail", "nowhere", under=PER_REQUEST)
def fixed_moves_fail(step: Step, mailbox: Mailbox) -> bool:
    assume(fails(step, mailbox))
    return has_fix(mailbox.home)


@FALSE.always("false.all_is_copied_at_once", "nowhere")
def all_is_copied_at_once(site: Site, mailbox: Mailbox) -> bool:
    # No action of the run names the attachment that is not copied.
    assume(mailbox.move.copying.is_active)
    return all(attachment.lifecycle.copied for attachment in mailbox.attachments)


VACUOUS = Catalogue(Site)


@VACUOUS.always("vacuous.failing_unprotected", "nowhere")
def failing_unprotected(step: Step, mailbox: Mailbox) -> bool:
    assume(fails(step, mailbox))
    assume(not is_protected(mailbox.home))
    return False


IMPOSSIBLE = Catalogue(Site)


@IMPOSSIBLE.possible("impossible.fixed_failure", "nowhere")
def fixed_failure(step: Step, mailbox: Mailbox) -> bool:
    return fails(step, mailbox) and has_fix(mailbox.home)


def test_a_false_claim_is_refuted() -> None:
    results = settled(FALSE.claims)
    assert {r.verdict for r in results.values()} == {Verdict.REFUTED}
    assert exit_code(Report("", tuple(results.values()))) == 1


def test_a_vacuous_claim_is_a_failure() -> None:
    (result,) = settled(VACUOUS.claims).values()
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, True)
    assert exit_code(Report("", (result,))) == 1


def test_what_is_impossible_is_not_reached() -> None:
    (result,) = settled(IMPOSSIBLE.claims).values()
    assert (result.verdict, result.run) == (Verdict.REFUTED, None)
    assert result.detail == "no run gets there, for any number of entities"
    assert exit_code(Report("", (result,))) == 1


def test_what_is_neither_proved_nor_reached_is_undetermined() -> None:
    claim = named("resolution.no_move_fails_forever")
    engine = Prover(ProofContext(Site, [claim], HISTORIES, numbers=PROJECT.integers, depth=4))
    (result,) = engine.prove([claim])
    assert result.verdict is Verdict.UNDETERMINED
    assert "no run of 4 steps" in result.detail
    assert exit_code(Report("", (result,))) == 3


def test_unknown_is_never_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Undecided(z3.Solver):  # type: ignore[misc]
        def check(self, *_: Any) -> Any:
            return z3.unknown

    claims = [named("safety.scan_is_served"), named("symptoms.move_may_fail")]
    small = prover(claims, lock_file=None)
    monkeypatch.setattr(small.context, "_invariant", [])
    assert ground_solver(0).check() == z3.sat
    monkeypatch.setattr("statecheck.safety.induction.ground_solver", lambda *_: Undecided())
    monkeypatch.setattr("statecheck.safety.unrolling.ground_solver", lambda *_: Undecided())
    assert {r.verdict for r in small.prove(claims)} == {Verdict.UNDETERMINED}


def test_no_time_means_undetermined() -> None:
    results = session.run(PROJECT, CHEAP, timeout=0.001, tables=False).results
    assert {r.verdict for r in results} == {Verdict.UNDETERMINED}
    assert len(results) == len(CHEAP)


def test_an_interrupted_run_keeps_what_was_settled() -> None:
    seen: list[Result] = []

    def stop(result: Result) -> None:
        seen.append(result)
        if len(seen) == 3:
            raise KeyboardInterrupt

    report = session.run(PROJECT, CHEAP, progress=stop, tables=False)
    assert report.interrupted
    assert {r.claim for r in report.results} == {r.claim for r in seen}
    assert exit_code(report) == 130


def test_a_run_that_does_not_happen_is_not_shown() -> None:
    claim = named("symptoms.move_may_fail")
    found: list[Any] = []

    def spy(*arguments: Any) -> Any:
        found.append(canonical_run(*arguments))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("statecheck.prover.deep_runs.canonical_run", spy)
        list(session.prover(PROJECT, locked=False).prove([claim]))
    (run,) = found
    replay(Site, HISTORIES, run, claim, True)
    with pytest.raises(ReplayError, match="step 1, copy_attachment\\(attachment1\\) is disabled"):
        replay(Site, HISTORIES, dataclasses.replace(run, steps=run.steps[1:]), claim, True)
    off = {**run.initial, "Server.antivirus.state": ["AntivirusApi.disabled"] * run.sizes["Server"]}
    with pytest.raises(ReplayError, match="is no such one of"):
        replay(Site, HISTORIES, dataclasses.replace(run, initial=off), claim, True)


# -- plans and regions ----------------------------------------------------------------------------


def test_plans_work_on_the_plain_machines(engine: Prover) -> None:
    """From every reachable state, under both readings of A2, some plan is executed.

    An execution is not repeated where it reads the same; that this is sound is tested beside the
    search itself (test_memoised_steps_are_the_executed_ones).
    """
    claim = named("resolution.store_recoverable")
    found = plans(recovery_of(engine.context, claim, engine.context.invariant()))
    assert found
    names = {step.action for plan in found for step in plan}
    counts = []
    for space in FiniteInstance(Site, SMALL, {StoreVersion: THREE}, FIX, forget=False).spaces():
        fired = _fired(space, names)
        counts.append(len(fired))
        stores = {
            member: cell
            for cell, (member, machine, name) in enumerate(space.cells)
            if (machine.slot, name) == ("store", "state")
        }
        for state in fired:
            for server, cell in stores.items():
                ends = (_end(fired, state, server, plan) for plan in found)
                assert space.values(state)[cell] == "running" or any(
                    end is not None and space.values(end)[cell] == "running" for end in ends
                ), (server, space.values(state))
    assert counts == [48_864, 51_480]


Fired = dict[Code, dict[tuple[str, tuple[Any, ...]], Code]]
"""For each reachable state where some actions lead, by name and arguments."""


def _fired(space: StateSpace, names: Collection[str]) -> Fired:
    found: Fired = {}
    queue = space.initial()
    for state in queue:
        if state not in found:
            taken = [(space.actions[number], after) for number, after, _ in space.steps(state)]
            found[state] = {action: after for action, after in taken if action[0] in names}
            queue += [after for _, after in taken]
    return found


def _end(fired: Fired, state: Code, server: Entity, plan: Plan) -> Code | None:
    """Where a plan for a server leads; None where it cannot be carried out."""
    end: Code | None = state
    for step in plan:
        values = (server if a == "server" else StoreVersion(int(a)) for a in step.arguments)
        end = None if end is None else fired[end].get((step.action, tuple(values)))
    return end


def test_the_window_moves_with_the_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = named("resolution.rollback_window")
    (before,) = settled([claim]).values()
    assert before.answer == [{"from": "5.5.2652.68", "to": "5.5.2653.11"}]
    assert before.as_expected
    assert before.at_least == []
    monkeypatch.setattr(version, "FIRST_WITH_FORMAT_2_46", StoreVersion.parse("5.5.2652.40"))
    (after,) = settled([claim]).values()
    assert after.answer == [{"from": "5.5.2652.40", "to": "5.5.2653.11"}]
    # Whatever the first Store.exe with the fix is: these are all before the first that may be.
    assert after.at_least == [{"from": "5.5.2652.40", "to": "5.5.2652.42"}]
    # What the articles lead one to expect does not move with the model.
    assert not after.as_expected
    assert exit_code(Report("", (after,))) == 1


def test_no_window_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = named("resolution.rollback_window")
    monkeypatch.setattr(version, "FIRST_WITH_FORMAT_2_46", StoreVersion.parse("5.5.2653.12"))
    (result,) = settled([dataclasses.replace(claim, answer=None)]).values()
    assert (result.verdict, result.answer, result.vacuous) == (Verdict.DERIVED, [], True)
    assert exit_code(Report("", (result,))) == 1


def test_the_solver_does_not_see_what_is_expected() -> None:
    expected = (("5.5.2650.23", "5.5.2653.10"),)
    claim = dataclasses.replace(named("resolution.rollback_window"), answer=expected)
    (result,) = settled([claim]).values()
    assert result.answer == [{"from": "5.5.2652.68", "to": "5.5.2653.11"}]
    assert not result.as_expected


def test_the_first_fix_says_which_window_there_is(report: Report) -> None:
    (result,) = [r for r in report.results if r.claim.id == "resolution.rollback_window"]
    assert result.depends is not None
    assert result.depends.constant == "first_fix"
    cases = [
        (str(StoreVersion(case.low)), str(StoreVersion(case.high)), case.answer)
        for case in result.depends.cases
    ]
    assert cases == [
        ("5.5.2652.43", "5.5.2652.67", ()),
        ("5.5.2652.68", "5.5.2653.12", (("5.5.2652.68", "first_fix - 1"),)),
    ]


def test_a_finding_says_for_which_first_fix_it_is_refuted(report: Report) -> None:
    (result,) = [r for r in report.results if r.claim.id == "resolution.no_move_fails_forever"]
    assert result.answer == [{"from": "5.5.2652.69", "to": "5.5.2653.12"}]
    assert result.proved == [{"from": "5.5.2652.43", "to": "5.5.2652.68"}]


@pytest.mark.parametrize(
    ("first_fix", "sees"), [("5.5.2652.68", False), ("5.5.2652.69", True), ("5.5.2653.12", True)]
)
def test_exhaustive_search_agrees_on_the_first_fix(first_fix: str, sees: bool) -> None:
    """The window, and the finding, for one first fix at a time, on the plain machines."""
    versions = tuple(map(StoreVersion.parse, ("5.5.2652.67", "5.5.2652.68", "5.5.2653.23")))
    fixed = {"first_fix": StoreVersion.parse(first_fix), "sticky": False}
    instance = FiniteInstance(Site, SMALL, {StoreVersion: versions}, fixed)
    outcome = check(named("resolution.no_move_fails_forever"), HISTORIES, instance)
    assert (outcome.finding is Finding.VIOLATED) is sees
    window = answers(named("resolution.rollback_window"), HISTORIES, instance)
    assert {version for _, version in window} == ({versions[1]} if sees else set())


def test_the_table_has_an_answer_everywhere(report: Report) -> None:
    rows = report.tables["administrators"]["rows"]
    assert len(rows) == 20
    lows = [StoreVersion.parse(row["versions"]["from"]) for row in rows]
    assert lows[0] == 0
    assert lows == sorted(lows)
    assert len(QUESTIONS) == 15
    cells = [row[name]["answer"] for row in rows for name in COLUMNS]
    assert set(cells) == {"yes", "no", "depends"}
    conditions = {row[name].get("if") for row in rows for name in COLUMNS}
    assert conditions == {None, "before first_fix", "from first_fix on"}
    ends = {(row["versions"]["from"], row["versions"]["to"]) for row in rows}
    unsure = {
        (row["versions"]["from"], row["versions"]["to"])
        for row in rows
        if any(row[name]["answer"] == "depends" for name in COLUMNS)
    }
    assert unsure == {("5.5.2652.43", "5.5.2652.67"), ("5.5.2652.68", "5.5.2653.11")}
    assert max(end for _, end in ends) == "5.5.65535.65535"


def test_the_table_shows_runs_of_its_own_region(report: Report) -> None:
    for row in report.tables["administrators"]["rows"]:
        low, high = (StoreVersion.parse(row["versions"][end]) for end in ("from", "to"))
        for name in COLUMNS:
            known = any(low <= version <= high for version in PREFERRED)
            assert ("run" in row[name]) is (known and row[name]["answer"] != "no")
            if "run" in row[name]:
                assert len(row[name]["run"]) == row[name]["steps"]
                shown = StoreVersion.parse(row[name]["setting"]["witness"]["version"])
                assert low <= shown <= high


def test_the_table_marks_what_starts_on_upgraded_databases_and_fails_moves(report: Report) -> None:
    window = report.derived["resolution.rollback_window"]
    for row in report.tables["administrators"]["rows"]:
        first = StoreVersion.parse(row["versions"]["from"])
        if first >= FIRST_WITH_FORMAT_2_46:
            assert row["restorable_but_failing"] == window
        else:
            (restorable,) = row["restorable"]
            assert row["restorable_but_failing"] == [
                {"from": restorable["from"], "to": window[0]["to"]}
            ]


def test_a_cell_has_the_shortest_run_of_its_region() -> None:
    def run(steps: int) -> Run:
        witness = (("version", "5.5.2650.23"),)
        return Run((), (), (RunStep("client_open", (), ()),) * steps, witness)

    def answer(*ranges: tuple[int, int]) -> list[dict[str, str]]:
        return [{"from": str(StoreVersion(a)), "to": str(StoreVersion(b))} for a, b in ranges]

    def derived(ranges: list[tuple[int, int]], *inside: tuple[int, int, Run]) -> Result:
        longest = max((len(found.steps) for *_, found in inside), default=None)
        expected = answer(*ranges)
        return Result(
            QUESTIONS[0],
            Verdict.DERIVED,
            "",
            longest,
            answer=expected,
            at_least=expected,
            regions=tuple((Region(low, high), found) for low, high, found in inside),
        )

    last = PROJECT.integers[StoreVersion].high
    answers = {
        claim.id: derived([(0, last)], (0, last, run(0)))
        if "restorable" in claim.id
        else derived([])
        for claim in QUESTIONS
    }
    # The first range has two regions, and the shorter of their runs counts.
    answers["move_can_fail.on.on"] = derived(
        [(2, 5), (9, 9)], (2, 3, run(5)), (4, 5, run(3)), (9, 9, run(7))
    )
    found = table(answers, last)
    steps = {
        row["versions"]["from"]: row["move_can_fail"]["steps"]
        for row in found["rows"]
        if row["source_antivirus"] and row["destination_antivirus"]
    }
    versions = [str(StoreVersion(number)) for number in (0, 2, 6, 9, 10)]
    assert steps == dict(zip(versions, (None, 3, None, 7, None), strict=True))
    assert found["rows"][0]["restorable_but_failing"] == answer((2, 5), (9, 9))

"""Verdicts are the expected ones, and three independent opinions agree on them."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import z3

from benchmarks import handwritten
from benchmarks.__main__ import SHARED
from model import version
from model.entities import Attachment, Mailbox, Server
from model.kernel import ActionDisabled
from model.site import Site
from model.version import FIRST_WITH_FORMAT_2_46, SP3, SP4, StoreVersion
from proofs import session
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.engine import ground
from proofs.engine.bounded import Goal, Unrolling, shortest
from proofs.engine.claims import ANY_READING, Catalogue, Claim, Kind, Step, assume
from proofs.engine.evaluate import compiled
from proofs.engine.explicit import Instance, check, product
from proofs.engine.prove import Prover
from proofs.engine.recover import plans
from proofs.engine.replay import ReplayError, replay
from proofs.engine.verdict import Report, Result, Verdict, exit_code
from proofs.vocabulary import PER_REQUEST, ever_scanned, fails, hands_to_client, is_protected

CHECKED = [claim for claim in CLAIMS if claim.kind is not Kind.EVENTUALLY]
CHEAP = [
    claim
    for claim in CHECKED
    if claim.title not in ("cause.scan_before_move [sticky]", "cause.arrives_scanned [sticky]")
]
SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}
THREE = (SP3, FIRST_WITH_FORMAT_2_46, SP4)


def named(id_: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.id == id_)


@pytest.fixture(scope="module")
def report() -> Report:
    return session.run(CLAIMS)


@pytest.fixture(scope="module")
def engine() -> Prover:
    return session.prover()


def prover(claims: Sequence[Claim], **options: Any) -> Prover:
    return Prover(Site, claims, HISTORIES, numbers=session.NUMBERS, **options)


def settled(claims: Sequence[Claim], **options: Any) -> dict[str, Result]:
    return {r.claim.title: r for r in prover(claims, **options).settle(claims)}


def test_every_verdict_is_as_expected(report: Report) -> None:
    assert [result.claim for result in report.results] == list(CLAIMS)
    for result in report.results:
        assert result.as_expected, result
        if result.verdict is Verdict.PROVED and result.claim.kind is not Kind.RECOVERABLE:
            assert result.vacuous is False, result
    assert exit_code(report) == 0
    assert report.notes == ()


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.title)
def test_exhaustive_search_agrees(report: Report, claim: Claim) -> None:
    (result,) = [r for r in report.results if r.claim is claim]
    forget = claim.id != "resolution.events_are_logged"  # the log is dead: no guard reads it
    instance = Instance(Site, SMALL, {StoreVersion: THREE}, forget=forget)
    outcome = check(claim, HISTORIES, instance)
    if claim.kind is not Kind.RECOVERABLE:
        assert outcome.steps == result.steps
    if claim.kind is Kind.ALWAYS:
        assert outcome.antecedent_reached
    holds = outcome.finding.name == "HOLDS"
    assert holds == (result.verdict is Verdict.PROVED)


def test_the_encoding_by_hand_agrees(report: Report) -> None:
    outcomes = handwritten.verify()
    found = {(r.claim.id, r.claim.reading.name or None): r for r in report.results}
    # It has the claims of the article, and those that any user would expect; not those that are
    # there for the sake of mutants.
    assert set(outcomes) == {(claim.id, claim.reading.name or None) for claim in SHARED}
    for key, outcome in outcomes.items():
        result = found[key]
        assert outcome.verdict == result.verdict.value, key
        if result.vacuous is not None:
            assert outcome.vacuous == result.vacuous, key
        if result.claim.kind is not Kind.RECOVERABLE:
            assert outcome.steps == result.steps, key
        ends = [(str(StoreVersion(low)), str(StoreVersion(high))) for low, high in outcome.regions]
        assert ends == [(region["from"], region["to"]) for region in result.answer or ()], key


@pytest.mark.parametrize("seed", range(10))
def test_verdicts_do_not_depend_on_the_seed(report: Report, seed: int) -> None:
    # All kinds of claims; the two runs of seven and eight steps take as long as all others.
    expected = {r.claim.title: (r.verdict, r.steps, r.run, r.answer) for r in report.results}
    for result in session.run(CHEAP, seed=seed, tables=False).results:
        found = (result.verdict, result.steps, result.run, result.answer)
        assert found == expected[result.claim.title]


@pytest.mark.parametrize(("value", "reached"), [(-1, False), (2**64, False), (2**64 - 1, True)])
def test_a_version_of_a_server_that_no_step_names_is_a_version(
    engine: Prover, value: int, reached: bool
) -> None:
    functions = {str(key): decl for key, decl in engine.transitions.vocabulary.functions.items()}
    mailbox = z3.Const("any:Mailbox1", z3.DeclareSort("Mailbox"))
    version = functions["Server.store.version"](functions["Mailbox.move.home"](mailbox))
    goal = Goal("", version == value, False, (("mailbox", Mailbox, mailbox),), ANY_READING)
    unrolling = Unrolling(engine.transitions, numbers=engine.numbers)
    starts = [unrolling.read(*met).initial for met in shortest(unrolling, [goal], 1)]
    versions = [start["Server.store.version"][start["Mailbox.move.home"][0]] for start in starts]
    assert versions == [value] * reached


# -- the invariant --------------------------------------------------------------------------------


def test_the_lock_belongs_to_the_model_and_holds(engine: Prover) -> None:
    clauses = engine.invariant()
    assert engine.notes == []
    assert len(json.loads(session.LOCK.read_text())["clauses"]) == len(clauses)


def test_without_a_lock_the_same_invariant_is_found() -> None:
    # In a process of its own: which of several invariants is found depends on what Z3 saw before.
    code = (
        "import json; from proofs import session; "
        "print(json.dumps(sorted(map(str, session.prover(lock_file=None).inferred()))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == sorted(map(str, session.prover().invariant()))


@pytest.mark.parametrize("tamper", ["false clause", "dropped clause", "other model", "no json"])
def test_a_tampered_lock_is_not_believed(tmp_path: Path, tamper: str) -> None:
    content = json.loads(session.LOCK.read_text())
    if tamper == "false clause":
        content["clauses"].append(
            {"every": "Attachment", "reading": "", "any of": ["attachment.lifecycle.scanned"]}
        )
    elif tamper == "dropped clause":
        first = "mailbox.move.state != copying"
        content["clauses"] = [c for c in content["clauses"] if first not in c["any of"]]
    else:
        content["digest"] = "0" * 64
    path = tmp_path / "invariant.lock"
    path.write_text("{" if tamper == "no json" else json.dumps(content))
    claims = [named("safety.scan_is_served"), named("workaround.must_stay_disabled")]
    small = prover(claims, lock_file=path)
    if tamper == "no json":
        with pytest.raises(Exception, match="cannot be read as a lock file"):
            list(small.settle(claims))
        return
    if tamper != "other model":
        content["digest"] = small.digest
        path.write_text(json.dumps(content))
    verdicts = {r.claim.id: r.verdict.value for r in small.settle(claims)}
    assert verdicts == {claim.id: claim.expected for claim in claims}
    assert small.notes


def test_the_invariant_holds_in_every_reachable_state(engine: Prover) -> None:
    """Solver-free: clauses evaluated on the plain machines' states and histories."""
    clauses = engine.invariant()
    tests = [(clause, compiled(clause.term)) for clause in clauses]
    checked = 0
    for sticky in (False, True):
        instance = Instance(
            Site, SMALL, {StoreVersion: (SP3, SP4)}, {"sticky": sticky}, forget=False
        )
        (space,) = instance.spaces()
        needed = [h for h in HISTORIES if any(h.name in str(clause) for clause in clauses)]
        kept = product(space, needed)
        queue = list(kept.initial())
        seen = set(queue)
        for state in queue:
            if checked % 7 == 0:
                functions = _functions(kept, state)
                for clause, test in tests:
                    if not clause.reading.name or not sticky:
                        constants = {str(clause.variable): 0}
                        for index in range(len(functions[f"{clause.sort}.index"])):
                            constants[str(clause.variable)] = index
                            assert test(functions, constants, {})[0], str(clause)
            checked += 1
            for _, _, cells, past in kept.steps(*state):
                if (cells, past) not in seen and len(seen) < 20_000:
                    seen.add((cells, past))
                    queue.append((cells, past))
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
    return mailbox.home.store.version >= version.FIRST_WITH_MOVE_FIX


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
    return fails(step, mailbox) and mailbox.home.store.version >= version.FIRST_WITH_MOVE_FIX


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
    assert result.verdict is Verdict.UNDETERMINED
    assert "no run of" in result.detail
    assert exit_code(Report("", (result,))) == 3


def test_unknown_is_never_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Undecided(z3.Solver):  # type: ignore[misc]
        def check(self, *_: Any) -> Any:
            return z3.unknown

    claims = [named("safety.scan_is_served"), named("symptoms.move_may_fail")]
    small = prover(claims, lock_file=None)
    monkeypatch.setattr(small, "_invariant", [])
    assert ground.solver(0).check() == z3.sat
    monkeypatch.setattr("proofs.engine.induction.solver", lambda *_: Undecided())
    monkeypatch.setattr("proofs.engine.bounded.solver", lambda *_: Undecided())
    assert {r.verdict for r in small.settle(claims)} == {Verdict.UNDETERMINED}


def test_no_time_means_undetermined() -> None:
    results = session.run(CHEAP, timeout=0.001, tables=False).results
    assert {r.verdict for r in results} == {Verdict.UNDETERMINED}
    assert len(results) == len(CHEAP)


def test_an_interrupted_run_keeps_what_was_settled() -> None:
    seen: list[Result] = []

    def stop(result: Result) -> None:
        seen.append(result)
        if len(seen) == 3:
            raise KeyboardInterrupt

    report = session.run(CHEAP, progress=stop, tables=False)
    assert report.interrupted
    assert {r.claim for r in report.results} == {r.claim for r in seen}
    assert exit_code(report) == 130


def test_a_run_that_does_not_happen_is_not_shown(engine: Prover) -> None:
    claim = named("symptoms.move_may_fail")
    found: list[Any] = []
    original = Unrolling.read

    class Spy(Unrolling):
        def read(self, *arguments: Any) -> Any:
            found.append(original(self, *arguments))
            return found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("proofs.engine.prove.Unrolling", Spy)
        list(engine.settle([claim]))
    (run,) = found
    replay(Site, HISTORIES, run, claim, True)
    with pytest.raises(ReplayError, match="does not replay"):
        replay(Site, HISTORIES, dataclasses.replace(run, steps=run.steps[1:]), claim, True)
    off = {**run.initial, "Server.antivirus.state": ["AntivirusApi.disabled"] * run.sizes["Server"]}
    with pytest.raises(ReplayError, match="does not end"):
        replay(Site, HISTORIES, dataclasses.replace(run, initial=off), claim, True)


# -- plans and regions ----------------------------------------------------------------------------


def test_plans_work_on_the_plain_machines(engine: Prover) -> None:
    claim = named("resolution.store_recoverable")
    found = plans(engine.induction, engine.property(claim), engine.invariant(), session.NUMBERS)
    assert found
    instance = Instance(Site, SMALL, {StoreVersion: THREE}, {"sticky": False}, forget=False)
    (space,) = instance.spaces()
    site = Site(**SMALL)
    stores: set[tuple[Any, ...]] = set()
    queue = space.initial()
    seen = set(queue)
    for state in queue:
        values = [space.codes.values[number] for number in state]
        plain = [site[v] if hasattr(v, "system") else v for v in values]
        for server in site.servers:
            site.restore(plain)
            record = server.store
            key = (record.model.state, record.version, record.format)
            if server.store.running.is_active or key in stores:
                continue
            stores.add(key)
            assert any(_works(site, plain, server, plan) for plan in found), key
        for _, _, kept in space.steps(state):
            if kept not in seen and len(seen) < 30_000:
                seen.add(kept)
                queue.append(kept)
    assert len(stores) >= 6


def _works(site: Site, start: list[Any], server: Server, plan: Any) -> bool:
    site.restore(start)
    try:
        for step in plan:
            values = [server if a == "server" else StoreVersion(a) for a in step.arguments]
            getattr(site, step.action)(*values)
    except ActionDisabled:
        return False
    return bool(server.store.running.is_active)


def test_the_window_moves_with_the_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = named("resolution.rollback_window")
    (before,) = settled([claim]).values()
    assert before.answer == [{"from": "5.5.2652.68", "to": "5.5.2653.11"}]
    monkeypatch.setattr(version, "FIRST_WITH_MOVE_FIX", StoreVersion.parse("5.5.2653.20"))
    monkeypatch.setattr(version, "FIRST_WITH_FORMAT_2_46", StoreVersion.parse("5.5.2652.70"))
    (after,) = settled([claim]).values()
    assert after.answer == [{"from": "5.5.2652.70", "to": "5.5.2653.19"}]


def test_the_table_has_an_answer_everywhere(report: Report) -> None:
    rows = report.tables["administrators"]["rows"]
    assert len(rows) == 16
    lows = [StoreVersion.parse(row["versions"]["from"]) for row in rows]
    assert lows[0] == 0
    assert lows == sorted(lows)
    assert len(QUESTIONS) == 15
    cells = [row[name]["answer"] for row in rows for name in row if "can" in name or "exp" in name]
    assert set(cells) == {"yes", "no"}

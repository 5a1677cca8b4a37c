"""``python -m proofs`` from the outside: arguments, output, exit codes, and what goes wrong."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from proofs.__main__ import main
from proofs.catalogue import CLAIMS
from proofs.project import PROJECT
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.run import Change, Run, RunStep
from statecheck.modeling import ModelError
from statecheck.reports.terminal import listing_text
from statecheck.reports.terminal_layout import Style

ROOT = Path(__file__).parents[2]

needs_fork = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="a patched module does not travel"
)

RUN = Run(
    sizes=(("servers", 2), ("mailboxes", 1), ("attachments", 1)),
    start=(("server1.store.version", "5.5.2650.23"), ("server1.antivirus.state", "enabled")),
    steps=(
        RunStep(
            "start_move",
            (("mailbox", "mailbox1"), ("target", "server2")),
            (Change("mailbox1", "move.state", "idle", "copying"),),
        ),
        RunStep("client_open", (("attachment", "attachment1"),), ()),
        RunStep(
            "replace_store",
            (("server", "server1"), ("version", "65535.65535.65535.65535")),
            (
                Change(
                    "attachment1",
                    "lifecycle.a_field_with_a_long_name",
                    "65535.65535.65535.65535",
                    "65535.65535.65535.65534",
                ),
            ),
        ),
    ),
    witness=(("mailbox", "mailbox1"),),
)

REGION = {"from": "5.5.2652.68", "to": "5.5.2653.11"}

YES, NO = {"answer": "yes", "steps": 2}, {"answer": "no", "steps": None}

TABLES = {
    "administrators": {
        "reading": "per_request",
        "rows": [
            {
                "versions": {"from": "0.0.0.0", "to": "65535.65535.65535.65535"},
                "source_antivirus": source,
                "destination_antivirus": destination,
                "move_can_fail": YES if source else NO,
                "client_exposed_at_source": NO,
                "client_exposed_at_destination": NO if destination else YES,
                "restorable": [REGION],
                "restorable_but_failing": [{"from": "5.5.2652.70", "to": "5.5.2653.11"}],
            }
            for source in (False, True)
            for destination in (False, True)
        ],
    }
}


def settled(claim: Claim) -> Result:
    """The expected verdict on a claim, with evidence of its kind."""
    verdict = Verdict(claim.expected)
    result = Result(claim, verdict, "", seconds=0.0123)
    match verdict:
        case Verdict.REACHED | Verdict.REFUTED:
            return dataclasses.replace(result, run=RUN, steps=len(RUN.steps))
        case Verdict.DERIVED:
            return dataclasses.replace(result, answer=[REGION])
        case _ if claim.kind is Kind.RECOVERABLE:
            return dataclasses.replace(result, steps=2)
        case _:
            return dataclasses.replace(
                result, invariant=(ClauseText("", "Server", ("p",)),) * 24, vacuous=False
            )


class Session:
    """Stands in for the engine: settles every claim as expected, unless told otherwise."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.options: dict[str, Any] = {}
        self.changes: dict[str, dict[str, Any]] = {}
        self.stop_after: int | None = None
        self.error: BaseException | None = None

    def run(
        self,
        _project: object,
        claims: Sequence[Claim],
        *,
        progress: Callable[[Result], None] | None = None,
        **options: Any,
    ) -> Report:
        self.asked = [claim.id for claim in claims]
        self.options = options
        if self.error is not None:
            raise self.error
        results = [
            dataclasses.replace(settled(claim), **self.changes.get(claim.title, {}))
            for claim in claims[: self.stop_after]
        ]
        for result in results:
            if progress is not None:
                progress(result)
        tables = TABLES if options["tables"] else {}
        return Report("d1ge57", tuple(results), self.stop_after is not None, dict(tables))

    def will(self, title: str, verdict: Verdict, **changes: Any) -> None:
        """Change what is found out about one claim."""
        self.changes[title] = {"verdict": verdict, "detail": "a reason"} | changes


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    fake = Session()
    module = types.ModuleType("statecheck.prover.session")
    module.run = fake.run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "statecheck.prover.session", module)
    return fake


def one_line(text: str) -> str:
    """The only line of a text."""
    (line,) = text.splitlines()
    return line


# -- exit codes ---------------------------------------------------------------------------------


def test_expected_verdicts_are_a_success(session: Session) -> None:
    assert main([]) == 0
    assert session.asked == [claim.id for claim in CLAIMS]


@pytest.mark.parametrize(
    ("verdict", "arguments", "code"),
    [
        (Verdict.REFUTED, [], 1),
        (Verdict.REFUTED, ["--allow-undetermined"], 1),
        (Verdict.UNDETERMINED, [], 3),
        (Verdict.UNDETERMINED, ["--allow-undetermined"], 0),
    ],
)
def test_exit_code_tells_the_verdict(
    session: Session, verdict: Verdict, arguments: list[str], code: int
) -> None:
    session.will("cause.only_cause", verdict, run=RUN, steps=3, invariant=None)
    assert main(arguments) == code


def test_vacuous_claim_is_not_as_expected(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    session.will("cause.only_cause", Verdict.PROVED, vacuous=True)
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "! vacuous" in out
    assert "! Not as expected: cause.only_cause." in out


@pytest.mark.parametrize(
    ("answer", "vacuous", "said"),
    [
        ([{"from": "5.5.2652.68", "to": "5.5.2652.68"}], False, "5.5.2652.68 to 5.5.2653.11 was"),
        ([REGION, REGION], False, "5.5.2652.68 to 5.5.2653.11 was expected"),
        ([], True, "vacuous: the answer is empty"),
    ],
)
def test_other_answer_is_not_as_expected(
    session: Session,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    answer: list[dict[str, str]],
    vacuous: bool,
    said: str,
) -> None:
    title = "resolution.rollback_window"
    session.will(title, Verdict.DERIVED, answer=answer, vacuous=vacuous)
    names = ("json", "junit", "sarif", "summary")
    assert main([part for name in names for part in (f"--{name}", str(tmp_path / name))]) == 1
    out = capsys.readouterr().out
    assert out.count(f"! {said}") == 2
    assert f"! Not as expected: {title}." in out
    (claim,) = (
        c for c in json.loads((tmp_path / "json").read_text())["claims"] if c["id"] == title
    )
    assert (claim["as_expected"], claim["expected_answer"]) == (False, [REGION])
    assert said in (tmp_path / "junit").read_text()
    assert said in (tmp_path / "sarif").read_text()
    assert said in (tmp_path / "summary").read_text()
    assert "1 of " in (tmp_path / "summary").read_text().splitlines()[0]


def test_interrupted_run_reports_what_was_settled(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    session.stop_after = 2
    file = tmp_path / "report.json"
    assert main(["--json", str(file)]) == 130
    out, err = capsys.readouterr()
    assert CLAIMS[1].title in out
    assert CLAIMS[2].title not in out
    assert one_line(err) == f"interrupted: 2 of {len(CLAIMS)} verdicts were settled"
    assert len(json.loads(file.read_text())["claims"]) == 2


def test_interruption_before_anything_was_settled_is_reported_too(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    session.stop_after = 0
    files = {name: tmp_path / name for name in ("json", "junit")}
    assert main([part for name, file in files.items() for part in (f"--{name}", str(file))]) == 130
    assert one_line(capsys.readouterr().err).startswith("interrupted: 0 of ")
    assert json.loads(files["json"].read_text())["claims"] == []
    assert files["junit"].read_text().count("<error ") == len(CLAIMS)


def test_interruption_before_the_model_was_read_writes_nothing(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    session.error = KeyboardInterrupt()
    assert main(["--json", str(tmp_path / "json")]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")
    assert not list(tmp_path.iterdir())


def test_ctrl_c_in_a_real_process_shows_no_traceback() -> None:
    code = """
        import sys, time, types
        session = types.ModuleType("statecheck.prover.session")
        def run(project, claims, **options):
            print("proving", file=sys.stderr, flush=True)
            time.sleep(60)
        session.run = run
        sys.modules["statecheck.prover.session"] = session
        from proofs.__main__ import main
        sys.exit(main([]))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "proving\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert not out
    assert err.split() == ["interrupted"]


# -- what is selected ---------------------------------------------------------------------------


def test_ids_patterns_and_titles_select_in_the_order_of_the_article(session: Session) -> None:
    title = next(claim.title for claim in CLAIMS if claim.variant.name == "sticky")
    assert main(["workaround.*", "symptoms.source_only", title]) == 0
    assert session.asked == [
        "symptoms.source_only",
        title.split()[0],
        "workaround.disable_first",
        "workaround.must_stay_disabled",
    ]
    assert not session.options["tables"]


def test_id_selects_every_reading(session: Session) -> None:
    assert main(["cause.scan_before_move"]) == 0
    assert session.asked == ["cause.scan_before_move"] * 2


@pytest.mark.parametrize(
    ("pattern", "nearest"),
    [
        ("cause.only_cuase", "cause.only_cause"),
        ("only_cause", "cause.only_cause"),
        ("SYMPTOMS.SOURCE_ONLY", "symptoms.source_only"),
        ("causes.*", "cause.*"),
        ("", ""),
        ("*.nothing", ".*"),
    ],
)
@pytest.mark.parametrize("others", [[], ["safety.no_loss"], ["--list"]])
def test_unknown_claim_is_refused_with_the_nearest(
    session: Session,
    capsys: pytest.CaptureFixture[str],
    pattern: str,
    nearest: str,
    others: list[str],
) -> None:
    assert main([*others, pattern]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert one_line(err).startswith(f"error: no claim matches {pattern!r}; the nearest are ")
    assert nearest in err
    assert not session.asked


def test_empty_catalogue_is_no_success(
    session: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proofs.project.PROJECT", dataclasses.replace(PROJECT, claims=()))
    assert main([]) == 2
    assert one_line(capsys.readouterr().err).startswith("error: no claims")
    assert not session.asked


# -- bad arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--timeout", "0"],
        ["--timeout", "-1"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--timeout", "soon"],
        ["--seed", "-1"],
        ["--seed", str(2**32)],
        ["--seed", "x"],
        ["--jobs", "0"],
        ["--jobs", "1.5"],
        ["--json"],
        ["--json", ""],
        ["--list", "--json", "-"],
        ["--list", "--junit", "a.xml"],
        ["--json", "-", "--sarif", "-"],
        ["--json", "same", "--summary", "./same"],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_bad_arguments_are_one_line(
    session: Session, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert one_line(err).startswith("error: ")
    assert not session.asked


def test_options_reach_the_engine(session: Session) -> None:
    assert main(["--timeout", "1.5", "--seed", "7", "--jobs", "2", "--explain"]) == 0
    expected = {
        "timeout": 1.5,
        "seed": 7,
        "jobs": 2,
        "tables": True,
        "explain": True,
        "engine": None,
    }
    assert session.options == expected


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ModelError("the guard ready reads nothing\nthat is declared"), "the guard ready reads"),
        (ZeroDivisionError("division by zero"), "internal: ZeroDivisionError: division by zero"),
        (MemoryError(), "internal: MemoryError"),
        (SystemExit(0), "SystemExit: 0, raised at "),
    ],
)
def test_errors_are_one_line_without_traceback(
    session: Session, capsys: pytest.CaptureFixture[str], error: BaseException, message: str
) -> None:
    session.error = error
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert one_line(err).startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("file", "written", "instead", "said"),
    [
        (
            "machines.py",
            "return self.format < native(self.version)",
            "return self.size < native(self.version)",
            "AttributeError: 'InformationStore' object has no attribute 'size'",
        ),
        (
            "site.py",
            "        server.store.stop()\n",
            "        server.store.stop()\n        raise SystemExit(0)\n",
            "SystemExit: 0",
        ),
        (
            "machines.py",
            "version: StoreVersion = anything(like=SP3)",
            "version: StoreVersion",
            "field version of InformationStore has no initial value",
        ),
    ],
    ids=["a guard reads an undeclared field", "an action ends the process", "a field is empty"],
)
@pytest.mark.parametrize("options", [[], ["--jobs", "2"]], ids=" ".join)
def test_wrong_model_is_one_line(
    tmp_path: Path, file: str, written: str, instead: str, said: str, options: list[str]
) -> None:
    for package in ("model", "proofs"):
        shutil.copytree(ROOT / package, tmp_path / package)
    changed = tmp_path / "model" / file
    text = changed.read_text()
    assert text.count(written) == 1
    changed.write_text(text.replace(written, instead))
    report = tmp_path / "report.json"
    command = ["-m", "proofs", "symptoms.source_only", "--json", str(report), *options]
    done = python(*command, cwd=tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr).startswith("error: ")
    assert said in done.stderr
    assert not report.exists()


@needs_fork
def test_model_that_ends_a_process_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    from statecheck.prover import workers  # noqa: PLC0415  (the front door must do without it)

    def leave(*_: object, **__: object) -> None:
        raise SystemExit(0)

    monkeypatch.setattr(workers, "prover", leave)
    with pytest.raises(RuntimeError, match="SystemExit: 0"):
        list(workers.shared(PROJECT, CLAIMS, 2, None, 0, [], explain=False))


# -- Ctrl-C before anybody listens --------------------------------------------------------------

TRIP = """
import os, signal, sys
class Trip:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["TRIP"]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Trip())
"""
"""Ctrl-C is pressed as soon as a module is asked for."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "modules"),
    [
        (
            "proofs --json report.json",
            ("click", "statemachine", "rich", "z3", "statecheck.prover.session"),
        ),
        ("proofs --jobs 2 --json report.json", ("z3",)),
        # Where Ctrl-C is ignored this test fails, and must not have written the real lock.
        ("proofs --write-lock --timeout 0.1", ("click", "statecheck.prover.session")),
        ("proofs --list", ("click", "rich")),
        ("proofs mutate", ("click", "proofs.mutate", "statecheck.mutation.campaign")),
        ("proofs without", ("click", "proofs.without", "z3")),
        ("proofs check model.site:Site --always True", ("statecheck.cli.check", "z3")),
        ("proofs recheck nowhere", ("click", "statecheck.recheck", "argparse")),
        ("statecheck.recheck nowhere", ("argparse",)),
        ("diagrams --check", ("click", "statecheck.drawing.gallery")),
    ],
)
def test_ctrl_c_at_the_beginning_is_one_line(
    tmp_path: Path, command: str, modules: tuple[str, ...]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(TRIP)
    path = f"{tmp_path}{os.pathsep}{ROOT}"
    for module in modules:
        done = python("-m", *command.split(), cwd=tmp_path, PYTHONPATH=path, TRIP=module)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n"), module
    assert not (tmp_path / "report.json").exists()


# -- the file for JSON --------------------------------------------------------------------------


def test_json_is_written_beside_the_table(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    file.chmod(0o640)
    assert main(["--json", str(file)]) == 0
    assert json.loads(file.read_text())["model"] == {"digest": "d1ge57"}
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]
    assert "REFUTED" in capsys.readouterr().out
    assert session.asked


def test_json_to_stdout_is_nothing_but_json(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "-", "symptoms.*"]) == 0
    out, err = capsys.readouterr()
    assert [claim["id"] for claim in json.loads(out)["claims"]] == session.asked
    assert not err


@pytest.mark.parametrize("name", ["missing/report.json", ".", "file/report.json", "x" * 300])
def test_unwritable_file_is_found_out_before_the_proof(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    assert main(["--json", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert one_line(err).startswith("error: cannot write ")
    assert not session.asked
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_write_protected_folder_is_found_out_before_the_proof(
    session: Session, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    assert main(["--json", str(tmp_path / "report.json")]) == 2
    assert not session.asked


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failed_write_leaves_the_old_file(
    session: Session,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: BaseException,
) -> None:
    def fail(*_: object) -> None:
        raise error

    file = tmp_path / "report.json"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", fail)
    assert main(["--json", str(file)]) == (2 if isinstance(error, OSError) else 130)
    assert session.asked
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    assert "Traceback" not in capsys.readouterr().err


def test_failed_proof_leaves_no_file(session: Session, tmp_path: Path) -> None:
    session.error = ModelError("no")
    assert main(["--json", str(tmp_path / "report.json")]) == 2
    assert not list(tmp_path.iterdir())


def test_every_report_is_written(session: Session, tmp_path: Path) -> None:
    names = ("json", "junit", "sarif", "summary")
    assert main([part for name in names for part in (f"--{name}", str(tmp_path / name))]) == 0
    assert session.asked
    beginnings = {name: (tmp_path / name).read_text().split(maxsplit=1)[0] for name in names}
    assert beginnings == {"json": "{", "junit": "<testsuites>", "sarif": "{", "summary": "##"}
    assert len(list(tmp_path.iterdir())) == len(names)


@pytest.mark.parametrize("name", ["junit", "sarif", "summary"])
def test_one_report_can_go_to_stdout(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    assert main([f"--{name}", str(tmp_path / "file"), "symptoms.*"]) == 0
    capsys.readouterr()
    assert main([f"--{name}", "-", "symptoms.*"]) == 0
    assert session.asked

    def timeless(text: str) -> str:
        return re.sub(r'timestamp="[^"]*"', "", text)

    assert timeless(capsys.readouterr().out) == timeless((tmp_path / "file").read_text())


@pytest.mark.parametrize("name", ["json", "junit", "sarif", "summary"])
def test_every_file_is_tried_before_the_proof(
    session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    good = "junit" if name == "json" else "json"
    assert main([f"--{good}", str(tmp_path / "a"), f"--{name}", str(tmp_path / "no/b")]) == 2
    assert one_line(capsys.readouterr().err).startswith("error: cannot write ")
    assert not session.asked
    assert not list(tmp_path.iterdir())


def test_interrupted_run_writes_every_report_with_every_claim(
    session: Session, tmp_path: Path
) -> None:
    session.stop_after = 2
    names = ("junit", "sarif", "summary")
    assert main([part for name in names for part in (f"--{name}", str(tmp_path / name))]) == 130
    junit = (tmp_path / "junit").read_text()
    assert junit.count("<testcase ") == len(CLAIMS)
    assert junit.count("<error ") == len(CLAIMS) - 2
    assert "interrupted" in (tmp_path / "summary").read_text().splitlines()[0]
    (run,) = json.loads((tmp_path / "sarif").read_text())["runs"]
    assert [one["kind"] for one in run["results"]].count("open") == len(CLAIMS) - 2


def test_summary_of_a_github_step_is_added_to(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared, own = tmp_path / "step", tmp_path / "own"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shared))
    for file in (shared, own):
        file.write_text("before\n")
        assert main(["--summary", str(file), "symptoms.*"]) == 0
    assert session.asked
    assert shared.read_text() == "before\n" + own.read_text()


def test_link_is_followed(session: Session, tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "report.json")
    assert main(["--json", str(tmp_path / "link.json")]) == 0
    assert session.asked
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "report.json").read_text())


def test_device_is_written_and_not_replaced(session: Session, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["--json", str(pipe), "symptoms.source_only"]) == 0
        assert json.loads(os.read(reader, 1 << 16))["claims"]
    finally:
        os.close(reader)
    assert session.asked
    assert pipe.is_fifo()


# -- how it looks -------------------------------------------------------------------------------


def test_everything_fits_in_80_columns(
    session: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    session.will("cause.only_cause", Verdict.UNDETERMINED, detail="no answer " * 20)
    session.will("cause.client_waits", Verdict.REFUTED, run=RUN, steps=3)
    session.will("more.bypass", Verdict.REACHED, run=RUN, steps=3, seconds=12345.6)
    main(["--trace"])
    main(["--list"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 80
    assert all(line == line.rstrip() for line in lines)


def test_table_names_every_claim_verdict_and_evidence(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    session.will("liveness.move_ends", Verdict.UNDETERMINED, detail="not yet checked")
    main([])
    out = capsys.readouterr().out
    rows = [re.split(r"\s{2,}", line) for line in out.split("Findings")[0].splitlines()]
    for claim in CLAIMS:
        assert any(row[0].startswith(claim.title) for row in rows), claim.title
    assert ["cause.only_cause", "PROVED", "24-clause invariant", "12"] in rows
    assert ["cause.scan_before_move [sticky]", "REFUTED", "3-step run", "12"] in rows
    assert ["resolution.store_recoverable", "PROVED", "2-step plan", "12"] in rows
    assert ["resolution.rollback_window", "DERIVED", "1 region", "12"] in rows
    assert ["liveness.move_ends", "UNDETERMINED not yet checked", "12"] in rows
    headings = [row[0] for row in rows if len(row) == 1 and row[0] and "─" not in row[0]]
    assert headings == [
        "Symptoms",
        "Cause",
        "Resolution",
        "Q244976",
        "Workaround",
        "More information",
        "Any user would expect",
    ]
    assert out.splitlines()[-1].startswith(f"{len(CLAIMS)} verdicts: ")


def test_unexpected_verdict_is_marked_in_words(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    session.will("cause.only_cause", Verdict.REFUTED, run=RUN, steps=3)
    main(["cause.only_cause"])
    out = capsys.readouterr().out
    assert "! PROVED was expected" in out
    assert "! Not as expected: cause.only_cause." in out


def test_findings_are_spelled_out_with_their_runs(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["workaround.must_stay_disabled"])
    out = capsys.readouterr().out
    finding = " ".join(out.split("Findings")[1].split())
    assert session.asked
    for part in (
        "does not fail, on any Store.exe.",
        "false: a run of 3 steps breaks it",
        "servers 2, mailboxes 1, attachments 1",
        "server1.store.version=5.5.2650.23",
        "1 start_move(mailbox1, server2) mailbox1.move.state idle -> copying",
        "2 client_open(attachment1) nothing",
    ):
        assert part.replace("  ", " ") in re.sub(" +", " ", finding)


def test_runs_of_reached_claims_are_shown_on_demand(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["symptoms.move_may_fail"])
    assert "start_move(mailbox1, server2)" not in capsys.readouterr().out
    main(["symptoms.move_may_fail", "--trace"])
    assert "start_move(mailbox1, server2)" in capsys.readouterr().out
    assert session.asked


def test_derived_answers_and_assumptions_are_shown(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    out = capsys.readouterr().out
    assert session.asked
    assert "from 5.5.2652.68 to 5.5.2653.11 (both included)" in out
    assert "Store.exe from 0.0.0.0 to 65535.65535.65535.65535 (both included)" in out
    assert re.search(r"enabled +disabled +yes, 2 steps +no +yes, 2 steps\n", out)
    assert "but fails moves  ! from 5.5.2652.70 to 5.5.2653.11 (both included)\n" in out
    words = " ".join(out.split())
    assert (
        "Each block is about the Store.exe of the source. A2 is read as per_request: under" in words
    )
    assert "May be restored: in place of that Store.exe, on databases of the format that" in words
    for assumption in ("A1", "A2", "A3", "A4", "A5", "A6"):
        assert re.search(rf"^{assumption}  \S", out, re.MULTILINE)


def test_list_proves_nothing_and_loads_no_solver() -> None:
    code = (
        "import sys; sys.modules['statecheck.prover.session'] = None; "
        "from proofs.__main__ import main; "
        "code = main(['--list']); assert 'z3' not in sys.modules; sys.exit(code)"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    for claim in CLAIMS:
        assert re.search(
            rf"^{re.escape(claim.title)} +{claim.kind_word} +{claim.expected}$",
            done.stdout,
            re.MULTILINE,
        )
        assert " ".join(claim.text.split()) in " ".join(done.stdout.split())
    assert not done.stderr


# -- terminals and pipes ------------------------------------------------------------------------

FAKE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_command as fake
import types
module = types.ModuleType("statecheck.prover.session")
module.run = fake.Session().run
sys.modules["statecheck.prover.session"] = module
from proofs.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def python(
    *arguments: str, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in a folder, all of its streams piped."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(cwd)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def on_terminal(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code, and what a terminal of 100 columns gets on both streams."""
    parent, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", FAKE, *arguments],
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100"}
        | environment,
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
    ) as process:
        os.close(child)
        chunks = []
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                chunk = os.read(parent, 1 << 16)
            except OSError:
                break
            if not chunk:
                break
            chunks.append(chunk)
    os.close(parent)
    return process.returncode, b"".join(chunks).decode()


@pytest.mark.parametrize(("width", "most"), [(20, 20), (40, 40), (80, 80), (120, 120), (200, 120)])
def test_verdicts_and_evidence_are_whole_at_any_width(width: int, most: int) -> None:
    code, text = on_terminal("symptoms.*", NO_COLOR="1", COLUMNS=str(width))
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    lines = [line.rstrip() for line in plain[plain.rindex("Symptoms") :].splitlines()]
    assert max(map(len, lines)) <= most
    table = " ".join(lines[: lines.index("", 1)])
    assert table.count("REACHED") == 2
    assert table.count("PROVED") == 1
    assert "…" not in table
    assert len(re.findall(r"3-step run|24-clause invariant", " ".join(table.split()))) == 3


def test_no_escape_code_and_no_progress_when_piped() -> None:
    done = python("-c", FAKE, "--trace", TERM="xterm-256color", FORCE_COLOR="1", COLUMNS="40")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert not done.stderr
    assert max(map(len, done.stdout.splitlines())) == 80


def test_terminal_gets_colour_and_progress() -> None:
    code, text = on_terminal("symptoms.*", NO_COLOR="")
    assert code == 0
    assert "\x1b[38;5;" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text[text.index("Symptoms") :])
    assert 80 < max(len(line.rstrip()) for line in plain.splitlines()) <= 100
    assert f"3/{sum(claim.id.startswith('symptoms.') for claim in CLAIMS)}" in text


def test_no_color_is_obeyed() -> None:
    code, text = on_terminal("symptoms.*", NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text)
    assert "\x1b" not in text[text.index("Symptoms") :]


def test_ascii_pipe_is_no_error() -> None:
    done = python("-c", FAKE, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    claim = dataclasses.replace(CLAIMS[0], text="na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve")
    assert "na?ve" in listing_text([claim], Style(encoding="ascii"))


def test_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAKE],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", FAKE],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert one_line(done.stderr).startswith("error: cannot write 'standard output': No space")


def test_closed_stdout_is_one_line() -> None:
    for stderr in ("", " 2>&-"):
        line = f'"$0" -m proofs symptoms.source_only >&-{stderr}'
        done = subprocess.run(
            ["/bin/sh", "-c", line, sys.executable],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2
        if not stderr:
            assert one_line(done.stderr) == "error: cannot write 'standard output': it is closed."


@pytest.mark.slow
def test_closed_stderr_is_no_error() -> None:
    line = '"$0" -m proofs symptoms.source_only 2>&-'
    done = subprocess.run(
        ["/bin/sh", "-c", line, sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "1 verdict: 1 PROVED." in done.stdout

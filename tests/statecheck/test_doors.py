"""The doors of the commands: what was settled is written, whatever ends them or is full."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
TOWER = "tests.statecheck.recheck.tower:CATALOGUE"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there are other signals there"),
]


def prove(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [sys.executable, "-m", "statecheck", "prove", TOWER, *arguments],
        cwd=cwd,
        env=ENVIRONMENT,
        text=True,
        stderr=subprocess.PIPE,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    return done


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_what_was_settled_is_written_when_somebody_ends_it(name: str, tmp_path: Path) -> None:
    """Also where Z3 works, which would not let Python's own handler have its turn."""
    code = f"""
        import sys, time
        from pathlib import Path
        from statecheck.cli import interrupts
        interrupts.hold()
        from statecheck.cli.main import main
        from statecheck.prover.prover import Prover
        from statecheck.smt.interruption import raise_if_interrupted
        def searching(self, inductive, settled):
            Path("now").touch()
            while True:
                raise_if_interrupted()
                time.sleep(0.01)
            yield
        Prover._search = searching
        sys.exit(main(["prove", {TOWER!r}, "--json", "out.json"]))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (tmp_path / "now").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(getattr(signal, name))
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("interrupted: 4 of 11 verdicts were settled")
    assert len(json.loads((tmp_path / "out.json").read_text())["claims"]) == 4
    assert "end.stands" in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is full here")
def test_a_full_disk_does_not_keep_the_other_reports(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = prove("cabins.*", "--json", "a.json", "--junit", "b.xml", cwd=tmp_path, stdout=full)
    assert done.returncode == 2
    assert json.loads((tmp_path / "a.json").read_text())["claims"]
    assert (tmp_path / "b.xml").read_text().startswith("<testsuites>")
    assert done.stderr.splitlines()[-1].startswith("error: cannot write 'standard output'")
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_does_not_keep_the_other_reports(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = prove("cabins.move", "--json", "a.json", cwd=tmp_path, stdout=write)
    os.close(write)
    assert json.loads((tmp_path / "a.json").read_text())["claims"]
    assert "Traceback" not in done.stderr


def test_two_names_of_one_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    (tmp_path / "b.xml").hardlink_to(tmp_path / "a.json")
    done = prove("--json", "a.json", "--junit", "b.xml", cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == "error: --json and --junit name the same file.\n"
    assert (tmp_path / "a.json").read_text() == "old"


@pytest.mark.parametrize("kind", ["itself", "link", "hard link"])
def test_a_report_does_not_replace_the_lock(kind: str, tmp_path: Path) -> None:
    lock = tmp_path / "own.lock"
    lock.write_text("old")
    name = "own.lock"
    if kind == "link":
        name = "other"
        (tmp_path / name).symlink_to(lock)
    elif kind == "hard link":
        name = "other"
        (tmp_path / name).hardlink_to(lock)
    arguments = ("--lock", "own.lock", "--json", name)
    done = prove(*arguments, cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == "error: --json names own.lock, the lock of the project.\n"
    assert lock.read_text() == "old"


def test_many_runs_into_one_folder_are_refused_or_whole(tmp_path: Path) -> None:
    """Whoever comes last finds a certificate or none, never a part of one."""
    code = """
        import sys
        from statecheck.certificate.folder import OutputFolder
        folder = OutputFolder("own")
        files = {f"claims/c/{n}.smt2": sys.argv[1] for n in range(200)} | {"manifest.json": "{}"}
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            folder.write(files)
        except OSError as error:
            sys.exit(2)
    """
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), str(number)],
            cwd=tmp_path,
            env=ENVIRONMENT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(10)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.close()
    codes = [run.wait(60) for run in runs]
    for run in runs:
        assert run.stdout is not None
        run.stdout.close()
    assert set(codes) <= {0, 2}
    assert 0 in codes
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    texts = {path.read_text() for path in (tmp_path / "own" / "claims").rglob("*.smt2")}
    assert len(texts) == 1
    assert len(list((tmp_path / "own" / "claims" / "c").iterdir())) == 200


@pytest.mark.skipif(sys.platform != "linux", reason="only there does the kernel tell")
def test_the_recheck_ends_with_whoever_started_it(tmp_path: Path) -> None:
    child = """
        import time
        from pathlib import Path
        import os
        from statecheck.recheck.__main__ import end_with_parent
        end_with_parent()
        Path("child").write_text(str(os.getpid()))
        time.sleep(600)
    """
    parent = f"""
        import os, subprocess, sys
        environment = {{**os.environ, "STATECHECK_PARENT": str(os.getpid())}}
        subprocess.run([sys.executable, "-c", {textwrap.dedent(child)!r}], env=environment)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(parent)], cwd=tmp_path, env=ENVIRONMENT
    )
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    number = int((tmp_path / "child").read_text())
    end = time.monotonic() + 5
    while Path(f"/proc/{number}").exists():
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":
            break
        assert time.monotonic() < end
        time.sleep(0.01)


LAMP = """
from statemachine import State, StateMachine


class Lamp(StateMachine):
    off = State(initial=True)
    lit = State()
    turn = off.to(lit) | lit.to(off)
"""


@pytest.mark.parametrize("closed", [("stderr",), ("stdout", "stderr")], ids=str)
def test_the_exit_code_is_the_verdict_s_though_nobody_reads(
    closed: tuple[str, ...], tmp_path: Path
) -> None:
    """A note that could not be written passed for the code of success."""
    (tmp_path / "lamp.py").write_text(LAMP)
    command = ["check", "lamp:Lamp", "--always", "not lit"]
    streams = dict.fromkeys(closed, subprocess.PIPE)
    with subprocess.Popen(
        [sys.executable, "-m", "statecheck", *command, "--certificates", "own"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams},  # type: ignore[call-overload]
    ) as process:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        assert process.wait(60) == 1
    assert (tmp_path / "own" / "manifest.json").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_recheck_that_somebody_ends_leaves_it_open(number: int, tmp_path: Path) -> None:
    code = f"""
        import os, subprocess, sys
        from statecheck.cli.main import main
        whole = subprocess.Popen
        class Ended(whole):
            def __init__(self, *given, **named):
                super().__init__(*given, **named)
                os.kill(self.pid, {int(number)})
        subprocess.Popen = Ended
        sys.exit(main(["check", "lamp:Lamp", "--possible", "lit", "--recheck"]))
    """
    (tmp_path / "lamp.py").write_text(LAMP)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env=ENVIRONMENT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    said = "nothing was proved again: the process that does it ended with -9"
    assert done.stderr.splitlines()[-1] == said

"""Runs that are killed at random moments: nobody is left behind, and no file is half.

``python -m tests.statecheck.random_kills [RUNS [SEED]]`` is no part of the suite: 200 runs take a
while. Linux only, for it reads /proc.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOWER = "tests.statecheck.recheck.tower:CATALOGUE"
GARAGE = "tests.statecheck.mutation.careless:CATALOGUE"
LONGEST = 12.0
"""Seconds after which a run that was not killed is over, roughly."""

PATIENCE = 5.0
"""Seconds that processes have to end after the one that started them."""

WHOLE = "main, killed", "main, asked to end", "main, Ctrl-C", "main, no terminal"
SIGNALS = dict(
    zip(WHOLE, (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP), strict=True)
)


def session(number: int) -> list[int]:
    """The processes of a session that are not over."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == number and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def is_whole(folder: Path) -> bool:
    """True where a certificate is not there, or has every file that it names, unchanged."""
    if not folder.exists():
        return True
    manifest = json.loads((folder / "manifest.json").read_text())
    wanted = {path: about["sha256"] for path, about in manifest["files"].items()}
    wanted["definitions.smt2"] = manifest["definitions"]
    return all(
        hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
        for path, digest in wanted.items()
    )


def commands(place: Path) -> dict[str, list[str]]:
    """Command lines whose files go to a folder, by what they do."""
    out = ["--json", str(place / "out.json")]
    certified = ["--certificates", str(place / "own"), "--recheck", "--timeout", "60"]
    tower = TOWER.replace("CATALOGUE", "Tower")
    machine = tower.replace("Tower", "Cabin")
    asked = ["--always", "not lift.cabin.stuck or lift.cabin.level >= 7"]
    asked += ["--possible", "lift1 != lift2 and lift1.cabin.moving and lift2.cabin.moving"]
    statecheck = [sys.executable, "-m", "statecheck"]
    return {
        "prove": [*statecheck, "prove", TOWER, "--jobs", "2", *out, *certified],
        "check": [*statecheck, "check", tower, *asked, *out, *certified],
        "mutate": [*statecheck, "mutate", GARAGE, "--jobs", "2", *out, "--timeout", "60"],
        "explore": [*statecheck, "explore", tower, "--out", str(place / "page.html")],
        "draw": [*statecheck, "draw", machine, "--out", str(place / "drawn")],
        "proofs": [sys.executable, "-m", "proofs", "cause.*", "--jobs", "2", *out],
    }


def half_files(place: Path) -> list[str]:
    """Everything that a run wrote and did not finish."""
    wrong = []
    for file in place.glob("*.json"):
        try:
            json.loads(file.read_text())
        except ValueError as error:
            wrong.append(f"a half file: {error}")
    for file in place.rglob("*.*"):
        end = {".html": "</html>", ".svg": "</svg>"}.get(file.suffix)
        if end is not None and not file.read_text().rstrip().endswith(end):
            wrong.append(f"a half file: {file.name}")
    try:
        if not is_whole(place / "own"):
            wrong.append("a certificate that is not whole")
    except (OSError, ValueError) as error:
        wrong.append(f"a half certificate: {error}")
    return wrong


def problems(chance: random.Random, place: Path) -> tuple[str, list[str]]:
    """What was done to one run, and everything that is wrong after it."""
    what = chance.choice([*WHOLE, "a worker, killed", "a worker, stopped"])
    name, command = chance.choice([*commands(place).items()])
    longest = LONGEST if name in ("prove", "mutate", "proofs") else LONGEST / 3
    with (
        (place / "err").open("w") as err,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=err, start_new_session=True
        ) as process,
    ):
        time.sleep(chance.uniform(0, longest))
        if what in SIGNALS:
            process.send_signal(SIGNALS[what])
        else:
            others = [number for number in session(process.pid) if number != process.pid]
            if others:
                chosen = signal.SIGKILL if what.endswith("killed") else signal.SIGSTOP
                os.kill(chance.choice(others), chosen)
        try:
            process.wait(180)
        except subprocess.TimeoutExpired:
            process.kill()
            return f"{name}: {what}", ["it does not end"]
        end = time.monotonic() + PATIENCE
        while (left := session(process.pid)) and time.monotonic() < end:
            time.sleep(0.1)
    wrong = [f"{len(left)} processes are left"] if left else []
    for number in left:
        os.kill(number, signal.SIGKILL)
    said = (place / "err").read_text()
    wrong += [word for word in ("Traceback", "internal:") if word in said]
    if process.returncode not in (0, 1, 2, 3, 130, -SIGNALS.get(what, 0)):
        wrong.append(f"exit code {process.returncode}")
    if process.returncode == 2:
        wrong.append(f"exit code 2: {said[:200]!r}")
    return f"{name}: {what}", [*wrong, *half_files(place)]


def main() -> int:
    """Kill runs; the exit code is 1 if anything was wrong after one."""
    given = [int(word) for word in sys.argv[1:]]
    runs, seed = (*given, *(200, 1)[len(given) :])
    chance, failed = random.Random(seed), 0
    for number in range(runs):
        place = Path(tempfile.mkdtemp())
        try:
            what, wrong = problems(chance, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if wrong:
            failed += 1
            sys.stdout.write(f"run {number}: {what}: {', '.join(wrong)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{failed} of {runs} runs left something behind.\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

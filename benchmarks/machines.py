"""Machines that grow by the front door: whole processes, in seconds of the processor.

The reference is a process that imports python-statemachine and Z3, and does no more: no tool that
stands on these is faster.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.row import Row

HOME = Path(__file__).parents[1]
IMPORTS = [sys.executable, "-c", "import statemachine, z3"]


@dataclass(frozen=True)
class Task:
    """A command that is measured: its name, arguments of `python -m`, the source of grown.py if it
    needs one, the exit code that it has to have, and the target in seconds, if there is one.
    """

    name: str
    arguments: tuple[str, ...]
    source: str
    code: int
    target: float | None


def ring(n: int) -> str:
    """States in a circle with an event for each edge; a flag is up from the first to the last."""
    rows = [f"    s{k} = State({'initial=True' if k == 0 else ''})" for k in range(n)]
    ways = {0: ', on="raise_flag"', n - 1: ', on="drop_flag"'}
    rows += [f"    e{k} = s{k}.to(s{(k + 1) % n}{ways.get(k, '')})" for k in range(n)]
    return _machine([*rows, "    flag = False", *_sets("raise_flag", "flag = True")]) + "\n".join(
        [*_sets("drop_flag", "flag = False"), ""]
    )


def fields(n: int) -> str:
    """Flags, each of which goes up only after the one before it."""
    rows = ["    a = State(initial=True)", "    b = State()", "    go = a.to(b) | b.to(a)"]
    rows += [f"    f{k} = False" for k in range(n)]
    for k in range(n):
        after = f', cond="f{k - 1}"' if k else ""
        rows.append(f'    t{k} = a.to.itself(on="set{k}"{after})')
        rows += _sets(f"set{k}", f"f{k} = True")
    return _machine(rows)


def count_to(n: int) -> str:
    """A counter that is full at a number, and begins anew."""
    rows = ["    a = State(initial=True)", "    full = State()", "    n = 0"]
    rows += ['    inc = a.to.itself(cond="room", on="up")', '    stop = a.to(full, unless="room")']
    rows += ['    reset = full.to(a, on="clear")', *_sets("up", "n += 1"), *_sets("clear", "n = 0")]
    return _machine([*rows, "    def room(self):", f"        return self.n < {n}"])


def _sets(name: str, statement: str) -> list[str]:
    return [f"    def {name}(self):", f"        self.{statement}"]


def _machine(rows: list[str]) -> str:
    head = ["from statemachine import State, StateMachine", "", "", "class M(StateMachine):"]
    return "\n".join([*head, *rows, ""])


MACHINE = """
class M{n}(Machine):
    idle = State(initial=True)
    busy = State()
    done = State()
    begin = idle.to(busy, on="note")
    finish = busy.to(done)
    reset = done.to(idle, on="forget")
    is_begun: bool = False

    def note(self) -> None:
        self.is_begun = True

    def forget(self) -> None:
        self.is_begun = False
"""

ACTION = """
    @action
    def {event}{n}_{kind}(self, entity: {kind}) -> None:
        {condition}entity.m{n}.{event}()
"""

CLAIM = """
@CATALOGUE.always("begun.{kind}.m{n}", "Safety")
def begun_{kind}_{n}(system: Grown, entity: {kind}) -> bool:
    assume(not entity.m{n}.idle.is_active)
    return entity.{owner}m{n}.is_begun
"""


def system(kinds: int, machines: int, *, linked: bool) -> str:
    """A system whose entities of each kind have so many machines, with a claim about each.

    Where they are ``linked``, an entity is above others of the next kind: its machine begins first
    and is reset last.
    """
    names = [f"Kind{'ABCDEFGH'[n]}" for n in range(kinds)]
    rows = ["from __future__ import annotations", "from statemachine import State"]
    rows += ["from statecheck import Catalogue, Entity, Machine, Many, System, action, assume"]
    rows += [MACHINE.format(n=n) for n in range(machines)]
    for k, kind in enumerate(names):
        rows += [
            f"class {kind}(Entity):",
            *([f"    above: {names[k - 1]}"] if k and linked else []),
        ]
        rows += [f"    m{n}: M{n}" for n in range(machines)]
    rows += ["class Grown(System):", *(f"    {kind.lower()}s: Many[{kind}]" for kind in names)]
    for k, kind in enumerate(names):
        for n in range(machines):
            first = f"if not entity.above.m{n}.idle.is_active: " if k and linked else ""
            last = ""
            if linked and kind != names[-1]:
                below = f"below in self.{names[k + 1].lower()}s if below.above == entity"
                last = f"if all(below.m{n}.idle.is_active for {below}): "
            for event, condition in (("begin", first), ("finish", ""), ("reset", last)):
                rows.append(ACTION.format(event=event, n=n, kind=kind, condition=condition))
    rows.append("CATALOGUE = Catalogue(Grown)")
    for k, kind in enumerate(names):
        owner = "above." if k and linked else ""
        rows += [CLAIM.format(n=n, kind=kind, owner=owner) for n in range(machines)]
    return "\n".join([*rows, ""])


def door() -> str:
    """README's own example."""
    found = re.search(
        r"^from statemachine import.*?^```$",
        (HOME / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    return found[0].removesuffix("```")


def tasks() -> Iterator[Task]:
    """Everything that is measured."""
    yield Task(
        "README's Door",
        (
            *("check", "grown:Door", "--always", "broken ==> uses >= 3", "--always", "not broken"),
            *("--eventually", "opened ~> not opened", "--fair", "close"),
        ),
        door(),
        1,
        0.5,
    )
    for n, target in ((60, 2), (200, 8)):
        claim = f"s{n - 1} ==> flag"
        yield Task(f"ring of {n}", ("check", "grown:M", "--always", claim), ring(n), 0, target)
    claim = "f19 ==> f0"
    yield Task("20 fields", ("check", "grown:M", "--always", claim), fields(20), 0, 5)
    for n, target in ((40, 1), (1000, 10)):
        claims = ("--possible", "full", "--always", f"full ==> n == {n}")
        yield Task(f"counter to {n}", ("check", "grown:M", *claims), count_to(n), 0, target)
    proving = ("prove", "grown:CATALOGUE")
    yield Task("10 on 1 kind", proving, system(1, 10, linked=False), 0, 5)
    yield Task("5 on 5 kinds", proving, system(5, 5, linked=False), 0, 5)
    yield Task("5 on 3 linked kinds", proving, system(3, 5, linked=True), 0, None)
    drawing = ("draw", "grown:Door", "--out", "pictures")
    yield Task("drawing it", drawing, door(), 0, 0.3)


def rows(repetitions: int) -> Iterator[Row]:
    """Each command against the imports, in turn; the best of each counts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for task in tasks():
            (folder / "grown.py").write_text(task.source, encoding="utf-8")
            command = [sys.executable, "-m", "statecheck", *task.arguments]
            if repetitions > 1:
                _spent(command, folder, task.code)  # modules are compiled
            both = [
                (_spent(IMPORTS, folder, 0), _spent(command, folder, task.code))
                for _ in range(repetitions)
            ]
            least, own = (min(times) for times in zip(*both, strict=True))
            what = f"{task.name}, in s (x {own / least:.1f})"
            yield Row(what, f"{own:.2f} s", f"{least:.2f} s", own, task.target)


def _spent(command: list[str], folder: Path, code: int) -> float:
    """The processor's seconds of a process that has to end as it should."""
    places = {"PYTHONPATH": str(HOME), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    env = os.environ | places | {"PYTHONDONTWRITEBYTECODE": ""}
    before = os.times()
    done = subprocess.run(  # noqa: S603  (ourselves)
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    after = os.times()
    if done.returncode != code:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system

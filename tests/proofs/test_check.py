"""python -m proofs check: what you say of a system, or of a machine, of yours."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import jsonschema
import pytest

from model.site import Site
from proofs.__main__ import main
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim
from statecheck.safety.properties import claim_property
from statecheck.symbolic.transition_system import TransitionSystem

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "statecheck/reports/report.schema.json").read_text()
)

DOOR = textwrap.dedent(
    '''
    from statemachine import State, StateMachine


    class Door(StateMachine):
        """A door that wears out."""

        closed = State(initial=True)
        opened = State()
        broken = State(final=True)
        uses = 0
        locked = False

        open = closed.to(opened, cond="!locked", on="use")
        close = opened.to(closed)
        lock = closed.to.itself(on="turn_key")
        slam = opened.to(broken, cond="worn")

        def use(self):
            self.uses += 1

        def turn_key(self):
            self.locked = not self.locked

        def worn(self):
            return self.uses >= 3
    '''
)


@pytest.fixture(autouse=True)
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A machine of somebody else's, in the present folder."""
    name = f"doors_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(DOOR)
    monkeypatch.chdir(tmp_path)
    return f"{name}:Door"


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_machine_alone(door: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = checked(
        capsys,
        door,
        *("--always", "broken ==> uses >= 3"),
        *("--always", "after.uses >= uses"),
        *("--possible", "broken and uses == 4"),
        *("--json", "door.json"),
    )
    assert (code, err) == (0, "")
    assert "3 verdicts: 2 PROVED, 1 REACHED." in out
    assert max(map(len, out.splitlines())) <= 80
    report = json.loads(Path("door.json").read_text())
    jsonschema.validate(report, SCHEMA)
    verdicts = {item["id"]: (item["verdict"], item["steps"]) for item in report["claims"]}
    assert verdicts["possible.1"] == ("REACHED", 8)  # opened four times, closed thrice, slammed
    assert verdicts["always.1"][0] == verdicts["always.2"][0] == "PROVED"


def test_what_is_false_is_refuted_with_its_run(
    door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = checked(capsys, door, "--always", "not broken")
    assert code == 1
    assert "a run of 6 steps breaks it, and no shorter one does" in " ".join(out.split())
    assert "slam()" in out


def test_what_no_run_reaches_is_refuted_by_proof(
    door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = checked(capsys, door, "--possible", "broken and uses < 3")
    assert code == 1
    assert "no run gets there" in out


@pytest.mark.slow
def test_what_happens_in_the_end(door: str, capsys: pytest.CaptureFixture[str]) -> None:
    fair = ("--fair", "close")
    code, _, _ = checked(capsys, door, "--eventually", "opened ~> not opened", *fair)
    assert code == 0
    code, out, _ = checked(capsys, door, "--eventually", "opened ~> not opened")
    assert code == 1
    assert "again, for ever" in out


PARCELS = textwrap.dedent(
    """
    from statemachine import State

    from statecheck.modeling import Entity, Machine, Many, System, action, anything


    class Lid(Machine):
        open = State(initial=True)
        shut = State(final=True)
        close = open.to(shut)


    class Box(Entity):
        lid: Lid


    class Errand(Machine):
        idle = State(initial=True)
        busy = State()
        box: Box = anything()
        start = idle.to(busy)
        stop = busy.to(idle)

        @property
        def dead_fields(self):
            return () if self.busy.is_active else ("box",)


    class Person(Entity):
        errand: Errand


    class Post(System):
        boxes: Many[Box]
        persons: Many[Person]

        @action
        def start(self, person: Person) -> None:
            person.errand.start()
    """
)


@pytest.mark.parametrize("said", ["person.errand.idle.is_active", "person.errand.busy.is_active"])
def test_what_only_a_dead_field_leads_to_has_to_be_there_all_the_same(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"parcels_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(PARCELS)
    monkeypatch.chdir(tmp_path)
    code, out, err = checked(capsys, f"{name}:Post", "--possible", said, "--trace")
    assert (code, err) == (0, "")
    assert "sizes  boxes 1, persons 1" in out


@pytest.mark.slow
def test_the_site_of_the_article(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = checked(
        capsys,
        "model.site:Site",
        *(
            "--always",
            "attachment.lifecycle.scanning.is_active ==> attachment.server.store.running.is_active",
        ),
        *("--possible", "mailbox.move.failed.is_active and server1 != server2"),
        *("--recoverable", "server.store.running.is_active"),
        *("--given", "sticky=True"),
    )
    assert code == 0
    assert "sticky=True" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--always", "opend"), "opend is not known; did you mean opened?"),
        (("--always", "uses"), "uses is a number, and no truth value"),
        (("--always", "open"), "open is an event, and no truth value; did you mean opened?"),
        (("--always", "opened and"), "is not a Python expression"),
        (("--always", "opened ~> closed"), "what is always is written with ==>"),
        (("--always", "opened ==> closed ==> broken"), "more than once"),
        (("--eventually", "opened"), "is written P ~> Q"),
        (("--eventually", "after.opened ~> closed"), "is about a state, not about a step"),
        (("--recoverable", "after.opened"), "what is recoverable is a state"),
        (
            ("--given", "sticky=True", "--always", "opened"),
            "Door is one machine and has no constants",
        ),
        (("--fair", "kick", "--eventually", "opened ~> closed"), "kick"),
        (("--always", "opened", "--json", "no/such/folder.json"), "cannot write"),
        (("--always", "door.machine.opend.is_active"), "opend"),
    ],
)
def test_bad_input_is_one_line(
    door: str, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = checked(capsys, door, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Site", "is not MODULE:CLASS"),
        ("no.such:Thing", "cannot be imported"),
        ("model.version:StoreVersion", "neither a System nor a python-statemachine class"),
        ("statecheck.modeling:Machine", "has no states"),
    ],
)
def test_what_is_no_system(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = checked(capsys, name, "--always", "True")
    assert code == 2
    assert said in err


def test_a_system_has_no_standard_questions(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = checked(capsys, "model.site:Site")
    assert (code, out) == (2, "")
    assert "nothing is claimed" in err


@pytest.mark.slow
def test_a_time_out_is_undetermined(capsys: pytest.CaptureFixture[str]) -> None:
    hoped = "not mailbox.move.failed.is_active"
    code, out, _ = checked(capsys, "model.site:Site", "--always", hoped, "--timeout", "0.01")
    assert code == 3
    assert "UNDETERMINED" in out


def test_an_expression_becomes_the_claim_that_one_would_write() -> None:
    found = claim(
        Site, Kind.ALWAYS, "step.fires(Site.stop_store, server1) ==> server1 == server2", id_="a.b"
    )
    assert found.on_step
    assert [(name, type_.__name__) for name, type_ in found.variables] == [
        ("server1", "Server"),
        ("server2", "Server"),
    ]
    formula = claim_property(TransitionSystem(Site), found)
    assert "stop_store" in str(formula.antecedent)

"""What is claimed of a machine has to be a truth value, and names what there is."""

from __future__ import annotations

import sys

import pytest

from statecheck.modeling import ModelError
from statecheck.single import check
from statecheck.single.execution.giving_up import UnknownError
from tests.statecheck.single import machines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open", "open is an event, and no truth value; did you mean opened?"),
        ("not broken or open", "did you mean opened?"),
        ('"broken"', "did you mean broken?"),
        ("uses", "uses is a number, and no truth value"),
        ("1", "1 is a number, and no truth value"),
        ("print", "print is a builtin_function_or_method, and no truth value"),
        ("Door", "Door is not known: states and fields are named by themselves"),
        ("self.uses > 0", "self is not known: states and fields are named by themselves"),
        ("door.opened", "door is not known: states and fields are named by themselves"),
        ("true", "true is not known; did you mean True?"),
        ("worn", "worn is a function of Door, which a claim cannot use"),
        ("State", "State is a class, which a claim cannot use"),
        ("enum.auto", "enum is a module, which a claim cannot use"),
        ("len(MUTABLE) > 0", "MUTABLE is a list that may change, which a claim cannot use"),
        ("current_state == opened", "current_state is python-statemachine's own; a state's name"),
        ("uses >= '3'", "compares a number with a text, which have no order"),
        ("uses < None", "compares a number with None, which have no order"),
        ("uses in (1, '3')", "compares a number with a text, which are never equal"),
        ("uses not in ['3']", "compares a number with a text, which are never equal"),
        ("opened && closed", "write and, not &&"),
        ("!opened", "write not, not !"),
        ("opened => closed", "write P ==> Q for a premise"),
        ("uses = 3", "write == for a comparison"),
        ("", "a part of it is empty"),
        ("opend", "opend is not known; did you mean opened?"),
        ("after.opend", "opend is not known; did you mean opened?"),
        ("after.worn", "worn is a function of Door, which a claim cannot use"),
        ("state == 'opened'", "state is what the library keeps the state in"),
        ("uses == (1 or 2)", "1 is a number, and no truth value"),
        ("after", "after is no value by itself"),
        ("step.colour", "a step has raised, refused and event, no colour"),
        ("locked == 1", "which are equal in Python for True and 1, False and 0 alone"),
        ("uses == 'x'", "compares a number with a text, which are never equal"),
        ("opened and", "is not a Python expression"),
        ("opened ~> closed", "what is always is written with ==>"),
        ("opened ==> closed ==> broken", "more than once"),
        ("open(1)", "open is an event, and no truth value"),
        ("worn()", "worn() is a function of Door, which a claim cannot use; a claim may call abs"),
        ('raised("ValuError")', "ValuError is no known exception; did you mean ValueError?"),
        ('step.event == "opne"', "opne is no event; did you mean open?"),
        ("closed.uses", "closed is a state, which stands for being active, and has no uses"),
        ("closed.opened", "the state opened is not inside closed"),
        ("uses == b'1'", "compares a number with a bytes"),
        ("[x for x in (1, 2)]", "a list, and no truth value"),
        ("all(x for x in ('opened',))", "x is a text, and no truth value"),
        ("any('opened' for x in (1,))", "did you mean opened?"),
        ("any(closed for x in (1,) if uses)", "uses is a number, and no truth value"),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(machines.Door, [("always", text)])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_states_stand_for_being_active() -> None:
    texts = [
        "closed or opened or broken",
        "closed.is_active or not closed",
        "not (closed and opened)",
    ]
    report = check(machines.Door, [("always", text) for text in texts])
    assert [str(result.verdict) for result in report.results] == ["PROVED"] * 3
    nested = check(machines.Player, [("always", "playing.song ==> playing")])
    assert [str(result.verdict) for result in nested.results] == ["PROVED"]


def test_a_solver_that_gives_up_on_the_beginning_leaves_all_claims_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gives_up(*_: object) -> list[str]:
        raise UnknownError("incomplete")

    monkeypatch.setattr(sys.modules[check.__module__], "check_beginning", gives_up)
    report = check(machines.Door, [("always", "not broken"), ("possible", "opened")])
    assert [str(result.verdict) for result in report.results] == ["UNDETERMINED", "UNDETERMINED"]
    assert all("Z3 gave up (incomplete)" in result.detail for result in report.results)

"""Plans for a given site, challenged by exhaustive search."""

from __future__ import annotations

import re

import pytest

from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from proofs.__main__ import main
from proofs.questions.site_plans import CONDITIONS, HISTORIES_OF_PLANS, plan_claim
from statecheck.explicit.search import Finding, check
from statecheck.explicit.state_space import FiniteInstance

SIZES = {"servers": 2, "mailboxes": 1, "attachments": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("goals", "conditions", "steps"),
    [
        (("moved",), tuple(CONDITIONS), 5),
        (("moved",), (), 4),
        (("upgraded",), ("avapi-on",), 6),
        (("upgraded", "moved"), tuple(CONDITIONS), 9),
    ],
    ids=str,
)
def test_a_plan_is_the_shortest(
    capsys: pytest.CaptureFixture[str],
    goals: tuple[str, ...],
    conditions: tuple[str, ...],
    steps: int,
) -> None:
    claim = plan_claim((SP3, SP3), 1, goals, conditions)
    constants = {"sticky": False, "first_fix": FIRST_POSTED_WITH_MOVE_FIX}
    instance = FiniteInstance(Site, SIZES, {StoreVersion: (SP3, SP4)}, constants)
    outcome = check(claim, HISTORIES_OF_PLANS, instance)
    assert (outcome.finding, outcome.steps) == (Finding.REACHED, steps)
    options = [word for name in conditions for word in ("--while", name)]
    assert main(["plan", *goals, *options]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"A plan of {steps} steps; there is no shorter one.")
    assert len(re.findall(r"^ +\d+  \w+\(", shown, re.MULTILINE)) == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "error: a plan needs a goal; name one of moved, upgraded, scanned."),
        (["gone"], "error: there is no goal 'gone'; name one of moved, upgraded, scanned."),
        (
            ["moved", "--while", "x"],
            "error: there is no condition 'x'; name one of avapi-on, no-failure, nobody-exposed.",
        ),
        (
            ["moved", "--server", "5.5.2650.23"],
            "error: a mailbox is moved to another server; give two with --server.",
        ),
        (
            ["moved", "--server", "SP3", "--server", "SP4"],
            "error: 'SP3' is no file version; write four numbers with dots, like 5.5.2653.23",
        ),
        (
            ["upgraded", *["--server", "5.5.2650.23"] * 5],
            (
                "error: 5 servers are given; plans are for up to 4, and `python -m proofs ask 9` "
                "is about any number."
            ),
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["plan", *arguments]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{message}\n")


def test_time_that_is_up_leaves_it_open(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["plan", "moved", "--timeout", "0.001"])
    assert code == 3
    assert capsys.readouterr().err == "stopped: the time is up\n"

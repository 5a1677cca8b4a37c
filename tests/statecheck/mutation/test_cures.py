"""Changes under which something never happens, and what each costs."""

from __future__ import annotations

import pytest

from statecheck.cli.mutate import main
from statecheck.modeling import ModelError
from statecheck.mutation import cures as cures_module
from statecheck.mutation.campaign import everything
from statecheck.mutation.cures import Cost, Cures, cures
from statecheck.prover.project import load

pytestmark = pytest.mark.slow

HOME = "tests.statecheck.mutation.careless:CATALOGUE"


def test_the_cure_that_costs_nothing_comes_first() -> None:
    project = load(HOME)
    (claim,) = [claim for claim in project.claims if claim.title == "garage.paid"]
    tried = [m for m in everything(project) if ".open:" in m.id or m.id.endswith("take_coin.open")]
    found = cures(project, claim, tried)
    assert not found.open
    free = {mutant.id.partition(":")[2] for mutant, costs in found.by_cost if not costs}
    # Both halves of the guard have to hold, or the second; or the gate is paid for as it opens.
    assert {"or", "drop:closed", "move-effect:take_coin.open"} <= free
    # A gate that never opens is no cure for nothing.
    dear = [costs for mutant, costs in found.by_cost if mutant.id.partition(":")[2] not in free]
    assert dear == found_last(found, len(dear))
    assert all(Cost("garage.opens", "REACHED", "REFUTED") in costs for costs in dear)
    assert "careless.Garage.open:true" not in {mutant.id for mutant in found.costs}


def found_last(found: Cures, count: int) -> list[tuple[Cost, ...]]:
    """The costs of the last cures, as they are listed."""
    return [costs for _, costs in found.by_cost[-count:]]


def test_what_never_happens_needs_no_cure() -> None:
    project = load(HOME)
    (claim,) = [claim for claim in project.claims if claim.title == "garage.shut"]
    with pytest.raises(ModelError, match=r"garage.shut is PROVED: there is no run"):
        cures(project, claim, everything(project)[:1])


def test_the_command_says_what_each_cure_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([HOME, "--cure", "garage.paid", "--jobs", "1", "careless.Garage.open:or"]) == 0
    shown = capsys.readouterr().out
    assert "careless.Garage.open:or" in shown
    assert "costs nothing that is claimed" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cure", "garage.payed"], "error: --cure 'garage.payed' is no claim; the claims are "),
        (["--cure", "garage.paid", "--json", "-"], "error: --cure judges nothing, so there is "),
        (["--cure", "garage.shut"], "error: garage.shut is PROVED: there is no run that a change "),
    ],
)
def test_what_cannot_be_cured_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([HOME, *arguments]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_a_trap_is_cured_by_a_way_out_though_the_run_into_it_goes_on() -> None:
    project = load("tests.statecheck.mutation.well:CATALOGUE")
    (claim,) = project.claims
    ways_out = [
        mutant
        for mutant in everything(project)
        if mutant.id.endswith(("climb:drop-guard:has_rope", "climb:drop-transition"))
    ]
    cured, stuck = ways_out
    assert list(cures(project, claim, [cured, stuck]).costs) == [cured]


def test_a_run_for_ever_that_is_fair_no_more_shows_nothing() -> None:
    project = load("tests.statecheck.mutation.shop:CATALOGUE")
    (claim,) = [claim for claim in project.claims if claim.title == "shop.serves"]
    ready = ("Order.serve:drop-guard:is_ready", "Order.is_ready:true")
    tried = [m for m in everything(project) if m.id.endswith((*ready, "Order.is_ready:false"))]
    assert len(tried) == 3
    found = cures(project, claim, tried)
    assert not found.open
    assert sorted(m.id.partition(".")[2] for m in found.costs) == sorted(ready)
    # The other claim was open, so none of its verdicts was turned.
    assert not any(found.costs.values())


def test_what_is_open_has_no_run_to_be_kept_from_happening() -> None:
    project = load("tests.statecheck.mutation.shop:CATALOGUE")
    (claim,) = [claim for claim in project.claims if claim.title == "shop.serves_at_last"]
    with pytest.raises(ModelError, match=r"serves_at_last is UNDETERMINED: no run is known that"):
        cures(project, claim, everything(project)[:1])


def test_an_engine_that_fails_does_not_say_that_a_change_cures_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = load(HOME)
    (claim,) = [claim for claim in project.claims if claim.title == "garage.paid"]
    tried = [m for m in everything(project) if m.id.endswith("Garage.open:or")]

    def fails(*_: object) -> object:
        raise RecursionError("too deep")

    monkeypatch.setattr(cures_module, "_proven", fails)
    assert list(cures(project, claim, tried).open.values()) == [
        "it fails with RecursionError: too deep"
    ]

"""The examples come to what their manifest says, and every proof is challenged.

A small instance is searched without a solver, its states are counted, and a bug that is put into
the protocol is found, by a run that the plain classes take.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from statecheck import ActionDisabled
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Result
from statecheck.explicit.cycles import check_eventuality
from statecheck.explicit.search import check
from statecheck.explicit.state_space import FiniteInstance, count_states
from statecheck.modeling import Inapplicable, System
from statecheck.prover.context import ProofContext
from statecheck.prover.project import bounded_integers
from statecheck.prover.prover import Prover
from tests.statecheck.reference.modules import written

pytestmark = pytest.mark.slow

HOME = Path(__file__).parents[2] / "examples"
MANIFEST: dict[str, Any] = json.loads((HOME / "manifest.json").read_text())
NAMES = sorted(MANIFEST)


def results(catalogue: Catalogue, *names: str) -> dict[str, Result]:
    """The results on the claims of these names; without any, on all."""
    asked = [claim for claim in catalogue.claims if not names or claim.id in names]
    context = ProofContext(
        catalogue.system, catalogue.claims, (), numbers=bounded_integers(catalogue.system)
    )
    return {result.claim.id: result for result in Prover(context).prove(asked)}


def loaded(name: str) -> ModuleType:
    return importlib.import_module(f"examples.{name}")


def with_bug(name: str, folder: Path) -> Catalogue:
    bug = MANIFEST[name]["bug"]
    text = (HOME / f"{name}.py").read_text()
    assert text.count(bug["replace"]) >= 1
    path = folder / f"{name}_with_a_bug.py"
    module = written(path, text.replace(bug["replace"], bug["by"], 1))
    catalogue: Catalogue = module.CATALOGUE
    return catalogue


def test_every_example_is_in_the_manifest() -> None:
    assert sorted(path.stem for path in HOME.glob("*.py") if path.stem != "__init__") == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_verdicts(name: str) -> None:
    settled = results(loaded(name).CATALOGUE)
    assert {id_: str(result.verdict.value) for id_, result in settled.items()} == (
        MANIFEST[name]["claims"]
    )
    assert not any(result.vacuous for result in settled.values())


def violations(catalogue: Catalogue, system: System, depth: int) -> set[str]:
    """The claims that a state violates which the plain system reaches in so many steps."""
    info, found = system.info, set()
    frontier = [system.snapshot()]
    known = {repr(frontier[0])}

    def choices(types: Any) -> Any:
        return itertools.product(
            *(
                range(2) if type_ is int else system.entities_of(info.entity(type_))
                for type_ in types
            )
        )

    for _ in range(depth + 1):
        following = []
        for state in frontier:
            system.restore(state)
            for claim in (c for c in catalogue.claims if c.kind is Kind.ALWAYS):
                for chosen in choices(type_ for _, type_ in claim.variables):
                    try:
                        if not claim.body(system, *chosen):
                            found.add(claim.id)
                    except Inapplicable:
                        continue
            for action in info.actions:
                for chosen in choices(type_ for _, type_ in action.parameters):
                    system.restore(state)
                    try:
                        getattr(system, action.name)(*chosen)
                    except ActionDisabled:
                        continue
                    after = system.snapshot()
                    if repr(after) not in known:
                        known.add(repr(after))
                        following.append(after)
        frontier = following
    return found


@pytest.mark.parametrize("name", NAMES)
def test_small_instances_agree(name: str) -> None:
    entry, catalogue = MANIFEST[name], loaded(name).CATALOGUE
    constants = entry.get("constants", {})
    if "depth" in entry:
        system = catalogue.system(**entry["instance"], **constants)
        assert violations(catalogue, system, entry["depth"]) == refuted(entry)
        return
    values: dict[type, Sequence[Any]] = {int: tuple(entry["numbers"])} if "numbers" in entry else {}
    instance = FiniteInstance(catalogue.system, entry["instance"], values, constants)
    assert count_states(instance).states == entry["states"]
    found = {c.id for c in catalogue.claims if not holds(c, instance)}
    assert found == refuted(entry)


def holds(claim: Claim, instance: FiniteInstance) -> bool:
    """Tell whether a search of a small instance finds nothing against a claim."""
    if claim.kind is Kind.EVENTUALLY:
        return check_eventuality(claim, (), instance, claim.fairness).holds
    return str(check(claim, (), instance).finding) != "violated"


def refuted(entry: dict[str, Any]) -> set[str]:
    return {id_ for id_, verdict in entry["claims"].items() if verdict == "REFUTED"}


@pytest.mark.parametrize("name", NAMES)
def test_a_bug_is_found(name: str, tmp_path: Path) -> None:
    bug = MANIFEST[name]["bug"]
    (result,) = results(with_bug(name, tmp_path), bug["refuted"]).values()
    assert (str(result.verdict.value), result.steps) == ("REFUTED", bug["steps"])
    assert result.run is not None  # it was played on the plain classes

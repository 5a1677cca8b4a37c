"""The names of the modelling language shadow nobody's."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State

from statecheck import Entity, Machine, Many, System, action
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim
from statecheck.claims.results import Verdict
from statecheck.modeling import ModelError, signature
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover


class Lamp(Machine):
    off = State(initial=True)
    on = State()
    switch = off.to(on) | on.to(off)


def system_of(kind: str, plural: str, parts: dict[str, Any] | None = None) -> type[System]:
    """A system of one kind of entity."""
    annotations = {"lamp": Lamp, **(parts or {})}
    entity = type(kind, (Entity,), {"__annotations__": annotations, "__module__": __name__})

    def go(self: Any, it: Any) -> None:
        it.lamp.switch()

    go.__annotations__ = {"it": entity, "return": None}
    body = {"__annotations__": {plural: Many[entity]}, "__module__": __name__, "go": action(go)}  # type: ignore[valid-type]
    return type("House", (System,), body)


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Member", "members"),
        ("Cell", "cells"),
        ("System", "systems"),
        ("Step", "steps"),
        ("Body", "bodies"),
        ("Assume", "assumes"),
        ("Bool", "bools"),
        ("After", "afters"),
        ("Class", "cls"),
    ],
)
def test_kinds_with_names_of_the_language(kind: str, plural: str) -> None:
    system = system_of(kind, plural)
    name = f"{kind.lower()}1"
    claims = [claim(system, Kind.POSSIBLE, f"{name}.lamp.on", id_="on")]
    (result,) = Prover(ProofContext(system, claims, ())).prove(claims)
    assert (result.verdict, result.steps) == (Verdict.REACHED, 1)


@pytest.mark.parametrize("plural", ["journal", "info", "observed", "firing", "restore", "snapshot"])
def test_a_system_refuses_its_own(plural: str) -> None:
    with pytest.raises(ModelError, match=f"House.{plural} is a name that systems use"):
        signature(system_of("Lift", plural))


@pytest.mark.parametrize("name", ["system", "index", "name", "kind", "term", "world", "history"])
def test_an_entity_refuses_its_own(name: str) -> None:
    with pytest.raises(ModelError, match=f"Lift.{name} is a name that entities use"):
        signature(system_of("Lift", "lifts", {name: Lamp}))


def test_kinds_that_the_numbers_of_entities_would_confuse() -> None:
    with pytest.raises(ModelError, match="Lift2 ends with a digit"):
        signature(system_of("Lift2", "lifts"))


@pytest.mark.parametrize("name", ["owner", "fields", "model", "starts_in", "dead_fields"])
def test_a_machine_refuses_its_own(name: str) -> None:
    body = {
        "__annotations__": {name: int},
        "__module__": __name__,
        name: 0,
        "off": State(initial=True),
    }
    with pytest.raises(ModelError, match=f"Shop.{name} is a name that machines of a system use"):
        type("Shop", (Machine,), body)

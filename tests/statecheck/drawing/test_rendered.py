"""Mermaid's own picture of a machine shows all that the class says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from statecheck.drawing.machine import Condition, Guard, Machine, State, Transition, describe
from statecheck.drawing.pictures.mermaid import machine_text, state_diagram
from tests.statecheck.drawing import test_mermaid
from tests.statecheck.drawing.machines import Deep, Flow
from tests.statecheck.drawing.rendered import Mermaid, mermaid

pytestmark = pytest.mark.slow

NAMES = (
    "a", "b", "c_d", "_x_", "x__y", "a__b", "s1", "s2", "s3", "state", "note", "root", "start",
    "end", "class", "constructor", "w_start", "w_end", "q-r", "o'k", "é",
)  # fmt: skip

WORDS = (
    "go", "1. Start", "12) y", "- dash", "+ plus", "**bold**", "_em_", "__d__", "a*b*c", "~~s~~",
    "a -- b", "x --> y", "%% comment", "[a](b)", "![i](u)", "[*]", "`code`", "#35;", "a:b;c",
    "<b>x</b>",
    '"q"', "&amp;", "{x}", "back\\slash\\n", "$$x$$", "> q", "= x", "::: x", "@{ shape: x }",
    "state x",
)  # fmt: skip


def _states(chance: random.Random, around: str, depth: int, *, parallel: bool) -> Iterator[State]:
    for number, name in enumerate(chance.sample(NAMES, chance.randint(2, 3))):
        kind, own = "simple", f"{around}{name}"
        children: tuple[State, ...] = ()
        if depth < 3 and chance.random() < 0.45:
            kind = chance.choice(("compound", "parallel"))
            children = tuple(_states(chance, f"{own}.", depth + 1, parallel=kind == "parallel"))
        elif number and not parallel:
            kind = chance.choice(("simple", "simple", "final", "history"))
        actions = [(chance.choice(("entry", "exit")), chance.choice(WORDS))] * chance.randint(0, 1)
        title = chance.choice(WORDS) if chance.random() < 0.3 else ""
        made = State(own, name, kind, not number and not parallel, tuple(actions), children, title)
        yield replace(made, actions=(), title="") if kind == "history" else made


def _machine(seed: int) -> Machine:
    """Any states within each other, and arrows between any of them."""
    chance = random.Random(seed)
    states = tuple(_states(chance, "", 0, parallel=False))
    bare = Machine("Any", "", "", states, (), (states[0].id,), ())
    every = [state.id for state in bare.all()]
    transitions = tuple(
        Transition(
            f"event{number}",
            chance.choice(every),
            (chance.choice(every),),
            (Guard((Condition(chance.choice(WORDS), ()),)),),
            (chance.choice(WORDS),),
            internal=False,
        )
        for number in range(chance.randint(1, 5))
    )
    return replace(bare, transitions=transitions)


@pytest.fixture(name="page", scope="module")
def _page() -> Iterator[Mermaid]:
    with mermaid() as page:
        yield page


@pytest.mark.parametrize(
    "cls", [Flow, Deep, test_mermaid.Session, test_mermaid.Oven, test_mermaid.Both]
)
def test_a_class_is_shown_whole(page: Mermaid, cls: type[Any]) -> None:
    assert page.faults(describe(cls), state_diagram(cls)) == []


def test_regions_in_regions_are_shown_whole(page: Mermaid) -> None:
    machine = test_mermaid.REGIONS_IN_REGIONS
    assert page.faults(machine, machine_text(machine)) == []


def test_any_machine_is_shown_whole(page: Mermaid) -> None:
    for seed in range(25):
        machine = _machine(seed)
        assert page.faults(machine, machine_text(machine)) == [], f"seed {seed}"

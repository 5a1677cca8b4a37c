"""Claims about pairs of entities of random systems: what is proven holds in small instances.

The search of small instances executes the plain classes and has no solver in it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.explicit.search import check
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.modules import written

pytestmark = pytest.mark.slow

SYSTEMS, FIRST, CLAIMS, ASKED = 20, 900, 40, 4

HEAD = """
from __future__ import annotations
from statemachine import State
from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Part(Machine):
    a = State(initial=True)
    b = State()
    c = State()
    flag: bool = False
    rank: int = 0
    go = a.to(b) | b.to(c) | c.to(a)
    up = a.to(b) | b.to.itself(on="raise_flag")
    down = c.to(a) | b.to(a, on="drop_flag")
    count = a.to.itself(on="more") | b.to.itself()

    def raise_flag(self) -> None:
        self.flag = True

    def drop_flag(self) -> None:
        self.flag = False

    def more(self) -> None:
        self.rank = 1 if self.flag else 2


class Hub(Entity):
    part: Part


class Spoke(Entity):
    hub: Hub
    part: Part


class Random(System):
    hubs: Many[Hub]
    spokes: Many[Spoke]
"""


def literal(pick: random.Random, name: str) -> str:
    places = [
        f"{name}.part",
        *([f"{name}.hub.part"] if name != "hub" and pick.random() < 0.3 else []),
    ]
    what = pick.choice(
        ["a.is_active", "b.is_active", "c.is_active", "flag", "rank > 0", "rank == 2"]
    )
    sign = pick.choice(["", "not "])
    return f"{sign}{pick.choice(places)}.{what}"


def condition(pick: random.Random) -> str:
    of = pick.choice(
        [
            "",
            " if other != spoke",
            " if other.hub == spoke.hub",
            " if other != spoke and other.hub == spoke.hub",
        ]
    )
    body = pick.choice(
        ["other.part.a.is_active", "not other.part.c.is_active", "not other.part.flag"]
    )
    if pick.random() < 0.3:
        body = literal(pick, "other")
    return (
        pick.choice(["all", "all", "all", "any", "not any"])
        + f"({body} for other in self.spokes{of})"
    )


def action(pick: random.Random, number: int) -> str:
    lines = [f"    @action\n    def act{number}(self, spoke: Spoke) -> None:"]
    pad = "        "
    if pick.random() < 0.7:
        lines.append(f"{pad}if {condition(pick)}:")
        pad += "    "
    elif pick.random() < 0.5:
        lines.append(f"{pad}if {literal(pick, 'spoke')}:")
        pad += "    "
    events = ["go", "up", "down", "count"]
    lines.append(f"{pad}spoke.part.{pick.choice(events)}()")
    if pick.random() < 0.4:
        lines.append(f"{pad}spoke.hub.part.{pick.choice(events)}()")
    if pick.random() < 0.3:
        lines.append(f"{pad}for other in self.spokes:")
        lines.append(f"{pad}    if other != spoke and {literal(pick, 'other')}:")
        lines.append(f"{pad}        other.part.flag = {pick.choice(['True', 'False'])}")
    return "\n".join(lines)


def claim(pick: random.Random, number: int) -> str:
    """A claim about two spokes, and its two sides as claims of their own."""
    same = pick.choice([" or one.hub != other.hub", ""])
    sides = literal(pick, "one"), literal(pick, "other")
    bodies = {"": f"one == other{same} or {sides[0]} or {sides[1]}"}
    bodies |= {"_one": sides[0], "_other": sides[1]}
    return "\n\n".join(
        f'@CATALOGUE.always("it.{number}{side}", "Random")\n'
        f"def claim{number}{side}(system: Random, one: Spoke, other: Spoke) -> bool:\n"
        f'    """Of two."""\n'
        f"    return {body}\n"
        for side, body in bodies.items()
    )


def module(number: int, folder: Path) -> ModuleType:
    pick = random.Random(number)
    parts = [HEAD, *(action(pick, n) + "\n" for n in range(pick.randrange(2, 5)))]
    parts.append("\nCATALOGUE = Catalogue(Random)\n")
    parts += [claim(pick, n) for n in range(CLAIMS)]
    path = folder / f"joint_random_{number}.py"
    return written(path, "\n".join(parts))


SIZES = ({"hubs": 1, "spokes": 2}, {"hubs": 1, "spokes": 3}, {"hubs": 2, "spokes": 3})


def findings(claim: Claim, instances: Sequence[FiniteInstance]) -> set[str]:
    return {str(check(claim, (), instance).finding) for instance in instances}


def settled(number: int, folder: Path) -> Iterator[tuple[Result, set[str]]]:
    """The verdicts on claims that hold in the smallest instance, and the findings in all."""
    catalogue = module(number, folder).CATALOGUE
    instances = [FiniteInstance(catalogue.system, sizes) for sizes in SIZES]
    holding = {c.id for c in catalogue.claims if findings(c, instances[:1]) == {"holds"}}
    asked = [
        c
        for c in catalogue.claims
        if c.id in holding and f"{c.id}_one" not in holding and f"{c.id}_other" not in holding
    ]
    asked = [c for c in asked if not c.id.endswith(("_one", "_other"))][:ASKED]
    try:
        context = ProofContext(catalogue.system, asked, (), depth=4)
    except ModelError:
        return  # no proof is about such a loop
    for result in Prover(context).prove(asked):
        yield result, findings(result.claim, instances)


def test_what_is_proven_holds_in_small_instances(tmp_path: Path) -> None:
    jointly = refuted = 0
    for number in range(FIRST, FIRST + SYSTEMS):
        for result, found in settled(number, tmp_path):
            if result.verdict is Verdict.PROVED:
                jointly += result.jointly
                assert found == {"holds"}, (number, result.claim.id)
            refuted += "violated" in found
    assert jointly >= 3
    assert refuted >= 1

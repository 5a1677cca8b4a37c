"""Numbers that count who refers to an owner for a while, and in two places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from statecheck import Catalogue, Verdict
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.modules import written
from tests.statecheck.safety.test_counting import found, holds, reached

CACHE = """
from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume


class Count(Machine):
    live = State(initial=True)
    freed = State(final=True)
    count: int = 0
    more = live.to.itself(on="up")
    less = live.to.itself(on="down")
    free = live.to(freed, cond="unused")

    def up(self) -> None:
        self.count += 1

    def down(self) -> None:
        self.count -= 1

    def unused(self) -> bool:
        return self.count == 0


class Handle(Machine):
    empty = State(initial=True)
    held = State()
    item: Item = anything()
    take = empty.to(held, on="point")
    turn = held.to.itself(on="point")
    drop = held.to(empty)

    def point(self, to: Item) -> None:
        self.item = to


class Item(Entity):
    count: Count
    handle: Handle


class Reference(Entity):
    handle: Handle


class Cache(System):
    items: Many[Item]
    references: Many[Reference]

    @action
    def take(self, reference: Reference, item: Item) -> None:
        item.count.more()
        reference.handle.take(to=item)

    @action
    def turn(self, reference: Reference, to: Item) -> None:
        reference.handle.item.count.less()
        reference.handle.turn(to=to)
        to.count.more()

    @action
    def drop(self, reference: Reference) -> None:
        reference.handle.item.count.less()
        reference.handle.drop()

    @action
    def hold(self, item: Item, other: Item) -> None:
        pass

    @action
    def free(self, item: Item) -> None:
        item.count.free()


CATALOGUE = Catalogue(Cache)


@CATALOGUE.always("held", "Safety")
def held(cache: Cache, reference: Reference) -> bool:
    assume(reference.handle.held.is_active)
    return reference.handle.item.count.live.is_active


@CATALOGUE.always("none", "Safety")
def none(cache: Cache, item: Item) -> bool:
    assume(not any(r.handle.held.is_active and r.handle.item == item for r in cache.references))
    return item.count.count == 0


@CATALOGUE.always("alone", "Safety")
def alone(cache: Cache, one: Reference, other: Reference) -> bool:
    assume(one.handle.held.is_active and one.handle.item.count.count < 2)
    return one == other or not other.handle.held.is_active or other.handle.item != one.handle.item
"""

HELD = "number of Reference with reference.handle.item = item and reference.handle.state = held"
OTHERS = "number of other Item with item.handle.item = the item and item.handle.state = held"
BOTH = f"item.count.count = {OTHERS}, + {HELD}"
TURNS = "        to.count.more()\n"
HOLDS = "        other.handle.take(to=item)\n"
OF_OTHERS = f"        if item != other:\n            item.count.more()\n{HOLDS}"
OF_OWN = OF_OTHERS.replace("handle.take(to=item)", "handle.take(to=other)")

CHANGES: dict[str, tuple[str, str, str]] = {
    "none": ("", "", f"item.count.count = {HELD}"),
    "turns and is not counted": (TURNS, "", ""),
    "two places": ("        pass\n", OF_OTHERS, BOTH),
    "another is counted": ("        pass\n", OF_OWN, ""),
}
"""Parts of the text, what takes their place, and the count that is found then."""


def changed(folder: Path, name: str) -> Catalogue:
    part, other, _ = CHANGES[name]
    module = written(folder / f"cache_{[*CHANGES].index(name)}.py", CACHE.replace(part, other, 1))
    catalogue: Catalogue = module.CATALOGUE
    return catalogue


@pytest.mark.parametrize("name", CHANGES)
def test_who_refers_for_a_while_is_counted(name: str, tmp_path: Path) -> None:
    system = changed(tmp_path, name).system
    _, equations = found(system)
    wanted = CHANGES[name][2]
    assert [count.text for count in equations] == ([wanted] if wanted else [])
    plain = system(items=2, references=2)
    assert all(holds(count, state) for state in reached(plain, 3) for count in equations)


@pytest.mark.parametrize("name", ["turns and is not counted", "another is counted"])
def test_what_is_no_count_is_denied(name: str, tmp_path: Path) -> None:
    """By the plain classes, so that nothing is found there by what is too weak a search."""
    right = "two places" if name == "another is counted" else "none"
    (count,) = found(changed(tmp_path, right).system)[1]
    plain = changed(tmp_path, name).system(items=2, references=2)
    assert any(not holds(count, state) for state in reached(plain, 3))


def test_what_counts_say_of_others_is_proven_and_denied(tmp_path: Path) -> None:
    def verdicts(name: str) -> Sequence[Verdict]:
        catalogue = changed(tmp_path, name)
        prover = Prover(ProofContext(catalogue.system, catalogue.claims, []))
        told = {result.claim.id: result.verdict for result in prover.prove(catalogue.claims)}
        return [told[claim.id] for claim in catalogue.claims]

    assert verdicts("none") == [Verdict.PROVED] * 3
    assert verdicts("turns and is not counted") == [Verdict.REFUTED] * 3

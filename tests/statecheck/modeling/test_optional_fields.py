"""A field may be None: it runs as Python has it, and what is proven of it is so."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any, Optional, Union

import pytest
from statemachine import State

from examples.box_office import BoxOffice, Seat
from statecheck import (
    ActionDisabled,
    Catalogue,
    Entity,
    Machine,
    Many,
    ModelError,
    System,
    action,
    anything,
    derived,
)
from statecheck.claims.paths.lookup import type_at
from statecheck.claims.results import Result
from statecheck.explicit.state_space import FiniteInstance, count_states
from statecheck.modeling import signature
from statecheck.modeling.optional import may_be_none
from statecheck.prover import session
from statecheck.prover.project import project_of
from statecheck.runs import text
from statecheck.runs.replay import replay
from statecheck.symbolic.transition_system import TransitionSystem


class Box(Machine):
    closed = State(initial=True)
    broken = State(final=True)

    holder: Node | None = anything()
    level: int | None = None
    limit: Optional[int] = 3  # noqa: UP045  (as people write it)
    sealed: Union[bool, None] = None  # noqa: UP007
    put = closed.to.itself(on="fill")
    drop = closed.to.itself(cond="full", on="clear")
    smash = closed.to(broken)

    def fill(self, node: Node, level: int) -> None:
        self.holder, self.level = node, level
        self.sealed = None if self.sealed else True

    def full(self) -> bool:
        return self.level is not None and self.limit is not None and self.level > self.limit

    def clear(self) -> None:
        self.holder = None
        self.level = None


class Node(Entity):
    box: Box


class Boxes(System):
    nodes: Many[Node]

    @action
    def put(self, node: Node, other: Node, level: int) -> None:
        node.box.put(node=other, level=level)

    @action
    def drop(self, node: Node) -> None:
        node.box.drop()

    @action
    def break_two(self, node: Node, other: Node) -> None:
        node.box.put(node=node, level=1)
        node.box.smash()
        other.box.smash()


BOXES = Catalogue(Boxes)


@BOXES.always("boxes.held", "Boxes")
def held(boxes: Boxes, node: Node) -> bool:
    """What has a level has a holder."""
    return node.box.level is None or node.box.holder is not None


@BOXES.always("boxes.alone", "Boxes")
def alone(boxes: Boxes, node: Node) -> bool:
    """It holds no other: false from the start, for the holder may be any."""
    return node.box.holder is None or node.box.holder == node


@BOXES.possible("boxes.emptied", "Boxes")
def emptied(boxes: Boxes, node: Node) -> bool:
    """A box that was sealed may be empty."""
    return node.box.holder is None and node.box.sealed is not None


@BOXES.always("boxes.sealed", "Boxes")
def sealed(boxes: Boxes, node: Node, other: Node) -> bool:
    """A seal is none or whole; and what is None is no number of another box."""
    alike = node.box.level == other.box.level
    return node.box.sealed in (None, True) and (not alike or not one_is_none(node, other))


@BOXES.possible("boxes.apart", "Boxes")
def apart(boxes: Boxes, node: Node, other: Node) -> bool:
    """One box may have a level, and another none."""
    return node.box.level != other.box.level and one_is_none(node, other)


def one_is_none(node: Node, other: Node) -> bool:
    """One of two boxes has no level, and the other one has."""
    return (node.box.level is None) != (other.box.level is None)


@BOXES.possible("boxes.other", "Boxes")
def other(boxes: Boxes, node: Node, one: Node) -> bool:
    """It may hold another from the start."""
    return node.box.holder == one and one != node and node.box.level is None


def test_a_plain_system_has_none_or_a_value() -> None:
    boxes = Boxes(nodes=2)
    one, other = boxes.nodes
    assert (one.box.holder, one.box.level, one.box.limit, one.box.sealed) == (None, None, 3, None)
    boxes.put(one, other, 5)
    assert (one.box.holder, one.box.level, one.box.sealed) == (other, 5, True)
    boxes.drop(one)
    assert (one.box.holder, one.box.level, one.box.sealed) == (None, None, True)
    with pytest.raises(ActionDisabled):
        boxes.break_two(one, one)
    assert (one.box.holder, one.box.level, one.box.sealed) == (None, None, True)


@cache
def results() -> list[Result]:
    """The verdicts on the claims about boxes."""
    return [*session.run(project_of(BOXES, "it:BOXES"), BOXES.claims, tables=False).results]


def test_verdicts_and_runs_say_none() -> None:
    verdicts = {result.claim.id: result for result in results()}
    assert [str(result.verdict) for result in verdicts.values()] == [
        *("PROVED", "REFUTED", "REACHED", "PROVED", "REACHED", "REACHED")
    ]
    assert verdicts["boxes.other"].steps == 0
    assert verdicts["boxes.other"].shortest
    run = verdicts["boxes.emptied"].run
    assert run is not None
    changes = {(c.what, c.before, c.after) for step in run.steps for c in step.changes}
    assert {("box.level", "None", "4"), ("box.sealed", "None", "True")} <= changes
    assert ("box.level", "4", "None") in changes
    assert not any(" is None" in what for what, _, _ in changes)


def test_a_run_is_read_again_with_what_was_none() -> None:
    with_runs = [result for result in results() if result.run is not None]
    for result, want in zip(with_runs, (False, True, True, True), strict=True):
        found, claim = result.run, result.claim
        assert found is not None
        start = dict(found.start)
        holder = start.pop("node1.box.holder is None")
        assert holder == str("node1.box.holder" not in start), start
        again = text.from_text(Boxes, claim, {}, text.to_text(found))
        assert replay(Boxes, (), again, claim, want, trim=False) == found


def states(office: BoxOffice) -> tuple[Any, ...]:
    """All that Python can see of a box office."""
    return (
        *((s.place.model.state, str(s.place.buyer)) for s in office.seats),
        *((c.order.model.state, str(c.order.seat)) for c in office.customers),
    )


def reached(sizes: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    """The states that runs of the plain classes come to, each run played from its beginning."""
    seen: set[tuple[Any, ...]] = set()
    runs: list[tuple[tuple[str, int, int], ...]] = [()]
    for run in runs:
        office = BoxOffice(**sizes)
        try:
            for name, seat, customer in run:
                given = {"seat": office.seats[seat], "customer": office.customers[customer]}
                wanted = {"choose": ("customer", "seat"), "expire": ("seat",), "pay": ("customer",)}
                getattr(office, name)(*(given[kind] for kind in wanted[name]))
        except ActionDisabled:
            continue
        if states(office) not in seen:
            seen.add(states(office))
            yield states(office)
            runs += [
                (*run, step)
                for step in itertools.product(
                    ("choose", "expire", "pay"), range(sizes["seats"]), range(sizes["customers"])
                )
            ]


@pytest.mark.parametrize(("seats", "customers"), [(1, 2), (2, 1)])
def test_what_is_none_has_no_value_that_tells_states_apart(seats: int, customers: int) -> None:
    sizes = {"seats": seats, "customers": customers}
    assert count_states(FiniteInstance(BoxOffice, sizes)).states == len([*reached(sizes)])


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("Node | None", True),
        ("None | Node", True),
        ("typing.Optional[Node]", True),
        ("Union[Node, None]", True),
        ("Node", False),
        ("Many[None]", False),
        (Optional[int], True),  # noqa: UP045
        (int | None, True),
        (int, False),
    ],
)
def test_none_is_seen_in_each_way_of_writing_it(annotation: Any, expected: bool) -> None:
    assert may_be_none(annotation) is expected


def test_none_is_asked_for_nothing() -> None:
    class Hasty(Boxes):
        @action
        def follow(self, node: Node) -> None:
            node.box.holder.box.drop()  # type: ignore[union-attr]

    with pytest.raises(ModelError, match=r"follow .*what may be None here is asked for box; ask"):
        TransitionSystem(Hasty)


def test_none_is_not_compared_with_a_number() -> None:
    class Rash(Boxes):
        @action
        def follow(self, node: Node) -> None:
            if node.box.level > 3:  # type: ignore[operator]
                node.box.drop()

    with pytest.raises(ModelError, match=r"NoneType.*; if a field may be None here, ask first"):
        TransitionSystem(Rash)


def test_a_derived_field_is_not_none() -> None:
    with pytest.raises(ModelError, match="the field level may be None and is derived; let it"):

        class Derived(Machine):
            on = State(initial=True)
            level: int | None = derived(lambda _: 1)
            go = on.to.itself()


def test_a_subclass_says_whether_a_field_may_be_none() -> None:
    class Labelled(Box):
        level: int = 3
        limit: int | None = None

    assert "level is None" in Box.fields
    assert "level is None" not in Labelled.fields
    assert Labelled.fields["limit is None"].value
    assert not Box.fields["limit is None"].value


Level = int | None


class Tank(Machine):
    on = State(initial=True)
    level: Level = None
    go = on.to.itself()


class Tower(Entity):
    tank: Tank


class Towers(System):
    towers: Many[Tower]


def test_none_by_another_name_is_refused() -> None:
    with pytest.raises(ModelError, match="the field level may be None, and its annotation has ano"):
        Towers(towers=1)


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(ModelError, match=r"it has free, held, sold, buyer$"):
        type_at(signature(BoxOffice), Seat, "seat", ["place", "xyz"])

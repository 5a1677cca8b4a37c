"""Exhaustive search of the site, in agreement with the proofs."""

from __future__ import annotations

from typing import Any

import pytest

from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, FIRST_WITH_FORMAT_2_46, SP3, SP4, StoreVersion
from proofs.catalogue import CLAIMS, HISTORIES
from statecheck.claims.claim import Claim, Kind
from statecheck.explicit.search import answers, check, sample
from statecheck.explicit.state_space import FiniteInstance, StateCount, StateSpace, count_states
from statecheck.modeling import (
    Entity,
    System,
)

FOUR = tuple(map(StoreVersion.parse, ("5.5.2650.23", "5.5.2651.68", "5.5.2652.68", "5.5.2653.23")))
THREE = (SP3, FIRST_WITH_FORMAT_2_46, SP4)
SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}
FIX = {"first_fix": FIRST_POSTED_WITH_MOVE_FIX}
"""The published figures are those of this first fix."""
OF_DEAD_FIELDS = ("resolution.events_are_logged", "safety.target_is_kept")
"""Claims about what no guard reads, so that nothing may be forgotten."""


def named(id_: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.id == id_)


def in_(system: System, value: Any) -> Any:
    return system[value] if isinstance(value, Entity) else value


# Independent of this project: counted by two models that share nothing with it.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("attachments", "sticky", "figures"),
    [
        (1, False, StateCount(128, 27_648, 11)),
        (1, True, StateCount(128, 28_480, 11)),
        (2, False, StateCount(128, 135_936, 14)),
    ],
)
def test_reachable_states(attachments: int, sticky: bool, figures: StateCount) -> None:
    sizes = {"servers": 2, "mailboxes": 1, "attachments": attachments}
    assert (
        count_states(FiniteInstance(Site, sizes, {StoreVersion: FOUR}, FIX | {"sticky": sticky}))
        == figures
    )


TWO = tuple(map(StoreVersion.parse, ("5.5.2652.68", "5.5.2653.23")))


# Counted by a program in C that shares nothing with this project either. Sizes are servers,
# mailboxes and attachments; states and depth are per request, then sticky.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "versions", "per_request", "sticky"),
    [
        ((1, 1, 1), FOUR, (84, 5), (84, 5)),
        ((2, 1, 0), FOUR, (6_272, 6), (6_272, 6)),
        ((2, 1, 1), TWO, (1_952, 9), (2_112, 9)),
        ((2, 1, 2), TWO, (10_080, 12), (12_416, 13)),
        ((2, 2, 1), TWO, (13_056, 11), (14_144, 11)),
        ((3, 1, 1), TWO, (25_728, 10), (28_032, 10)),
    ],
    ids=str,
)
def test_reachable_states_of_other_sizes(
    sizes: tuple[int, int, int],
    versions: tuple[StoreVersion, ...],
    per_request: tuple[int, int],
    sticky: tuple[int, int],
) -> None:
    numbers = dict(zip(("servers", "mailboxes", "attachments"), sizes, strict=True))
    for reading, figures in ((False, per_request), (True, sticky)):
        found = count_states(
            FiniteInstance(Site, numbers, {StoreVersion: versions}, FIX | {"sticky": reading})
        )
        assert (found.states, found.depth) == figures


@pytest.mark.slow
def test_reachable_states_beside_every_threshold() -> None:
    texts = ("2651.31", "2651.32", "2652.67", "2652.68", "2653.11", "2653.12")
    versions = [StoreVersion.parse(f"5.5.{text}") for text in texts]
    found = count_states(
        FiniteInstance(Site, SMALL, {StoreVersion: versions}, FIX | {"sticky": False})
    )
    assert (found.states, found.depth) == (62_208, 11)


@pytest.mark.slow
def test_rollback_window() -> None:
    around = [
        StoreVersion(landmark - below)
        for landmark in (FIRST_WITH_FORMAT_2_46, FIRST_POSTED_WITH_MOVE_FIX)
        for below in (1, 0)
    ]
    instance = FiniteInstance(Site, SMALL, {StoreVersion: around}, FIX | {"sticky": False})
    found = answers(named("resolution.rollback_window"), HISTORIES, instance)
    assert {version for _, version in found} == {around[1], around[2]}


# -- what is remembered is what is executed -----------------------------------------------------


def graph(space: StateSpace) -> dict[tuple[Any, ...], set[tuple[Any, ...]]]:
    def plain(state: int) -> tuple[Any, ...]:
        return tuple(space.values(state))

    found: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
    queue = space.initial()
    for state in queue:
        if plain(state) not in found:
            steps = list(space.steps(state))
            found[plain(state)] = {(n, plain(after), plain(kept)) for n, after, kept in steps}
            queue += [kept for _, _, kept in steps]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("forget", [True, False])
@pytest.mark.parametrize(
    ("sizes", "versions"), [(SMALL, (SP3,)), ({"servers": 1, "mailboxes": 1}, (SP3, SP4))]
)
def test_memoised_steps_are_the_executed_ones(
    sizes: dict[str, int], versions: tuple[StoreVersion, ...], forget: bool
) -> None:
    graphs = [
        graph(space)
        for memoise in (True, False)
        for space in FiniteInstance(
            Site, sizes, {StoreVersion: versions}, FIX | {"sticky": True}, forget, memoise
        ).spaces()
    ]
    assert graphs[0] == graphs[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claim, marks=pytest.mark.campaign if number % 3 else (), id=claim.title)
        for number, claim in enumerate(CLAIMS)
        if claim.kind not in (Kind.EVENTUALLY, Kind.DERIVED)
    ],
)
def test_memoised_answers_are_the_evaluated_ones(claim: Claim) -> None:
    # One server has few states; a step of every action but those that move is among them.
    sizes = {"servers": 1, "mailboxes": 1, "attachments": 1}
    values: dict[type, Any] = {StoreVersion: (SP3, SP4)}
    forget = claim.id not in OF_DEAD_FIELDS
    outcomes = [
        check(claim, HISTORIES, FiniteInstance(Site, sizes, values, {}, forget, memoise))
        for memoise in (True, False)
    ]
    assert outcomes[0] == outcomes[1]


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["cause.arrives_scanned", "safety.no_loss"])
def test_memoised_answers_about_moves_are_the_evaluated_ones(id_: str) -> None:
    claim = named(id_)
    outcomes = [
        check(
            claim,
            HISTORIES,
            FiniteInstance(
                Site, SMALL, {StoreVersion: (SP3,)}, FIX | {"sticky": False}, memoise=memoise
            ),
        )
        for memoise in (True, False)
    ]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].antecedent_reached


@pytest.mark.slow
def test_forgetting_loses_no_state() -> None:
    plain = Site(**SMALL)

    def forgotten(state: tuple[Any, ...]) -> tuple[Any, ...]:
        plain.restore([in_(plain, value) for value in state])
        plain.forget()
        return plain.snapshot()

    whole, forgetful = (
        graph(next(FiniteInstance(Site, SMALL, {StoreVersion: (SP3, SP4)}, forget=forget).spaces()))
        for forget in (False, True)
    )
    assert {forgotten(state) for state in whole} == set(forgetful)


def test_samples_are_reachable_and_repeatable() -> None:
    instance = FiniteInstance(Site, SMALL, {StoreVersion: (SP3,)}, forget=False)
    first, second = (list(sample(instance, HISTORIES, walks=20, steps=9, seed=7)) for _ in range(2))
    assert first == second
    assert {found.constants["sticky"] for found in first} == {False, True}
    reachable = {
        (space.constants["sticky"], state) for space in instance.spaces() for state in graph(space)
    }
    assert {
        (found.constants["sticky"], tuple(found.cells.values())) for found in first
    } <= reachable
    assert {name for name, _ in first[0].histories} == {item.name for item in HISTORIES}

"""Exhaustive search: the figures, the claims, and the laws that make its short cuts sound."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State

from model.site import Site
from model.version import FIRST_WITH_FORMAT_2_46, FIRST_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from proofs.catalogue import CLAIMS, HISTORIES
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.explicit.product import relevant_histories
from statecheck.explicit.search import Finding, answers, check, sample
from statecheck.explicit.state_space import FiniteInstance, StateCount, StateSpace, count_states
from statecheck.modeling import (
    Entity,
    Machine,
    Many,
    ModelError,
    Step,
    System,
    action,
    anything,
    assume,
    history,
)

FOUR = tuple(map(StoreVersion.parse, ("5.5.2650.23", "5.5.2651.68", "5.5.2652.68", "5.5.2653.23")))
THREE = (SP3, FIRST_WITH_FORMAT_2_46, SP4)
SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}
OF_DEAD_FIELDS = ("resolution.events_are_logged",)
"""Claims about what no guard reads, so that nothing may be forgotten."""

FINDINGS = {
    "PROVED": Finding.HOLDS,
    "REFUTED": Finding.VIOLATED,
    "REACHED": Finding.REACHED,
    "DERIVED": Finding.REACHED,
}


def named(id_: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.id == id_)


@pytest.fixture(scope="module")
def site() -> FiniteInstance:
    return FiniteInstance(Site, SMALL, {StoreVersion: THREE})


# Independent of this project: counted by two models that share nothing with it.
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
        count_states(FiniteInstance(Site, sizes, {StoreVersion: FOUR}, {"sticky": sticky}))
        == figures
    )


TWO = tuple(map(StoreVersion.parse, ("5.5.2652.68", "5.5.2653.23")))


# Counted by a program in C that shares nothing with this project either. Sizes are servers,
# mailboxes and attachments; states and depth are per request, then sticky.
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
            FiniteInstance(Site, numbers, {StoreVersion: versions}, {"sticky": reading})
        )
        assert (found.states, found.depth) == figures


def test_reachable_states_beside_every_threshold() -> None:
    texts = ("2651.31", "2651.32", "2652.67", "2652.68", "2653.11", "2653.12")
    versions = [StoreVersion.parse(f"5.5.{text}") for text in texts]
    found = count_states(FiniteInstance(Site, SMALL, {StoreVersion: versions}, {"sticky": False}))
    assert (found.states, found.depth) == (62_208, 11)


@pytest.mark.parametrize(
    "claim",
    [claim for claim in CLAIMS if claim.kind is not Kind.EVENTUALLY],
    ids=lambda claim: claim.title,
)
def test_claim(site: FiniteInstance, claim: Claim) -> None:
    whole = FiniteInstance(Site, SMALL, {StoreVersion: THREE}, forget=False)
    outcome = check(claim, HISTORIES, whole if claim.id in OF_DEAD_FIELDS else site)
    assert outcome.finding is FINDINGS[claim.expected]
    assert outcome.antecedent_reached is not False
    if outcome.run is not None:
        assert outcome.steps == len(outcome.run.steps)
        assert dict(claim.variant.constants).items() <= outcome.run.constants.items()
        plain = Site(**SMALL, **outcome.run.constants)
        plain.restore([in_(plain, value) for value in outcome.run.start])
        for name, arguments in outcome.run.steps:
            getattr(plain, name)(*(in_(plain, value) for value in arguments))


def in_(system: System, value: Any) -> Any:
    return system[value] if isinstance(value, Entity) else value


def test_rollback_window() -> None:
    around = [
        StoreVersion(landmark - below)
        for landmark in (FIRST_WITH_FORMAT_2_46, FIRST_WITH_MOVE_FIX)
        for below in (1, 0)
    ]
    instance = FiniteInstance(Site, SMALL, {StoreVersion: around}, {"sticky": False})
    found = answers(named("resolution.rollback_window"), HISTORIES, instance)
    assert {version for _, version in found} == {around[1], around[2]}


# -- what is remembered is what is executed -----------------------------------------------------


def graph(space: StateSpace) -> dict[tuple[Any, ...], set[tuple[Any, ...]]]:
    def plain(state: tuple[int, ...]) -> tuple[Any, ...]:
        return tuple(space.table.values[number] for number in state)

    found: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
    queue = space.initial()
    for state in queue:
        if plain(state) not in found:
            steps = list(space.steps(state))
            found[plain(state)] = {(n, plain(after), plain(kept)) for n, after, kept in steps}
            queue += [kept for _, _, kept in steps]
    return found


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
            Site, sizes, {StoreVersion: versions}, {"sticky": True}, forget, memoise
        ).spaces()
    ]
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize(
    "claim",
    [claim for claim in CLAIMS if claim.kind not in (Kind.EVENTUALLY, Kind.DERIVED)],
    ids=lambda claim: claim.title,
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


@pytest.mark.parametrize("id_", ["cause.arrives_scanned", "safety.no_loss"])
def test_memoised_answers_about_moves_are_the_evaluated_ones(id_: str) -> None:
    claim = named(id_)
    outcomes = [
        check(
            claim,
            HISTORIES,
            FiniteInstance(Site, SMALL, {StoreVersion: (SP3,)}, {"sticky": False}, memoise=memoise),
        )
        for memoise in (True, False)
    ]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].antecedent_reached


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


# -- toys -----------------------------------------------------------------------------------------


class Bulb(Machine):
    dark = State(initial=True)
    lit = State()
    burnt = State()

    age: int = 0
    label: int = anything(0)

    light = dark.to(lit)
    quench = lit.to(dark, cond="is_labelled")
    burn = lit.to(burnt, on="grow") | burnt.to.itself()

    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("age",)

    def is_labelled(self) -> bool:
        return self.label == 1

    def grow(self) -> None:
        self.age = 1


class TrustingBulb(Bulb):
    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("label",) if self.lit.is_active else ()


class NosyBulb(Bulb):
    @property
    def dead_fields(self) -> tuple[str, ...]:
        return ("age",) if self.owner.other.dark.is_active else ()


class Lamp(Entity):
    bulb: Bulb


class TrustingLamp(Entity):
    bulb: TrustingBulb


class NosyLamp(Entity):
    bulb: NosyBulb
    other: Bulb


class Room(System):
    lamps: Many[Lamp]

    @action
    def light(self, lamp: Lamp) -> None:
        lamp.bulb.light()

    @action
    def quench(self, lamp: Lamp) -> None:
        lamp.bulb.quench()

    @action
    def burn(self, lamp: Lamp) -> None:
        lamp.bulb.burn()


class TrustingRoom(System):
    lamps: Many[TrustingLamp]

    @action
    def light(self, lamp: TrustingLamp) -> None:
        lamp.bulb.light()

    @action
    def quench(self, lamp: TrustingLamp) -> None:
        lamp.bulb.quench()


class NosyRoom(System):
    lamps: Many[NosyLamp]

    @action
    def light(self, lamp: NosyLamp) -> None:
        lamp.bulb.light()


ROOM = Catalogue(Room)


@history(initially=0)
def lit_before(step: Step, lamp: Lamp) -> int:
    return min(2, lit_before(lamp) + 1) if step.fires(Room.light, lamp) else lit_before(lamp)


@ROOM.always("room.vacuous", "")
def vacuous(step: Step, lamp: Lamp) -> bool:
    assume(lamp.bulb.burnt.is_active and lamp.bulb.age == 0)
    return False


@ROOM.recoverable("room.dark_again", "")
def dark_again(room: Room, lamp: Lamp) -> bool:
    return lamp.bulb.dark.is_active


@ROOM.possible("room.lit_twice", "")
def lit_twice(room: Room, lamp: Lamp) -> bool:
    return lit_before(lamp) == 2


@ROOM.eventually("room.burns", "", fairness=())
def burns(room: Room, lamp: Lamp) -> bool:
    return lamp.bulb.burnt.is_active


VACUOUS, DARK_AGAIN, LIT_TWICE, BURNS = ROOM.claims


def room(system: type[System] = Room, lamps: int = 1, forget: bool = True) -> FiniteInstance:
    return FiniteInstance(system, {"lamps": lamps}, {int: (0, 1)}, forget=forget)


def test_a_forgotten_value_is_not_read() -> None:
    with pytest.raises(ModelError, match=r"label of trustinglamp1\.bulb is read where"):
        count_states(room(TrustingRoom))
    assert count_states(room(TrustingRoom, forget=False)) == StateCount(2, 4, 1)


def test_a_claim_cannot_read_a_forgotten_value() -> None:
    with pytest.raises(ModelError, match=r"age of lamp1\.bulb .* forget=False"):
        check(VACUOUS, (), room())


def test_what_is_forgotten_depends_on_the_machine_alone() -> None:
    with pytest.raises(ModelError, match="depend on another machine's state"):
        count_states(room(NosyRoom))


def test_a_vacuous_claim_shows() -> None:
    outcome = check(VACUOUS, (), room(forget=False))
    assert (outcome.finding, outcome.antecedent_reached) == (Finding.HOLDS, False)


def test_what_is_lost_is_not_recoverable() -> None:
    outcome = check(DARK_AGAIN, (), room())
    # A lamp with label 0 cannot be quenched.
    assert (outcome.finding, outcome.steps) == (Finding.VIOLATED, 1)


def test_the_histories_of_a_claim_are_kept() -> None:
    assert relevant_histories(LIT_TWICE, (lit_before,)) == [lit_before]
    outcome = check(LIT_TWICE, (lit_before,), room(lamps=2))
    assert (outcome.finding, outcome.steps) == (Finding.REACHED, 3)
    assert outcome.run is not None
    assert [name for name, _ in outcome.run.steps] == ["light", "quench", "light"]


def test_what_no_search_decides_is_refused() -> None:
    with pytest.raises(ModelError, match=r"room\.burns is a claim of kind eventually"):
        check(BURNS, (), room())


def test_types_without_values_are_refused() -> None:
    with pytest.raises(ModelError, match="int has too many values"):
        count_states(FiniteInstance(Room, {"lamps": 1}))


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

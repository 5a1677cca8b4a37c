"""Numbers that count entities: what is found is true in each state of small instances."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from examples import reading_room
from statecheck import ActionDisabled, Catalogue, Verdict
from statecheck.certificate.certificates import why_left_out
from statecheck.modeling import System
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.reports.words import evidence
from statecheck.safety.induction import Induction
from statecheck.safety.inferring.counted import Count, Members
from statecheck.safety.inferring.counting import counts, follow
from statecheck.symbolic.transition_system import TransitionSystem, read_system
from tests.statecheck.reference.modules import written

TEXT = Path(str(reading_room.__file__)).read_text()

READERS = "number of Reader with reader.room = room and reader.access.state = within"
ASLEEP = "or reader.access.state = asleep"
COUNTED = f"room.desk.readers = {READERS} {ASLEEP}"

COMES, GOES = (f"        reader.room.desk.{event}()\n" for event in ("come", "go"))
ENTERS, LEAVES, NODS = (f"        reader.access.{e}()\n" for e in ("enter", "leave", "nod"))
OTHER = ENTERS.replace("reader", "other")

ALL = "        for one in self.readers:\n            if one.access.within.is_active:\n        "
STARTS = "def start_reading(self, reader: Reader) -> None:\n"
OF_TWO = "def start_reading(self, reader: Reader, other: Reader) -> None:\n"
OF_OTHER = COMES.replace("reader", "other")
BOTH_OUT = "        if reader.access.out.is_active and other.access.out.is_active:\n"
TWICE = f"    {COMES}    {OF_OTHER}    {ENTERS}            if other != reader:\n        {OTHER}"
STOPS = "        writer.access.leave()\n"
TIDIES = """\
    @action
    def tidy(self, room: Room) -> None:
        if all(one.access.out.is_active and one.access.within.is_active for one in self.readers):
            room.desk.come()

    @action
    def stop_writing"""

CHANGES: dict[str, tuple[str, str, str]] = {
    "none": ("", "", COUNTED),
    "more at first": ("readers: int = 0", "readers: int = 2", COUNTED.replace("=", "= 2 +", 1)),
    "any at first": ("readers: int = 0", "readers: int = anything(0)", ""),
    "less": ("self.readers += 1", "self.readers -= 1", ""),
    "by two": ("self.readers += 1", "self.readers += 2", ""),
    "leaves and is counted": (LEAVES + GOES, LEAVES, ""),
    "enters and is not counted": (COMES, "", ""),
    "from anywhere": ("if one.room == other.room:", "if one != other:", ""),
    "all nod": (NODS, ALL + NODS.replace("reader", "one"), COUNTED),
    "all leave": (LEAVES, ALL + LEAVES.replace("reader", "one"), ""),
    "who sleeps is gone": (NODS, NODS + GOES, ""),
    "two come": (STARTS, OF_TWO + OF_OTHER + OTHER, COUNTED),
    "one of two is counted": (STARTS, OF_TWO + OTHER, ""),
    "two come, or one twice": (
        STARTS + COMES + ENTERS,
        OF_TWO + BOTH_OUT + TWICE,
        "",
    ),
    "all leave at the end": (STOPS, STOPS + ALL + LEAVES.replace("reader", "one"), ""),
    "where there is no reader": ("    @action\n    def stop_writing", TIDIES, ""),
    "one comes and goes": (STARTS, STARTS + ENTERS + LEAVES, COUNTED),
}
"""Parts of the text, what takes their place, and the count that is found then."""


def changed(folder: Path, *names: str) -> Catalogue:
    """The reading room with some changes."""
    text = TEXT.replace("assume\n", "anything, assume\n", 1)
    for name in names:
        part, other, _ = CHANGES[name]
        text = text.replace(part, other, 1)
    name = "_".join(("room", *names)).replace(" ", "_")
    catalogue: Catalogue = written(folder / f"{name}.py", text).CATALOGUE
    return catalogue


def found(system: type[System]) -> tuple[TransitionSystem, list[Count]]:
    transitions, _ = read_system(system, (), isolate=False)
    return transitions, [*counts(Induction(transitions), ())]


@pytest.mark.parametrize("name", CHANGES)
def test_a_number_counts_where_each_step_keeps_count(name: str, tmp_path: Path) -> None:
    system = changed(tmp_path, name).system
    _, equations = found(system)
    wanted = CHANGES[name][2]
    assert [count.text for count in equations] == ([wanted] if wanted else [])
    assert not [
        state for state in reached(room(system)) if not all(holds(c, state) for c in equations)
    ]


@pytest.mark.campaign
@pytest.mark.parametrize("names", [*itertools.combinations(CHANGES, 2)])
def test_what_two_changes_leave_is_true(names: Sequence[str], tmp_path: Path) -> None:
    system = changed(tmp_path, *names).system
    _, equations = found(system)
    assert not [
        state for state in reached(room(system)) if not all(holds(c, state) for c in equations)
    ]


@pytest.mark.parametrize("name", ["by two", "from anywhere", "all leave"])
def test_a_count_that_is_none_is_denied(name: str, tmp_path: Path) -> None:
    """By the plain classes, so that nothing is found there by what is too weak a search."""
    (count,) = found(reading_room.Library)[1]
    assert any(not holds(count, state) for state in reached(room(changed(tmp_path, name).system)))


def test_clauses_follow_from_a_count() -> None:
    transitions, (count,) = found(reading_room.Library)
    assert [*map(str, follow(transitions, count))] == [
        "every Room: room.desk.readers >= 0",
        "every Reader: reader.access.state != within or reader.room.desk.readers >= 1",
        "every Reader: reader.access.state != asleep or reader.room.desk.readers >= 1",
    ]
    down = replace(count, first=3, sign=-1)
    assert down.text.startswith("room.desk.readers = 3 - number of Reader with ")
    assert [clause.literals[-1] for clause in follow(transitions, down)] == [
        "room.desk.readers <= 3",
        *["reader.room.desk.readers <= 2"] * 2,
    ]


def test_who_counts_keeps_readers_and_writers_apart() -> None:
    claims = reading_room.CATALOGUE.claims
    results = [*Prover(ProofContext(reading_room.Library, claims, [])).prove(claims)]
    assert {result.verdict for result in results} == {Verdict.PROVED}
    (apart,) = (result for result in results if result.claim.id == "library.apart")
    assert apart.joint is not None
    assert apart.joint.counts == (COUNTED,)
    assert COUNTED in apart.detail
    assert evidence(apart).endswith("-clause invariant, counted")
    assert {*apart.joint.counted} <= {*(apart.invariant or ())}
    assert why_left_out(apart) == "it rests on a number that counts entities"


SEEN = Catalogue(reading_room.Library)


@SEEN.always("seen", "Safety")
def seen(library: reading_room.Library, reader: reading_room.Reader) -> bool:
    """A reader is counted; of one reader alone, no step keeps it."""
    return reader.access.out.is_active or reader.room.desk.readers > 0


@SEEN.always("few", "Safety")
def few(library: reading_room.Library, reader: reading_room.Reader) -> bool:
    """Nobody else is."""
    return reader.access.out.is_active or reader.room.desk.readers == 1


def test_what_a_count_shows_is_proven_though_no_step_keeps_it() -> None:
    results = Prover(ProofContext(SEEN.system, SEEN.claims, [])).prove(SEEN.claims)
    told = {result.claim.id: result for result in results}
    assert told["seen"].verdict is Verdict.PROVED
    assert told["seen"].detail == f"follows in every state from 3 clauses; {COUNTED}"
    assert (told["few"].verdict, told["few"].steps) == (Verdict.REFUTED, 2)


@pytest.mark.parametrize("name", ["enters and is not counted", "from anywhere"])
def test_who_counts_wrongly_is_found_out(name: str, tmp_path: Path) -> None:
    catalogue = changed(tmp_path, name)
    results = Prover(ProofContext(catalogue.system, catalogue.claims, [])).prove(catalogue.claims)
    verdicts = {result.claim.id: result.verdict for result in results}
    assert verdicts["library.apart"] is Verdict.REFUTED


def room(system: type[System]) -> System:
    return system(rooms=2, readers=[{"room": 0}, {"room": 0}, {"room": 1}], writers=[{"room": 0}])


def reached(plain: System, depth: int = 5) -> Iterator[System]:
    """Each state of a small instance that so many steps lead to, as the plain system in it."""
    frontier, known = [plain.snapshot()], set()
    for _ in range(depth):
        following = []
        for state in frontier:
            plain.restore(state)
            yield plain
            for action in plain.info.actions:
                for chosen in itertools.product(
                    *(plain.entities_of(plain.info.entity(t)) for _, t in action.parameters)
                ):
                    plain.restore(state)
                    try:
                        getattr(plain, action.name)(*chosen)
                    except ActionDisabled:
                        continue
                    after = plain.snapshot()
                    if repr(after) not in known:
                        known.add(repr(after))
                        following.append(after)
        frontier = following


def holds(count: Count, system: System) -> bool:
    """Tell whether a count is right in a state."""
    info = system.info
    kinds = {entity.name: entity for entity in info.entities}

    def inside(members: Members, owner: Any) -> int:
        """How many of some members an owner has."""
        path, place = attrgetter(members.reference), attrgetter(members.place.slot)
        known = system.entities_of(kinds[members.place.entity])
        own = [m for m in known if path(m) is owner and not (members.others and m is owner)]
        return sum(any(getattr(place(m), s).is_active for s in members.states) for m in own)

    owners: list[Any] = [*system.entities_of(kinds[count.number.entity])]
    return all(
        getattr(getattr(owner, count.number.slot), count.number.name)
        == count.first + count.sign * sum(inside(members, owner) for members in count.members)
        for owner in owners
    )

"""What the operators make of a small system: each change is the one that its name says."""

from __future__ import annotations

import ast
import inspect

import pytest

from statecheck.mutation.mutants import Mutant, mutants
from tests.statecheck.mutation import library
from tests.statecheck.reference import counting

SOURCE = inspect.getsource(library)
EVERY = {mutant.id.partition(".")[2]: mutant for mutant in mutants(library.Library, [library])}


def code(text: str) -> str:
    """Code in one line, as Python writes it."""
    return " ".join(ast.unparse(ast.parse(text)).split())


def changed(mutant: Mutant) -> str:
    return code(mutant.source(SOURCE))


def named(operator: str) -> set[str]:
    return {id_ for id_, mutant in EVERY.items() if mutant.operator == operator}


@pytest.mark.parametrize(
    ("id_", "before", "after"),
    [
        # Two transitions of an event in each other's place, with one between them.
        (
            "Lending.lend.1:swap:3",
            (
                "lend = shelved.to(lent, cond='is_dry') | shelved.to(lost, cond='is_open') | "
                "shelved.to.itself()"
            ),
            (
                "lend = shelved.to.itself() | shelved.to(lost, cond='is_open') | "
                "shelved.to(lent, cond='is_dry')"
            ),
        ),
        # Another guard of the machine; what is negated stays so.
        (
            "Lending.lend.1:replace-guard:is_dry.is_open",
            "shelved.to(lent, cond='is_dry')",
            "shelved.to(lent, cond='is_open')",
        ),
        (
            "Lending.dry:replace-guard:is_dry.is_open",
            "dry = shelved.to.itself(cond='!is_dry')",
            "dry = shelved.to.itself(cond='!is_open')",
        ),
        # The guard's subject.
        (
            "Lending.is_open:entity:self.owner.shelf.self.place",
            "return self.owner.shelf.door.unlocked.is_active",
            "return self.place.door.unlocked.is_active",
        ),
        # An effect of a transition at the one before, or after.
        (
            "Lending.give_back:move-effect:wear.lend.3",
            "shelved.to.itself() give_back = lent.to(shelved, on='wear')",
            "shelved.to.itself(on=['wear']) give_back = lent.to(shelved)",
        ),
        (
            "Lending.give_back:move-effect:wear.dry",
            "give_back = lent.to(shelved, on='wear') dry = shelved.to.itself(cond='!is_dry')",
            "give_back = lent.to(shelved) dry = shelved.to.itself(cond='!is_dry', on=['wear'])",
        ),
        # A statement of an action at the end of the one after, or before.
        (
            "Library.close:move-effect:lock.open",
            "shelf.door.unlock()",
            "shelf.door.unlock() shelf.door.lock()",
        ),
        (
            "Library.open:move-effect:unlock.close",
            "book.lending.dry() @action",
            "book.lending.dry() shelf.door.unlock() @action",
        ),
        # A loop over the entities of one of another kind, and of another of its kind.
        ("Library.move:loop-of:book.books", "in target.books:", "in book.books:"),
        ("Library.move:entity:target.book.shelf~2", "in target.books:", "in book.shelf.books:"),
        # A loop that passes some by.
        (
            "Library.move:narrow:books.not-lost",
            "for other in target.books: other.lending.give_back()",
            (
                "for other in target.books: if not other.lending.lost.is_active: "
                "other.lending.give_back()"
            ),
        ),
        (
            "Library.close:narrow:books.worn",
            "for book in shelf.books: if book.lending.wet: book.lending.dry()",
            (
                "for book in shelf.books: if book.lending.worn: if book.lending.wet: "
                "book.lending.dry()"
            ),
        ),
    ],
)
def test_a_change_is_what_its_name_says(id_: str, before: str, after: str) -> None:
    was, now = code(SOURCE), changed(EVERY[id_])
    assert was.count(after) == 0
    assert before in was
    assert after in now
    # Nothing else but what moved away.
    assert len(now) - len(was) <= len(after) - len(before) + len(" pass")


def test_a_statement_that_moves_is_gone_where_it_was() -> None:
    now = changed(EVERY["Library.close:move-effect:lock.open"])
    assert now.count("shelf.door.lock()") == 1
    assert "pass for book in shelf.books" in now


def test_only_what_means_the_same_there_moves() -> None:
    """A book is not known to `open`, a shelf not by that name to `move`."""
    assert named("move-effect") == {
        "Lending.give_back:move-effect:wear.lend.3",
        "Lending.give_back:move-effect:wear.dry",
        "Library.close:move-effect:lock.open",
        "Library.close:move-effect:books.open",
        "Library.open:move-effect:unlock.close",
    }


def test_a_guard_is_replaced_by_every_other_that_it_is_not_beside() -> None:
    assert named("replace-guard") == {
        "Lending.lend.1:replace-guard:is_dry.is_open",
        "Lending.lend.2:replace-guard:is_open.is_dry",
        "Lending.dry:replace-guard:is_dry.is_open",
    }


def test_neighbours_are_left_to_another_operator() -> None:
    assert named("swap") == {"Lending.lend.1:swap:3"}
    assert named("later") >= {"Lending.lend.1:later", "Lending.lend.2:later"}


def test_a_loop_passes_by_each_state_and_each_value_of_a_flag() -> None:
    of_move = {id_ for id_ in named("narrow") if id_.startswith("Library.move:")}
    words = ("not-shelved", "not-lent", "not-lost", "worn", "not-worn", "wet", "not-wet")
    assert of_move == {f"Library.move:narrow:books.{word}" for word in words}


def test_every_change_is_a_program_of_its_own() -> None:
    programs = [changed(mutant) for mutant in EVERY.values()]
    assert code(SOURCE) not in programs
    assert len(set(programs)) == len(programs)


def test_a_machine_of_another_system_has_no_declarations_to_change() -> None:
    ids = {mutant.id for mutant in mutants(counting.Registry, [counting])}
    assert any(id_.startswith("counting.Lease.tick.") for id_ in ids)
    assert not any(id_.startswith("counting.Tide.tick.") for id_ in ids)

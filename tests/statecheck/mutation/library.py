"""A small system to mutate: shelves, readers, and books that are lent."""

from __future__ import annotations

from statemachine import State

from statecheck.modeling import Entity, Machine, Many, System, action, anything


class Lending(Machine):
    """Where a book is."""

    shelved = State(initial=True)
    lent = State()
    lost = State()

    worn: bool = False
    wet: bool = False
    place: Shelf = anything()
    wanted_at: Shelf = anything()
    owner: Book

    lend = shelved.to(lent, cond="is_dry") | shelved.to(lost, cond="is_open") | shelved.to.itself()
    give_back = lent.to(shelved, on="wear")
    dry = shelved.to.itself(cond="!is_dry")
    carry = shelved.from_(shelved, lost, on="put")

    def is_dry(self) -> bool:
        """It may be lent."""
        return not self.wet

    def is_open(self) -> bool:
        """Somebody is there."""
        return self.owner.shelf.door.unlocked.is_active

    def wear(self) -> None:
        """It was read."""
        self.worn = True

    def put(self, shelf: Shelf) -> None:
        """It has another place."""
        self.place = shelf


class Door(Machine):
    """The door of a shelf."""

    unlocked = State(initial=True)
    locked = State()

    lock = unlocked.to(locked)
    unlock = locked.to(unlocked)


class Shelf(Entity):
    """A shelf with a door."""

    door: Door

    @property
    def books(self) -> Many[Book]:
        """The books that belong here."""
        return self.system.books.where(shelf=self)


class Book(Entity):
    """A book and the shelf that it belongs to."""

    shelf: Shelf
    lending: Lending

    @property
    def books(self) -> Many[Book]:
        """The books beside it."""
        return self.system.books.where(shelf=self.shelf)


class Library(System):
    """Any number of shelves and books."""

    shelves: Many[Shelf]
    books: Many[Book]

    @action
    def close(self, shelf: Shelf) -> None:
        """Lock a shelf; what is wanted there is dried."""
        shelf.door.lock()
        for book in shelf.books:
            if book.lending.wet:
                book.lending.dry()

    @action
    def open(self, shelf: Shelf) -> None:
        """Unlock a shelf."""
        shelf.door.unlock()

    @action
    def move(self, book: Book, target: Shelf) -> None:
        """Put a book elsewhere; its neighbours are worn."""
        book.lending.carry(shelf=target)
        for other in target.books:
            other.lending.give_back()

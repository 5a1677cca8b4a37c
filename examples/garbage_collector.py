"""Marking of a garbage collector while the program runs; a write shades what it refers to."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything


class Cell(Machine):
    white = State(initial=True)
    grey = State()
    black = State()
    reference: Object = anything()
    shade = white.to(grey) | grey.to.itself() | black.to.itself()
    scan = grey.to(black)
    write = white.to.itself(on="refer") | grey.to.itself(on="refer") | black.to.itself(on="refer")

    def refer(self, to: Object) -> None:
        self.reference = to


class Object(Entity):
    cell: Cell


class Heap(System):
    objects: Many[Object]

    @action
    def find_root(self, root: Object) -> None:
        root.cell.shade()

    @action
    def scan(self, one: Object) -> None:
        one.cell.scan()
        one.cell.reference.cell.shade()

    @action
    def write(self, one: Object, to: Object) -> None:
        one.cell.write(to=to)
        to.cell.shade()


CATALOGUE = Catalogue(Heap)


@CATALOGUE.always("heap.nothing_lost", "Safety")
def nothing_lost(heap: Heap, one: Object) -> bool:
    """What has been scanned refers to nothing that would be taken for garbage."""
    return not (one.cell.black.is_active and one.cell.reference.cell.white.is_active)


@CATALOGUE.recoverable("heap.scanned", "Progress")
def scanned(heap: Heap, one: Object) -> bool:
    """Every object can still be scanned."""
    return bool(one.cell.black.is_active)

"""Sharded key-value store: nodes hand keys over to each other by messages."""

from __future__ import annotations

from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    action,
    anything,
    assume,
    axiom,
    derived,
)


class Cell(Machine):
    on = State(initial=True)
    held: bool = derived(lambda cell: cell.owner.node == cell.owner.key.home)
    value: int = 0
    give = on.to.itself(cond="held", on="let_go")
    receive = on.to.itself(on="take")
    write = on.to.itself(cond="held", on="set_value")

    def let_go(self) -> None:
        self.held = False

    def take(self, value: int) -> None:
        self.held = True
        self.value = value

    def set_value(self, value: int) -> None:
        self.value = value


class Letter(Machine):
    unsent = State(initial=True)
    sent = State()
    slot: Slot = anything()
    value: int = 0
    post = unsent.to(sent, on="address")
    arrive = sent.to(unsent)

    def address(self, slot: Slot, value: int) -> None:
        self.slot = slot
        self.value = value


class Node(Entity):
    pass


class Key(Entity):
    home: Node


class Slot(Entity):
    node: Node
    key: Key
    cell: Cell


class Transfer(Entity):
    letter: Letter


class Store(System):
    nodes: Many[Node]
    keys: Many[Key]
    slots: Many[Slot]
    transfers: Many[Transfer]

    @axiom
    def one_slot(self, one: Slot, other: Slot) -> bool:
        """A node has one slot for a key."""
        return one == other or one.node != other.node or one.key != other.key

    @action
    def hand_over(self, slot: Slot, target: Slot, transfer: Transfer) -> None:
        if slot.key == target.key:
            slot.cell.give()
            transfer.letter.post(slot=target, value=slot.cell.value)

    @action
    def receive(self, transfer: Transfer) -> None:
        transfer.letter.arrive()
        transfer.letter.slot.cell.receive(value=transfer.letter.value)

    @action
    def write(self, slot: Slot, value: int) -> None:
        slot.cell.write(value=value)


CATALOGUE = Catalogue(Store)


@CATALOGUE.always("store.one_owner", "Safety")
def one_owner(store: Store, one: Slot, other: Slot) -> bool:
    """A key is held by one node at most."""
    assume(one != other and one.key == other.key)
    return not (one.cell.held and other.cell.held)

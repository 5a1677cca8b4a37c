"""Alternating bit protocol: what is lost is sent again, and a bit tells the new from the old."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Party(Machine):
    on = State(initial=True)
    bit: bool = False
    count: int = 0
    advance = on.to.itself(on="flip")

    def flip(self) -> None:
        self.bit = not self.bit
        self.count = self.count + 1


class Wire(Machine):
    empty = State(initial=True)
    full = State()
    bit: bool = False
    put = full.from_(empty, full, on="carry")
    lose = full.to(empty)
    take = full.to(empty)

    def carry(self, bit: bool) -> None:
        self.bit = bit


class Link(Entity):
    sender: Party
    receiver: Party
    messages: Wire
    receipts: Wire


class AlternatingBit(System):
    links: Many[Link]

    @action
    def post(self, link: Link) -> None:
        link.messages.put(bit=link.sender.bit)

    @action
    def get(self, link: Link) -> None:
        link.messages.take()
        if link.messages.bit == link.receiver.bit:
            link.receiver.advance()

    @action
    def confirm(self, link: Link) -> None:
        link.receipts.put(bit=not link.receiver.bit)

    @action
    def go_on(self, link: Link) -> None:
        link.receipts.take()
        if link.receipts.bit == link.sender.bit:
            link.sender.advance()

    @action
    def lose_message(self, link: Link) -> None:
        link.messages.lose()

    @action
    def lose_receipt(self, link: Link) -> None:
        link.receipts.lose()


CATALOGUE = Catalogue(AlternatingBit)


@CATALOGUE.always("bit.in_step", "Safety")
def in_step(system: AlternatingBit, link: Link) -> bool:
    """No message is lost, and none is taken twice: the receiver is one ahead at most."""
    return link.sender.count <= link.receiver.count <= link.sender.count + 1


@CATALOGUE.recoverable("bit.confirmed", "Progress")
def confirmed(system: AlternatingBit, link: Link) -> bool:
    """What was sent can always be confirmed."""
    return bool(link.sender.count == link.receiver.count)

"""Block chain: the leader of a slot sends a block, and honest nodes agree on what they confirm.

A dishonest leader may withhold its block from all honest nodes; dishonest nodes confirm anything.
"""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom


class Honesty(Machine):
    fixed = State(initial=True, final=True)
    is_honest: bool = anything()


class Turn(Machine):
    waiting = State(initial=True)
    over = State()
    end = waiting.to(over) | over.to.itself()


class Clock(Machine):
    fixed = State(initial=True, final=True)
    time: int = anything()


class Proposal(Machine):
    unknown = State(initial=True)
    found = State()
    offered = State()
    find = unknown.to(found)
    offer = found.to(offered)
    publish = offered.to(found)


class Confirmation(Machine):
    missing = State(initial=True)
    there = State()
    confirm = missing.to(there) | there.to.itself()
    withdraw = there.to(missing) | missing.to.itself()


class Inclusion(Machine):
    out = State(initial=True)
    included = State(final=True)
    include = out.to(included)


class Node(Entity):
    honesty: Honesty
    turn: Turn


class Slot(Entity):
    leader: Node
    clock: Clock


class Block(Entity):
    pass


class Transaction(Entity):
    clock: Clock


class Candidate(Entity):
    slot: Slot
    block: Block
    proposal: Proposal


class Content(Entity):
    block: Block
    transaction: Transaction
    inclusion: Inclusion


class Entry(Entity):
    node: Node
    block: Block
    slot: Slot
    confirmation: Confirmation


class Receipt(Entity):
    node: Node
    transaction: Transaction
    confirmation: Confirmation


class Chain(System):
    nodes: Many[Node]
    slots: Many[Slot]
    blocks: Many[Block]
    transactions: Many[Transaction]
    candidates: Many[Candidate]
    contents: Many[Content]
    entries: Many[Entry]
    receipts: Many[Receipt]

    @axiom
    def nobody_leads_twice(self, one: Slot, other: Slot) -> bool:
        return one == other or one.leader != other.leader

    @action
    def find(self, candidate: Candidate) -> None:
        candidate.proposal.find()

    @action
    def include(self, content: Content) -> None:
        content.inclusion.include()

    @action
    def offer(self, candidate: Candidate) -> None:
        if candidate.slot.leader.turn.waiting.is_active:
            candidate.proposal.offer()

    @action
    def broadcast(self, candidate: Candidate) -> None:
        """All honest nodes confirm the block."""
        if self._may_be_sent(candidate):
            for entry in self.entries:
                if entry.slot == candidate.slot and entry.node.honesty.is_honest:
                    if entry.block == candidate.block:
                        entry.confirmation.confirm()
                    else:
                        entry.confirmation.withdraw()
            self._publish(candidate)

    @action
    def withhold(self, candidate: Candidate) -> None:
        """A dishonest leader sends its block to no honest node."""
        if not candidate.slot.leader.honesty.is_honest:
            for entry in self.entries:
                if entry.slot == candidate.slot and entry.node.honesty.is_honest:
                    entry.confirmation.withdraw()
            self._publish(candidate)

    @action
    def forge_entry(self, entry: Entry) -> None:
        if not entry.node.honesty.is_honest:
            entry.confirmation.confirm()

    @action
    def hide_entry(self, entry: Entry) -> None:
        if not entry.node.honesty.is_honest:
            entry.confirmation.withdraw()

    @action
    def forge_receipt(self, receipt: Receipt) -> None:
        if not receipt.node.honesty.is_honest:
            receipt.confirmation.confirm()

    @action
    def hide_receipt(self, receipt: Receipt) -> None:
        if not receipt.node.honesty.is_honest:
            receipt.confirmation.withdraw()

    def _may_be_sent(self, candidate: Candidate) -> bool:
        """An honest leader sends a block with every transaction that is due, and with no other."""
        if not candidate.slot.leader.honesty.is_honest:
            return True
        return all(
            receipt.confirmation.there.is_active
            or receipt.transaction.clock.time > candidate.slot.clock.time
            or any(
                content.block == candidate.block
                and content.transaction == receipt.transaction
                and content.inclusion.included.is_active
                for content in self.contents
            )
            for receipt in self.receipts
        ) and all(
            content.transaction.clock.time <= candidate.slot.clock.time
            and all(
                receipt.confirmation.missing.is_active
                for receipt in self.receipts
                if receipt.transaction == content.transaction
            )
            for content in self.contents
            if content.block == candidate.block and content.inclusion.included.is_active
        )

    def _publish(self, candidate: Candidate) -> None:
        for receipt in self.receipts:
            if any(
                content.block == candidate.block
                and content.transaction == receipt.transaction
                and content.inclusion.included.is_active
                for content in self.contents
            ):
                receipt.confirmation.confirm()
        candidate.proposal.publish()
        candidate.slot.leader.turn.end()


CATALOGUE = Catalogue(Chain)


@CATALOGUE.always("chain.blocks", "Safety")
def blocks(chain: Chain, one: Entry, other: Entry) -> bool:
    """Honest nodes confirm the same blocks."""
    assume(one.node.honesty.is_honest and other.node.honesty.is_honest)
    assume(one.block == other.block and one.slot == other.slot)
    return one.confirmation.there.is_active == other.confirmation.there.is_active


@CATALOGUE.always("chain.transactions", "Safety")
def transactions(chain: Chain, one: Receipt, other: Receipt) -> bool:
    """Honest nodes confirm the same transactions."""
    assume(one.node.honesty.is_honest and other.node.honesty.is_honest)
    assume(one.transaction == other.transaction)
    return one.confirmation.there.is_active == other.confirmation.there.is_active


@CATALOGUE.always("chain.nothing_is_left_out", "Safety")
def nothing_is_left_out(chain: Chain, slot: Slot, receipt: Receipt) -> bool:
    """Once an honest leader has sent, honest nodes have confirmed all that was due."""
    assume(slot.leader.honesty.is_honest and slot.leader.turn.over.is_active)
    assume(receipt.node.honesty.is_honest)
    assume(receipt.transaction.clock.time <= slot.clock.time)
    return bool(receipt.confirmation.there.is_active)

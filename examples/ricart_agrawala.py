"""Ricart and Agrawala's mutual exclusion: who wants to enter asks every other one."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, axiom


class Section(Machine):
    outside = State(initial=True)
    inside = State()
    enter = outside.to(inside)
    leave = inside.to(outside)


class Request(Machine):
    idle = State(initial=True)
    asked = State()
    granted = State()
    ask = idle.to(asked)
    grant = asked.to(granted)
    withdraw = idle.from_(idle, asked, granted)


class Node(Entity):
    section: Section


class Channel(Entity):
    asker: Node
    asked: Node
    request: Request


class RicartAgrawala(System):
    nodes: Many[Node]
    channels: Many[Channel]

    @axiom
    def connected(self, one: Node, other: Node) -> bool:
        """Each node has a channel to every other one."""
        return one == other or any(c.asker == one and c.asked == other for c in self.channels)

    @axiom
    def one_channel(self, one: Channel, other: Channel) -> bool:
        """There are no two channels from one node to another."""
        return one == other or one.asker != other.asker or one.asked != other.asked

    @action
    def ask(self, channel: Channel) -> None:
        if channel.asker.section.outside.is_active:
            channel.request.ask()

    @action
    def grant(self, channel: Channel) -> None:
        if channel.asked.section.outside.is_active and not any(
            back.request.granted.is_active
            for back in self.channels
            if back.asker == channel.asked and back.asked == channel.asker
        ):
            channel.request.grant()

    @action
    def enter(self, node: Node) -> None:
        if all(
            channel.request.granted.is_active
            for channel in self.channels
            if channel.asker == node and channel.asked != node
        ):
            node.section.enter()

    @action
    def leave(self, node: Node) -> None:
        node.section.leave()
        for channel in self.channels:
            if channel.asker == node:
                channel.request.withdraw()


CATALOGUE = Catalogue(RicartAgrawala)


@CATALOGUE.always("ricart.exclusion", "Safety")
def exclusion(system: RicartAgrawala, one: Node, other: Node) -> bool:
    """Two nodes are never inside at once."""
    return one == other or not (one.section.inside.is_active and other.section.inside.is_active)

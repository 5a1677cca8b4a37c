"""Firewall: who was never written to from inside cannot send anything in."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume


class Place(Machine):
    known = State(initial=True)
    internal: bool = anything(like=False)
    stay = known.to.itself()


class Permission(Machine):
    absent = State(initial=True)
    given = State()
    give = given.from_(absent, given)


class Packet(Machine):
    unsent = State(initial=True)
    sent = State()
    send_it = sent.from_(unsent, sent)


class Host(Entity):
    place: Place
    permission: Permission


class Channel(Entity):
    source: Host
    target: Host
    packet: Packet


class Firewall(System):
    hosts: Many[Host]
    channels: Many[Channel]

    @action
    def send_out(self, channel: Channel) -> None:
        if channel.source.place.internal and not channel.target.place.internal:
            channel.packet.send_it()
            channel.target.permission.give()

    @action
    def send_in(self, channel: Channel) -> None:
        if (
            channel.target.place.internal
            and not channel.source.place.internal
            and channel.source.permission.given.is_active
        ):
            channel.packet.send_it()


CATALOGUE = Catalogue(Firewall)


@CATALOGUE.always("firewall.written_to", "Safety")
def written_to(firewall: Firewall, channel: Channel) -> bool:
    """Who sends something in was written to from inside before."""
    assume(channel.packet.sent.is_active and channel.target.place.internal)
    return any(
        other.target == channel.source
        and other.source.place.internal
        and other.packet.sent.is_active
        for other in firewall.channels
    )

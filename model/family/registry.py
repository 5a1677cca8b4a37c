"""The registry of a server: what it says of AVAPI, and what the information store acts upon.

An administrator changes the registry; the store takes the change over some time later, or when it
starts. The state of `AntivirusApi` is what the store acts upon. Source: Q269439 Resolution (up to
two minutes). That the store reads the registry at its start and about every minute is said by
Q263949, which the archive does not have: an assumption.
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Attachment, Mailbox
from model.site import Site
from statecheck.modeling import Machine, Many, action


class AntivirusRegistry(Machine):
    """The value of Enabled below the registry key VirusScan of a server."""

    off = State(initial=True)
    on = State()
    starts_in = ("off", "on")

    set_on = off.to(on)
    set_off = on.to(off)
    read_on = on.to.itself()
    read_off = off.to.itself()


class Server(entities.Server):
    """A server of the site, with its registry."""

    registry: AntivirusRegistry


class RegistrySite(Site):
    """The site, where AVAPI is switched by way of the registry."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    @action
    def set_enabled(self, server: Server) -> None:
        """Write in the registry that AVAPI is to be enabled; nothing happens at once."""
        server.registry.set_on()

    @action
    def clear_enabled(self, server: Server) -> None:
        """Write in the registry that AVAPI is to be disabled; nothing happens at once."""
        server.registry.set_off()

    @action
    def enable_antivirus(self, server: Server) -> None:
        """The store takes over that AVAPI is to be enabled."""
        server.registry.read_on()
        super().enable_antivirus(server)

    @action
    def disable_antivirus(self, server: Server) -> None:
        """The store takes over that AVAPI is to be disabled."""
        server.registry.read_off()
        super().disable_antivirus(server)

    @action
    def start_store(self, server: Server) -> None:
        """Start the information store, which reads the registry if it does start."""
        super().start_store(server)
        if server.store.running.is_active:
            if server.registry.on.is_active and server.antivirus.disabled.is_active:
                super().enable_antivirus(server)
            elif server.registry.off.is_active and server.antivirus.enabled.is_active:
                super().disable_antivirus(server)

"""The background scanner, which may be off.

Source: Q264731 Workaround and More information: it is off with many vendors, and begins one minute
after it was switched on. Q276056, which the archive does not have, says that it begins only when
the store starts: the two are told apart by the reading ``scans_at_start_only``.
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Attachment, Mailbox
from model.site import Site
from statecheck.modeling import Machine, Many, action


class BackgroundScanner(Machine):
    """The background scan of a server: off, to be begun, or under way."""

    off = State(initial=True)
    wanted = State()
    running = State()
    starts_in = ("off", "wanted", "running")

    switch_on = off.to(wanted)
    switch_off = off.from_(wanted, running)
    begin = wanted.to(running, cond="begins_by_itself and store_runs")
    start_up = wanted.to(running) | off.to.itself() | running.to.itself()
    halt = running.to(wanted) | off.to.itself() | wanted.to.itself()
    submit = running.to.itself()

    owner: Server

    def begins_by_itself(self) -> bool:
        """The reading under which the scan needs no start of the store."""
        return not self.owner.system.scans_at_start_only

    def store_runs(self) -> bool:
        """The information store runs."""
        return self.owner.store.running.is_active


class Server(entities.Server):
    """A server of the site, with its background scanner."""

    background: BackgroundScanner


class ScannerSite(Site):
    """The site, where attachments that nobody asks for are scanned only by a running scanner."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    scans_at_start_only: bool = False
    """True: the background scan begins only when the store starts (Q276056)."""

    @action
    def switch_background_on(self, server: Server) -> None:
        """Set BackgroundScanning to 1 in the registry."""
        server.background.switch_on()

    @action
    def switch_background_off(self, server: Server) -> None:
        """Set BackgroundScanning to 0 in the registry."""
        server.background.switch_off()

    @action
    def begin_background(self, server: Server) -> None:
        """The background scan begins, a minute after it was switched on."""
        server.background.begin()

    @action
    def start_store(self, server: Server) -> None:
        """Start the information store; if it does start, a scan that is wanted begins."""
        super().start_store(server)
        if server.store.running.is_active:
            server.background.start_up()

    @action
    def stop_store(self, server: Server) -> None:
        """Stop the information store, and its background scan."""
        super().stop_store(server)
        server.background.halt()

    @action
    def background_scan(self, attachment: Attachment) -> None:
        """The background scan submits an attachment that nobody asked for."""
        attachment.server.background.submit()
        super().background_scan(attachment)

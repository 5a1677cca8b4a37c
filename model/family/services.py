"""Antivirus services that do not use AVAPI, and the moves that fail because of them.

Source: Q267233 Symptoms and Cause: the error of Q271547 may come from any antivirus service that
runs against the information store, on any 5.5. Q271547 Cause has a single cause: the two are told
apart by the reading ``any_service``.
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Attachment, Mailbox
from model.site import Site
from statecheck.modeling import Machine, Many, action


class AntivirusService(Machine):
    """An antivirus service of another kind, which runs against the information store or not."""

    stopped = State(initial=True)
    running = State()
    starts_in = ("stopped", "running")

    start = stopped.to(running)
    quit = running.to(stopped)
    interfere = running.to.itself(cond="may_interfere and !was_copied")

    owner: Server

    def may_interfere(self) -> bool:
        """The reading under which any antivirus service may fail a move."""
        return self.owner.system.any_service

    def was_copied(self, attachment: Attachment) -> bool:
        """The move has the attachment already."""
        return attachment.lifecycle.copied


class Server(entities.Server):
    """A server of the site, with an antivirus service of another kind."""

    service: AntivirusService


class ServiceSite(Site):
    """The site, with antivirus services that do not use AVAPI."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    any_service: bool = False
    """True: a move may fail because of any antivirus service at the source (Q267233)."""

    @action
    def start_service(self, server: Server) -> None:
        """Start the antivirus service."""
        server.service.start()

    @action
    def quit_service(self, server: Server) -> None:
        """Quit the antivirus service."""
        server.service.quit()

    @action
    def fail_by_service(self, attachment: Attachment) -> None:
        """A move fails, for the antivirus service of the source has hold of an attachment."""
        attachment.server.service.interfere(attachment=attachment)
        attachment.mailbox.move.copy(attachment=attachment)

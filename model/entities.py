"""Who owns the machines, and what hangs on what."""

from __future__ import annotations

from model.machines import AntivirusApi, AttachmentLifecycle, InformationStore, MoveMailbox
from statecheck.modeling import Entity, Many


class Server(Entity):
    """An Exchange 5.5 server of the site."""

    store: InformationStore
    antivirus: AntivirusApi

    @property
    def attachments(self) -> Many[Attachment]:
        """The attachments of the mailboxes that live here."""
        return self.system.attachments.where(server=self)


class Mailbox(Entity):
    """A mailbox, which lives on the server ``home``."""

    move: MoveMailbox

    @property
    def home(self) -> Server:
        """The server that the mailbox lives on; the source while it is moved."""
        return self.move.home

    @property
    def attachments(self) -> Many[Attachment]:
        """The attachments that the mailbox contains."""
        return self.system.attachments.where(mailbox=self)


class Attachment(Entity):
    """An attachment, fixed to its mailbox."""

    mailbox: Mailbox
    lifecycle: AttachmentLifecycle

    @property
    def server(self) -> Server:
        """The server that the attachment is on."""
        return self.mailbox.home

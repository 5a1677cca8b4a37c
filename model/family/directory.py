"""The directory's side of a move, and the second move that loses the mail.

A move copies a mailbox and then moves its directory object. Where the latter fails the mailbox is
on the destination, and the directory still has it at the source; another move then deletes both.
Source: Q252869.
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Attachment, Server
from model.site import Site
from statecheck.modeling import Machine, Many, action


class DirectoryObject(Machine):
    """The directory object of a mailbox: in step with the mailbox, stranded, or all mail lost."""

    in_step = State(initial=True)
    stranded = State()
    lost = State(final=True)

    begin = in_step.to.itself()
    strand = in_step.to(stranded)
    move_again = stranded.to(lost)
    repair = stranded.to(in_step)
    serve = in_step.to.itself() | stranded.to.itself()


class Mailbox(entities.Mailbox):
    """A mailbox, with its directory object."""

    directory: DirectoryObject


class DirectorySite(Site):
    """The site, where a move may leave the directory object behind."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    @action
    def start_move(self, mailbox: Mailbox, target: Server) -> None:
        """Begin to move a mailbox that the directory has at its home."""
        mailbox.directory.begin()
        super().start_move(mailbox, target)

    @action
    def strand_object(self, mailbox: Mailbox) -> None:
        """A move finishes in the store, and the directory object stays at the source."""
        mailbox.directory.strand()
        self.finish_move(mailbox)

    @action
    def move_again(self, mailbox: Mailbox) -> None:
        """Move a mailbox whose directory object is stranded: both copies are deleted."""
        mailbox.directory.move_again()

    @action
    def repair_object(self, mailbox: Mailbox) -> None:
        """Put the directory object right by hand."""
        mailbox.directory.repair()

    @action
    def client_open(self, attachment: Attachment) -> None:
        """A MAPI client asks for an attachment that is not lost."""
        attachment.mailbox.directory.serve()
        super().client_open(attachment)

    @action
    def background_scan(self, attachment: Attachment) -> None:
        """Submit an attachment that nobody asked for, and that is not lost."""
        attachment.mailbox.directory.serve()
        super().background_scan(attachment)

"""Requests that give up: a client or a move that waits too long for a scan gets an error.

Source: Q264731 Symptoms and Cause, which names SP3 and SP4; Q269439 Symptoms and Cause. Q271547
Resolution says that SP4 cures the move: the two are told apart by the reading ``timeouts``.
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Mailbox, Server
from model.site import Site
from statecheck.modeling import Machine, Many, action


class Patience(Machine):
    """The patience of whoever asks for an attachment."""

    asking = State(initial=True)

    give_up = asking.to.itself(cond="may_time_out and awaits_scan")
    give_up_move = asking.to.itself(cond="may_time_out and awaits_scan and !has_copy")

    owner: Attachment

    def may_time_out(self) -> bool:
        """The reading under which whoever waits for a scan may time out."""
        return self.owner.system.timeouts

    def awaits_scan(self) -> bool:
        """The attachment has to be scanned before the information store releases it."""
        return self.owner.lifecycle.protected() and not self.owner.lifecycle.released.is_active

    def has_copy(self) -> bool:
        """The move has the attachment already."""
        return self.owner.lifecycle.copied


class Attachment(entities.Attachment):
    """An attachment for which those who ask may lose patience."""

    patience: Patience


class TimeOutSite(Site):
    """The site, with time-outs of clients and moves."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    timeouts: bool = False
    """True: clients and moves that wait for a scan may time out, on any Store.exe (Q264731)."""

    @action
    def time_out_client(self, attachment: Attachment) -> None:
        """A client's request for an attachment ends in a time-out; the scan goes on."""
        attachment.patience.give_up()
        attachment.lifecycle.open()

    @action
    def time_out_move(self, attachment: Attachment) -> None:
        """A move fails, for a scan that it needs is not completed in time."""
        attachment.patience.give_up_move()
        attachment.mailbox.move.copy(attachment=attachment)
        attachment.lifecycle.open()

"""Consumers of attachments other than MAPI clients and moves.

Before a build of Store.exe a consumer that meets an attachment under scan fails; from it on the
consumer waits, or is handed the attachment as it is. Source: Q271591, Q271711, Q290621, Q288848,
and Q248838 for builds.
"""

from __future__ import annotations

from enum import Enum

from statemachine import State

from model import entities
from model.entities import Mailbox, Server
from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, StoreVersion
from statecheck.modeling import Machine, Many, action, pure

FIRST_THAT_PASSES_TO_MTA = StoreVersion.parse("5.5.2654.61")
"""First Store.exe that hands attachments to the MTA although a scan is under way. Source: Q288848.
"""

FIRST_THAT_KEEPS_FOLDER_RULES = StoreVersion.parse("5.5.2654.93")
"""First Store.exe that does not disable a public folder's rule. Source: Q290621."""


class Consumer(Enum):
    """A consumer of attachments that is neither a client nor a move."""

    MTA = "message transfer agent"
    INTERNET_MAIL = "Internet Mail Service"
    MAILBOX_RULE = "autoforward rule of a mailbox"
    FOLDER_RULE = "rule of a public folder"

    def __str__(self) -> str:
        return self.value


@pure
def cured(consumer: Consumer, version: StoreVersion) -> bool:
    """Tell whether a Store.exe has the fix for a consumer; of the two that Q248838 lists the first
    posted build that has it is taken.
    """
    if consumer == Consumer.MTA:
        return version >= FIRST_THAT_PASSES_TO_MTA
    if consumer == Consumer.FOLDER_RULE:
        return version >= FIRST_THAT_KEEPS_FOLDER_RULES
    return version >= FIRST_POSTED_WITH_MOVE_FIX


class Delivery(Machine):
    """The last request of a consumer for an attachment."""

    none = State(initial=True)
    handed_over = State()
    waiting = State()
    failed = State()

    ask = (
        handed_over.from_(none, handed_over, waiting, failed, cond="is_free")
        | handed_over.from_(none, handed_over, waiting, failed, cond="bypasses_scan")
        | waiting.from_(none, handed_over, waiting, failed, cond="is_made_to_wait")
        | failed.from_(none, handed_over, waiting, failed)
    )

    owner: Attachment

    def is_free(self) -> bool:
        """The attachment needs no scan."""
        return self.owner.lifecycle.released.is_active or not self.owner.lifecycle.protected()

    def bypasses_scan(self, consumer: Consumer) -> bool:
        """The Store.exe hands over what is under scan, as it does to the MTA."""
        return consumer == Consumer.MTA and cured(consumer, self.owner.server.store.version)

    def is_made_to_wait(self, consumer: Consumer) -> bool:
        """The Store.exe lets the consumer wait, and ask again."""
        return cured(consumer, self.owner.server.store.version)


class Attachment(entities.Attachment):
    """An attachment that consumers ask for."""

    delivery: Delivery


class ConsumerSite(Site):
    """The site, with consumers other than clients and moves."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    @action
    def consumer_asks(self, attachment: Attachment, consumer: Consumer) -> None:
        """A consumer asks for an attachment, which is submitted as it is for a client."""
        attachment.delivery.ask(consumer=consumer)
        self.client_open(attachment)

"""The words that the sentences of the family are made of."""

from __future__ import annotations

from typing import Any

from model.entities import Attachment, Server
from model.family import consumers
from model.family.consumers import Consumer, ConsumerSite
from model.site import Site
from model.version import SP3
from proofs.vocabulary import hands_to_client, hands_to_move
from statecheck.modeling import Step, history


def uses_avapi(server: Server) -> bool:
    """The Store.exe of a server knows AVAPI, and an antivirus program uses it."""
    knows = not _of_family(server).avapi_from_sp3 or server.store.version >= SP3
    return server.antivirus.enabled.is_active and knows


def _of_family(server: Server) -> Any:
    return server.system


def is_before_sp3(server: Server) -> bool:
    """The Store.exe of a server is older than that of SP3."""
    return server.store.version < SP3


def asks(step: Step, attachment: consumers.Attachment, consumer: Consumer) -> bool:
    """The step is a consumer's request for an attachment."""
    return step.fires(ConsumerSite.consumer_asks, attachment, consumer)


def hands_to_consumer(step: Step, attachment: consumers.Attachment) -> bool:
    """A consumer other than a client or a move is handed an attachment."""
    return (
        step.fires(ConsumerSite.consumer_asks, attachment)
        and step.after[attachment].delivery.handed_over.is_active
    )


def hands_over(step: Step, attachment: consumers.Attachment) -> bool:
    """Anybody is handed an attachment."""
    return (
        hands_to_client(step, attachment)
        or hands_to_move(step, attachment)
        or hands_to_consumer(step, attachment)
    )


@history(initially=False)
def fresh(step: Step, attachment: Attachment) -> bool:
    """A scan was completed since the attachment arrived, the store began to use AVAPI, and the
    signatures were last updated.
    """
    if step.fires(Site.complete_scan, attachment):
        return True
    server, after = attachment.server, step.after[attachment.server]
    outdated = (
        step.after[attachment].server != server
        or step.fires(Site.update_signatures, server)
        or (after.antivirus.enabled.is_active and not server.antivirus.enabled.is_active)
    )
    return fresh(attachment) and not outdated

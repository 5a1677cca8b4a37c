"""Q271547, Cause: unscanned attachments are scanned before anybody gets them."""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from proofs.vocabulary import (
    CATALOGUE,
    PER_REQUEST,
    STICKY,
    ever_scanned,
    fails,
    freshly_scanned,
    hands_to_client,
    hands_to_move,
    has_fix,
    is_protected,
    source_scans_throughout,
)
from statecheck.modeling import Step, assume

_A2 = ("A1", "A2", "A3")


@CATALOGUE.always(
    "cause.scan_before_move",
    "Cause",
    under=PER_REQUEST,
    refuted_under=(STICKY,),
    assumptions=_A2,
)
def scan_before_move(step: Step, attachment: Attachment) -> bool:
    """While AVAPI is enabled, no Store.exe without the fix hands a move an attachment that is not
    freshly scanned.
    """
    assume(hands_to_move(step, attachment))
    assume(is_protected(attachment.server) and not has_fix(attachment.server))
    return freshly_scanned(attachment)


@CATALOGUE.always(
    "cause.arrives_scanned",
    "Cause",
    under=PER_REQUEST,
    refuted_under=(STICKY,),
    assumptions=_A2,
)
def arrives_scanned(step: Step, attachment: Attachment) -> bool:
    """Every attachment of a move off an unfixed Store.exe that had AVAPI enabled throughout was
    scanned at some time.
    """
    mailbox = attachment.mailbox
    assume(step.fires(Site.finish_move, mailbox))
    assume(source_scans_throughout(mailbox))
    return ever_scanned(attachment)


@CATALOGUE.always(
    "cause.scan_before_client",
    "Cause",
    under=PER_REQUEST,
    refuted_under=(STICKY,),
    assumptions=_A2,
)
def scan_before_client(step: Step, attachment: Attachment) -> bool:
    """Where AVAPI is enabled, no client is handed an attachment that is not freshly scanned."""
    assume(hands_to_client(step, attachment))
    assume(is_protected(attachment.server))
    return freshly_scanned(attachment)


def finds_the_cause(step: Step, attachment: Attachment) -> bool:
    """A move asks for an attachment that has to be scanned first, and the fix is absent."""
    return (
        step.fires(Site.copy_attachment, attachment)
        and not attachment.lifecycle.released.is_active
        and is_protected(attachment.server)
        and not has_fix(attachment.server)
    )


@CATALOGUE.always("cause.only_cause", "Cause", assumptions=("A3", "A4"))
def only_cause(step: Step, mailbox: Mailbox) -> bool:
    """A step in which a move fails finds an attachment that is not released, AVAPI enabled and the
    fix absent.
    """
    assume(fails(step, mailbox))
    return any(finds_the_cause(step, attachment) for attachment in mailbox.attachments)


@CATALOGUE.always("cause.always_fails", "Cause", assumptions=("A3", "A4"))
def always_fails(step: Step, attachment: Attachment) -> bool:
    """Wherever a move finds the cause, it fails."""
    assume(finds_the_cause(step, attachment))
    return fails(step, attachment.mailbox)


@CATALOGUE.always("cause.client_waits", "Cause", assumptions=("A3", "A4"))
def client_waits(
    step: Step, attachment: Attachment, other: Attachment, mailbox: Mailbox, server: Server
) -> bool:
    """Where a move would fail, a client's request changes nothing but the attachment's state."""
    source = attachment.server
    assume(step.fires(Site.client_open, attachment))
    assume(attachment.mailbox.move.copying.is_active and not attachment.lifecycle.copied)
    assume(not attachment.lifecycle.released.is_active)
    assume(is_protected(source) and not has_fix(source))
    changed = ("lifecycle.state",) if other == attachment else ()
    return step.keeps(other, *changed) and step.keeps(mailbox) and step.keeps(server)

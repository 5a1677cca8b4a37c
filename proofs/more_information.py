"""Q271547, More information: what the fix lets through, and what the destination does about it."""

from __future__ import annotations

from model.entities import Attachment
from model.site import Site
from proofs.vocabulary import (
    CATALOGUE,
    PER_REQUEST,
    STICKY,
    always_protected,
    came_from,
    ever_scanned,
    freshly_scanned,
    hands_to_client,
    hands_to_move,
    has_fix,
    is_protected,
    moved_with_fix,
    never_protected,
    protected_since_arrival,
    source_protected_throughout,
)
from statecheck.claims.claim import Section
from statecheck.modeling import Step, assume

_A2 = ("A1", "A2", "A3")


@CATALOGUE.possible("more.bypass", "More information")
def bypass(step: Step, attachment: Attachment) -> bool:
    """With the fix, and AVAPI enabled on the source throughout, an attachment can arrive that was
    never scanned.
    """
    mailbox = attachment.mailbox
    return (
        step.fires(Site.finish_move, mailbox)
        and has_fix(mailbox.home)
        and source_protected_throughout(mailbox)
        and not ever_scanned(attachment)
    )


@CATALOGUE.always(
    "more.bypass_only_for_moves",
    "More information",
    under=PER_REQUEST,
    refuted_under=(STICKY,),
    assumptions=(*_A2, "A9"),
)
def bypass_only_for_moves(step: Step, attachment: Attachment) -> bool:
    """On a server with AVAPI enabled, an attachment that is not freshly scanned is handed over to
    nobody but a move, of clients and moves; other consumers exist (A9, Q288848).
    """
    assume(hands_to_client(step, attachment) or hands_to_move(step, attachment))
    assume(is_protected(attachment.server) and not freshly_scanned(attachment))
    return step.fires(Site.copy_attachment, attachment)


@CATALOGUE.always(
    "more.destination_protects",
    "More information",
    under=PER_REQUEST,
    refuted_under=(STICKY,),
    assumptions=_A2,
)
def destination_protects(step: Step, attachment: Attachment) -> bool:
    """With AVAPI enabled on the destination ever since a mailbox arrived, no client there is handed
    an attachment that is not freshly scanned.
    """
    assume(hands_to_client(step, attachment))
    assume(protected_since_arrival(attachment.mailbox))
    return freshly_scanned(attachment)


@CATALOGUE.possible("more.destination_exposes", "More information")
def destination_exposes(step: Step, attachment: Attachment) -> bool:
    """With the fix, AVAPI enabled on the source throughout and on the destination never, a client
    can be handed an attachment that was never scanned.
    """
    mailbox = attachment.mailbox
    return (
        hands_to_client(step, attachment)
        and mailbox.move.moved.is_active
        and moved_with_fix(mailbox)
        and always_protected(came_from(mailbox))
        and never_protected(mailbox.home)
        and not ever_scanned(attachment)
    )


@CATALOGUE.finding(
    "more.sticky_exposes",
    Section("More information", label="F3"),
    under=STICKY,
    assumptions=("A1", "A2", "A3"),
)
def sticky_exposes(step: Step, attachment: Attachment) -> bool:
    """Even if what a bypass released stays released, no client is handed an attachment that is not
    freshly scanned where AVAPI has been enabled throughout.

    What a bypass released stays released, so a client on the source is handed it unscanned,
    although AVAPI was never off.
    """
    assume(hands_to_client(step, attachment))
    assume(always_protected(attachment.server))
    return freshly_scanned(attachment)


@CATALOGUE.always(
    "more.bypass_leaves_it", "More information", under=PER_REQUEST, assumptions=("A2", "A3")
)
def bypass_leaves_it(step: Step, attachment: Attachment) -> bool:
    """A bypass leaves the attachment as it is, but that the move has it."""
    assume(hands_to_move(step, attachment))
    assume(is_protected(attachment.server) and has_fix(attachment.server))
    return step.keeps(attachment, "lifecycle.copied")


@CATALOGUE.always(
    "more.bypass_releases", "More information", under=STICKY, assumptions=("A2", "A3")
)
def bypass_releases(step: Step, attachment: Attachment) -> bool:
    """In the sticky reading of A2 a bypass releases the attachment, be it under scan or not."""
    assume(hands_to_move(step, attachment))
    assume(is_protected(attachment.server) and has_fix(attachment.server))
    return step.after[attachment].lifecycle.released.is_active

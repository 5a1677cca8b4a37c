"""Q271547, Symptoms: moving a mailbox off a server with an antivirus API program may fail."""

from __future__ import annotations

from model.entities import Attachment, Mailbox
from model.site import Site
from model.version import SP3
from proofs.vocabulary import (
    CATALOGUE,
    fails,
    is_protected,
    source_protected_throughout,
    unscanned_at_start,
)
from statecheck.modeling import Step, assume


@CATALOGUE.possible("symptoms.move_may_fail", "Symptoms")
def move_may_fail(step: Step, mailbox: Mailbox) -> bool:
    """On SP3, with AVAPI enabled on the source, a move can fail."""
    source = mailbox.home
    return fails(step, mailbox) and source.store.version == SP3 and is_protected(source)


@CATALOGUE.possible("symptoms.move_may_succeed", "Symptoms")
def move_may_succeed(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """On SP3, with AVAPI enabled on the source throughout, a move can succeed although an
    attachment was unscanned when it started.
    """
    return (
        step.fires(Site.finish_move, mailbox)
        and step.after[mailbox].move.moved.is_active
        and mailbox.home.store.version == SP3
        and source_protected_throughout(mailbox)
        and attachment.mailbox == mailbox
        and unscanned_at_start(attachment)
    )


@CATALOGUE.always("symptoms.source_only", "Symptoms")
def source_only(step: Step, mailbox: Mailbox) -> bool:
    """A step that fails a move finds AVAPI enabled on the source, whatever the destination runs."""
    assume(fails(step, mailbox))
    return is_protected(mailbox.home)

"""What any user would expect, though the article does not say it."""

from __future__ import annotations

from model.entities import Attachment, Mailbox
from model.site import Site
from proofs.engine.claims import Step, assume, enabled
from proofs.vocabulary import CATALOGUE, copied_in_this_move, fails, is_protected


@CATALOGUE.always("safety.no_loss", "any user would expect", assumptions=("A5", "A6"))
def no_loss(step: Step, attachment: Attachment, mailbox: Mailbox) -> bool:
    """A mailbox changes its home only when its move finishes, to the target, with every attachment
    copied in this very move; a failed or interrupted move leaves it on the source.
    """
    after = step.after[mailbox]
    broken_off = fails(step, mailbox) or (
        not mailbox.move.interrupted.is_active and after.move.interrupted.is_active
    )
    assume(broken_off or after.home != mailbox.home)
    if broken_off:
        return after.home == mailbox.home
    return (
        step.fires(Site.finish_move, mailbox)
        and after.home == mailbox.move.target
        and (attachment.mailbox != mailbox or copied_in_this_move(attachment))
    )


@CATALOGUE.always("safety.scan_is_served", "any user would expect", assumptions=("A1",))
def scan_is_served(site: Site, attachment: Attachment) -> bool:
    """An attachment under scan is on a running store with AVAPI enabled."""
    assume(attachment.lifecycle.scanning.is_active)
    return attachment.server.store.running.is_active and is_protected(attachment.server)


@CATALOGUE.always("safety.no_deadlock", "any user would expect", assumptions=("A3",))
def no_deadlock(site: Site, mailbox: Mailbox) -> bool:
    """A move that copies has a copy or finish step of its own enabled."""
    assume(mailbox.move.copying.is_active)
    return enabled(site, Site.finish_move, mailbox) or any(
        enabled(site, Site.copy_attachment, attachment) for attachment in mailbox.attachments
    )

"""What happens in the end, if nobody is put off for ever. Not yet checked."""

from __future__ import annotations

from model.entities import Attachment, Mailbox
from model.site import Site
from proofs.vocabulary import CATALOGUE


@CATALOGUE.eventually("liveness.move_ends", "any user would expect")
def move_ends(site: Site, mailbox: Mailbox) -> bool:
    """A move that copies ends, if its copy and finish steps are not put off for ever."""
    return not mailbox.move.copying.is_active


@CATALOGUE.eventually("liveness.fixed_move_succeeds", "Resolution")
def fixed_move_succeeds(site: Site, mailbox: Mailbox) -> bool:
    """With the fix at the source and neither store stopped any more, a move ends moved."""
    return mailbox.move.moved.is_active


@CATALOGUE.eventually("liveness.client_served", "Cause")
def client_served(site: Site, attachment: Attachment) -> bool:
    """A client that keeps asking is handed the attachment."""
    return attachment.lifecycle.released.is_active

"""What the questions of an administrator remember of a run."""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import DatabaseFormat
from proofs.vocabulary import ever_scanned, fails, hands_to_client, is_protected
from statecheck.modeling import Step, history


def all_released(mailbox: Mailbox) -> bool:
    """Every attachment of a mailbox is released."""
    return all(a.lifecycle.released.is_active for a in mailbox.attachments)


@history(initially=False)
def scanned_first(step: Step, mailbox: Mailbox) -> bool:
    """Every attachment was released when the last move started."""
    if step.fires(Site.start_move, mailbox):
        return all_released(mailbox)
    return scanned_first(mailbox)


@history(initially=False)
def not_enabled_since(step: Step, mailbox: Mailbox) -> bool:
    """AVAPI was not enabled at the source since the last move started."""
    if step.fires(Site.start_move, mailbox):
        return True
    return not_enabled_since(mailbox) and not step.fires(Site.enable_antivirus, mailbox.home)


@history(initially=False)
def not_updated_since(step: Step, mailbox: Mailbox) -> bool:
    """Signatures were not updated at the source since the last move started."""
    if step.fires(Site.start_move, mailbox):
        return True
    return not_updated_since(mailbox) and not step.fires(Site.update_signatures, mailbox.home)


@history(initially=False)
def has_failed(step: Step, mailbox: Mailbox) -> bool:
    """A move of the mailbox has failed."""
    return has_failed(mailbox) or fails(step, mailbox)


@history(initially=False)
def was_exposed(step: Step, attachment: Attachment) -> bool:
    """A client was handed the attachment before any scan of it was completed."""
    exposed = hands_to_client(step, attachment) and not ever_scanned(attachment)
    return was_exposed(attachment) or exposed


@history(initially=lambda server: server.store.format == DatabaseFormat.V2_46)
def was_at_2_46(step: Step, server: Server) -> bool:
    """The databases of the server have had format 2.46."""
    return was_at_2_46(server) or step.after[server].store.format == DatabaseFormat.V2_46


@history(initially=is_protected)
def began_protected(step: Step, server: Server) -> bool:
    """AVAPI was enabled on the server in the beginning."""
    return began_protected(server)

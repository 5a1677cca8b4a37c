"""The end of runs in which nobody is put off for ever.

Each claim names what it assumes of a run; with any one of these assumptions dropped it is false.
"""

from __future__ import annotations

from model.entities import Attachment, Mailbox
from model.site import Site
from proofs.vocabulary import CATALOGUE, hands_to_client, has_fix
from statecheck.claims.fairness import LeadsTo, finitely, leads_to, never, weak
from statecheck.modeling import Step


def source_stops(step: Step, mailbox: Mailbox) -> bool:
    """The store of the mailbox's server is stopped."""
    return step.fires(Site.stop_store, mailbox.home)


def target_stops(step: Step, mailbox: Mailbox) -> bool:
    """The store of the server that the mailbox is being moved to is stopped."""
    return mailbox.move.copying.is_active and step.fires(Site.stop_store, mailbox.move.target)


def its_store_stops(step: Step, attachment: Attachment) -> bool:
    """The store of the attachment's server is stopped."""
    return step.fires(Site.stop_store, attachment.server)


def antivirus_is_enabled(step: Step, attachment: Attachment) -> bool:
    """AVAPI is enabled on the attachment's server."""
    return step.fires(Site.enable_antivirus, attachment.server)


def signatures_are_updated(step: Step, attachment: Attachment) -> bool:
    """Virus signatures are updated on the attachment's server."""
    return step.fires(Site.update_signatures, attachment.server)


def mailbox_is_moved(step: Step, attachment: Attachment) -> bool:
    """A move of the attachment's mailbox ends moved."""
    return step.fires(Site.finish_move, attachment.mailbox)


@CATALOGUE.eventually(
    "liveness.move_ends",
    "any user would expect",
    fairness=(weak(Site.copy_attachment), weak(Site.finish_move, "mailbox")),
)
def move_ends(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies ends: moved, failed or interrupted."""
    copies = mailbox.move.copying.is_active
    return leads_to(copies, not copies)


@CATALOGUE.eventually(
    "liveness.fixed_move_succeeds",
    "Resolution",
    assumptions=("A3", "A4"),
    fairness=(
        weak(Site.copy_attachment),
        weak(Site.finish_move, "mailbox"),
        never("the source's store is stopped", source_stops),
        never("the destination's store is stopped", target_stops),
    ),
)
def fixed_move_succeeds(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies from a Store.exe with the fix ends moved."""
    return leads_to(
        mailbox.move.copying.is_active and has_fix(mailbox.home), mailbox.move.moved.is_active
    )


@CATALOGUE.eventually(
    "liveness.client_served",
    "Cause",
    assumptions=("A3", "A4"),
    fairness=(
        weak(Site.client_open, "attachment"),
        weak(Site.complete_scan, "attachment"),
        never("its store is stopped", its_store_stops),
        finitely("AVAPI is enabled on its server", antivirus_is_enabled),
        finitely("signatures are updated on its server", signatures_are_updated),
        finitely("its mailbox is moved", mailbox_is_moved),
    ),
)
def client_served(step: Step, attachment: Attachment) -> LeadsTo:
    """A client that keeps asking a running store is handed the attachment."""
    return leads_to(attachment.server.store.running.is_active, hands_to_client(step, attachment))

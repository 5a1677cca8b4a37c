"""Claims that any user would expect, though the article does not make them."""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import StoreVersion
from proofs.vocabulary import (
    CATALOGUE,
    began_idle,
    began_running,
    copied_in_this_move,
    fails,
    freshly_scanned,
    handed_over,
    hands_to_move,
    is_protected,
)
from statecheck.modeling import Step, assume, enabled


@CATALOGUE.always("safety.no_loss", "any user would expect", assumptions=("A5", "A6"))
def no_loss(step: Step, mailbox: Mailbox) -> bool:
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
        and all(copied_in_this_move(attachment) for attachment in mailbox.attachments)
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


@CATALOGUE.always("safety.move_is_served", "any user would expect", assumptions=("A3",))
def move_is_served(site: Site, mailbox: Mailbox) -> bool:
    """A move that copies goes to another server, and both stores run."""
    move = mailbox.move
    assume(move.copying.is_active)
    return (
        move.target != mailbox.home
        and mailbox.home.store.running.is_active
        and move.target.store.running.is_active
    )


@CATALOGUE.always("safety.move_is_asked_for", "any user would expect", assumptions=("A3",))
def move_is_asked_for(step: Step, mailbox: Mailbox) -> bool:
    """A move begins where it is asked for, ends moved where it is finished, fails where an
    attachment is copied, and is interrupted where one of its two stores is stopped.
    """
    before, after = mailbox.move, step.after[mailbox].move
    if step.fires(Site.start_move, mailbox):
        return after.copying.is_active and step.fires(Site.start_move, mailbox, after.target)
    if step.fires(Site.finish_move, mailbox):
        return before.copying.is_active and after.moved.is_active
    assume(before.copying.is_active or after.copying.is_active)
    if step.fires(Site.stop_store, before.home) or step.fires(Site.stop_store, before.target):
        return after.interrupted.is_active
    return before.copying.is_active and (after.copying.is_active or fails(step, mailbox))


@CATALOGUE.always("safety.target_is_kept", "any user would expect", assumptions=("A3",))
def target_is_kept(step: Step, mailbox: Mailbox) -> bool:
    """The server that a mailbox is moved to changes only where a move is started, to the one that
    is asked for.
    """
    after = step.after[mailbox].move
    assume(after.target != mailbox.move.target)
    return step.fires(Site.start_move, mailbox, after.target)


@CATALOGUE.always("safety.scan_is_remembered", "any user would expect", assumptions=("A2", "A6"))
def scan_is_remembered(site: Site, attachment: Attachment) -> bool:
    """An attachment is marked as scanned exactly if it is freshly scanned, and is released then."""
    marked = attachment.lifecycle.scanned
    assume(marked or freshly_scanned(attachment))
    return marked and freshly_scanned(attachment) and attachment.lifecycle.released.is_active


@CATALOGUE.always("safety.copy_is_remembered", "any user would expect", assumptions=("A6",))
def copy_is_remembered(site: Site, attachment: Attachment) -> bool:
    """An attachment is marked as copied exactly if a move that has not finished was handed it."""
    marked = attachment.lifecycle.copied
    assume(marked or handed_over(attachment))
    return marked and handed_over(attachment)


@CATALOGUE.always("safety.can_be_asked_for", "any user would expect", assumptions=("A3",))
def can_be_asked_for(site: Site, server: Server, version: StoreVersion) -> bool:
    """A store can be started or replaced while it is stopped, and stopped while it runs; AVAPI can
    be switched, and its signatures updated; a running store answers clients, and has every
    unscanned attachment scanned where AVAPI is enabled; scans complete; and a move that copies asks
    for each attachment once.
    """
    runs, protected = server.store.running.is_active, is_protected(server)
    return (
        enabled(site, Site.stop_store, server) == runs
        and enabled(site, Site.start_store, server) != runs
        and enabled(site, Site.replace_store, server, version) != runs
        and enabled(site, Site.enable_antivirus, server) != protected
        and enabled(site, Site.disable_antivirus, server) == protected
        and enabled(site, Site.update_signatures, server) == protected
        and all(attachment_can_be_asked_for(site, attachment) for attachment in site.attachments)
    )


def attachment_can_be_asked_for(site: Site, attachment: Attachment) -> bool:
    """Clients, scans and moves can ask for an attachment just when they should."""
    lifecycle = attachment.lifecycle
    moves = attachment.mailbox.move.copying.is_active
    served = attachment.server.store.running.is_active
    to_scan = lifecycle.unscanned.is_active and is_protected(attachment.server)
    return (
        enabled(site, Site.client_open, attachment) == served
        and enabled(site, Site.background_scan, attachment) == (served and to_scan)
        and enabled(site, Site.complete_scan, attachment) == lifecycle.scanning.is_active
        and enabled(site, Site.copy_attachment, attachment) == (moves and not lifecycle.copied)
    )


@CATALOGUE.always("safety.move_can_be_asked_for", "any user would expect", assumptions=("A3",))
def move_can_be_asked_for(site: Site, mailbox: Mailbox, server: Server) -> bool:
    """A mailbox can be moved to another server whenever both stores run and no move copies."""
    ready = mailbox.home.store.running.is_active and server.store.running.is_active
    elsewhere = server != mailbox.home
    idle = not mailbox.move.copying.is_active
    return enabled(site, Site.start_move, mailbox, server) == (ready and elsewhere and idle)


@CATALOGUE.always("safety.attachment_is_handled", "any user would expect", assumptions=("A1", "A3"))
def attachment_is_handled(step: Step, attachment: Attachment) -> bool:
    """Each action leaves an attachment as it should be: it is to be scanned again after
    AVAPI is enabled, signatures are updated, or it arrives; a scan that breaks off has to be asked
    for again; and what nobody touches stays as it was.
    """
    server, after = attachment.server, step.after[attachment].lifecycle
    if (
        step.fires(Site.enable_antivirus, server)
        or step.fires(Site.update_signatures, server)
        or step.fires(Site.finish_move, attachment.mailbox)
    ):
        return after.unscanned.is_active
    if step.fires(Site.disable_antivirus, server) or step.fires(Site.stop_store, server):
        return after.released.is_active == attachment.lifecycle.released.is_active
    if step.fires(Site.background_scan, attachment):
        return after.scanning.is_active
    if step.fires(Site.complete_scan, attachment):
        return after.released.is_active
    assume(not step.fires(Site.client_open, attachment))
    assume(not step.fires(Site.copy_attachment, attachment))
    if step.fires(Site.start_move, attachment.mailbox):
        return step.keeps(attachment, "lifecycle.copied")
    return step.keeps(attachment)


@CATALOGUE.always("safety.request_is_answered", "any user would expect", assumptions=("A2", "A4"))
def request_is_answered(step: Step, attachment: Attachment) -> bool:
    """Who asks for an attachment gets it if it is released, or AVAPI is disabled, or, in a move,
    the fix is there; otherwise it is under scan.
    """
    assume(step.fires(Site.client_open, attachment) or step.fires(Site.copy_attachment, attachment))
    before, after = attachment.lifecycle, step.after[attachment].lifecycle
    if before.released.is_active or not is_protected(attachment.server):
        return after.released.is_active
    return after.scanning.is_active or hands_to_move(step, attachment)


@CATALOGUE.always("safety.begins_at_rest", "any user would expect")
def begins_at_rest(site: Site) -> bool:
    """In the beginning every store runs, and no mailbox has been moved."""
    return all(began_running(server) for server in site.servers) and all(
        began_idle(mailbox) for mailbox in site.mailboxes
    )


@CATALOGUE.always("safety.switches_obey", "any user would expect", assumptions=("A3",))
def switches_obey(step: Step, server: Server) -> bool:
    """AVAPI and the store of a server change only where they are switched, to what was asked for;
    a store that is started may refuse.
    """
    after = step.after[server]
    if step.fires(Site.enable_antivirus, server):
        return is_protected(after)
    if step.fires(Site.disable_antivirus, server):
        return not is_protected(after)
    if step.fires(Site.stop_store, server):
        return after.store.stopped.is_active and is_protected(after) == is_protected(server)
    assume(not step.fires(Site.start_store, server))
    return (
        is_protected(after) == is_protected(server)
        and after.store.running.is_active == server.store.running.is_active
    )

"""What an administrator asks, as claims about the base site."""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, DatabaseFormat
from proofs.liveness import (
    its_store_stops,
    mailbox_is_moved,
    signatures_are_updated,
    source_stops,
    target_stops,
)
from proofs.questions.remembered import (
    all_released,
    began_protected,
    has_failed,
    not_enabled_since,
    not_updated_since,
    scanned_first,
    was_at_2_46,
)
from proofs.vocabulary import ever_scanned, fails, hands_to_client, has_fix, is_protected
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.fairness import LeadsTo, finitely, leads_to, never, weak
from statecheck.modeling import Step, assume, enabled

QUESTIONS = Catalogue(Site)
"""The claims that answer the questions, in their order."""

LEMMAS = Catalogue(Site)
"""What the proofs of some need, of every reachable state."""


@LEMMAS.always("lemma.scanned_first", "lemmas")
def what_was_scanned_stays_released(site: Site, attachment: Attachment) -> bool:
    """While a move copies, and nothing was enabled or updated, what was released stays so."""
    mailbox = attachment.mailbox
    assume(mailbox.move.copying.is_active and scanned_first(mailbox))
    assume(not_enabled_since(mailbox) and not_updated_since(mailbox))
    return attachment.lifecycle.released.is_active


@LEMMAS.always("lemma.was_at_2_46", "lemmas")
def a_format_stays(site: Site, server: Server) -> bool:
    """Databases that have had format 2.46 have it."""
    assume(was_at_2_46(server))
    return server.store.format == DatabaseFormat.V2_46


def antivirus_is_disabled(step: Step, attachment: Attachment) -> bool:
    """AVAPI is disabled on the attachment's server."""
    return step.fires(Site.disable_antivirus, attachment.server)


def source_is_enabled(step: Step, mailbox: Mailbox) -> bool:
    """AVAPI is enabled on the mailbox's server."""
    return step.fires(Site.enable_antivirus, mailbox.home)


def source_is_updated(step: Step, mailbox: Mailbox) -> bool:
    """Virus signatures are updated on the mailbox's server."""
    return step.fires(Site.update_signatures, mailbox.home)


@QUESTIONS.always("ask.all_released", "1")
def move_of_released_fails(step: Step, mailbox: Mailbox) -> bool:
    """While a move copies a mailbox all of whose attachments are released, no step fails it."""
    assume(mailbox.move.copying.is_active and all_released(mailbox))
    return not fails(step, mailbox)


@QUESTIONS.always("ask.scan_first", "2")
def scan_first(step: Step, mailbox: Mailbox) -> bool:
    """A move that starts with every attachment released does not fail, on any Store.exe, if until
    its end AVAPI is not enabled and no signatures are updated at the source.
    """
    assume(mailbox.move.copying.is_active and scanned_first(mailbox))
    assume(not_enabled_since(mailbox) and not_updated_since(mailbox))
    return not fails(step, mailbox)


@QUESTIONS.refuted("ask.update_during_move", "3")
def update_during_move(step: Step, mailbox: Mailbox) -> bool:
    """A move that starts with every attachment released does not fail if AVAPI is not enabled at
    the source until its end, whether or not signatures are updated there.
    """
    assume(mailbox.move.copying.is_active and scanned_first(mailbox))
    assume(not_enabled_since(mailbox))
    return not fails(step, mailbox)


@QUESTIONS.refuted("ask.fix_at_destination", "4")
def fix_at_destination(step: Step, mailbox: Mailbox) -> bool:
    """No step fails a move to a server whose Store.exe has the fix."""
    assume(mailbox.move.copying.is_active and has_fix(mailbox.move.target))
    return not fails(step, mailbox)


@QUESTIONS.always("ask.posted_cure_costs", "5")
def posted_cure_costs(site: Site, server: Server) -> bool:
    """The databases of a running store have format 2.46, from the first posted build with the fix
    on.
    """
    assume(server.store.running.is_active)
    assume(server.store.version >= FIRST_POSTED_WITH_MOVE_FIX)
    return server.store.format == DatabaseFormat.V2_46


WITHOUT_COST = (("5.5.2652.43", "5.5.2652.67"),)


@QUESTIONS.refuted("ask.any_cure_costs", "5", across="first_fix", expecting=WITHOUT_COST)
def any_cure_costs(site: Site, server: Server) -> bool:
    """The databases of a running store that has the fix have format 2.46."""
    assume(server.store.running.is_active and has_fix(server))
    return server.store.format == DatabaseFormat.V2_46


@QUESTIONS.always("ask.back_to_sp3", "6")
def back_to_sp3(site: Site, server: Server) -> bool:
    """The Store.exe of SP3 never runs on databases that have had format 2.46."""
    assume(was_at_2_46(server))
    return not (server.store.running.is_active and server.store.version == SP3)


@QUESTIONS.recoverable("ask.server_is_upgraded", "7")
def server_is_upgraded(site: Site, server: Server) -> bool:
    """Every server can be brought to run the Store.exe of SP4."""
    return server.store.running.is_active and server.store.version == SP4


@QUESTIONS.always("ask.upgrade_keeps_others", "7")
def upgrade_keeps_others(step: Step, server: Server, other: Server) -> bool:
    """To stop, replace or start the store of one server changes no other server."""
    assume(
        step.fires(Site.stop_store, server)
        or step.fires(Site.replace_store, server)
        or step.fires(Site.start_store, server)
    )
    assume(other != server)
    return step.keeps(other)


@QUESTIONS.always("ask.move_can_start", "7")
def move_can_start(site: Site, mailbox: Mailbox, target: Server) -> bool:
    """A move of a mailbox that does not copy can start between two running stores."""
    assume(mailbox.home.store.running.is_active and target.store.running.is_active)
    assume(mailbox.home != target and not mailbox.move.copying.is_active)
    return enabled(site, Site.start_move, mailbox, target)


@QUESTIONS.eventually(
    "ask.move_gets_across",
    "7",
    fairness=(
        weak(Site.copy_attachment),
        weak(Site.finish_move, "mailbox"),
        never("the source's store is stopped", source_stops),
        never("the destination's store is stopped", target_stops),
    ),
)
def move_gets_across(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies from a Store.exe with the fix ends moved."""
    copies = mailbox.move.copying.is_active and has_fix(mailbox.home)
    return leads_to(copies, mailbox.move.moved.is_active)


@QUESTIONS.possible("ask.retry_fails", "8")
def retry_fails(step: Step, mailbox: Mailbox) -> bool:
    """On SP3 a move that is tried again after it failed can fail again."""
    return fails(step, mailbox) and has_failed(mailbox) and mailbox.home.store.version == SP3


@QUESTIONS.always("ask.failure_scans", "8")
def failure_scans(step: Step, mailbox: Mailbox) -> bool:
    """A move that fails leaves an attachment of the mailbox under scan."""
    assume(fails(step, mailbox))
    return any(step.after[a].lifecycle.scanning.is_active for a in mailbox.attachments)


@QUESTIONS.always("ask.released_stays", "8")
def released_stays(step: Step, attachment: Attachment) -> bool:
    """An attachment stays released unless AVAPI is enabled or signatures are updated on its server,
    or its mailbox is moved.
    """
    assume(attachment.lifecycle.released.is_active)
    assume(not step.fires(Site.enable_antivirus, attachment.server))
    assume(not signatures_are_updated(step, attachment) and not mailbox_is_moved(step, attachment))
    return step.after[attachment].lifecycle.released.is_active


@QUESTIONS.eventually(
    "ask.scan_ends",
    "8",
    fairness=(
        weak(Site.complete_scan, "attachment"),
        never("its store is stopped", its_store_stops),
        never("AVAPI is disabled on its server", antivirus_is_disabled),
        never("signatures are updated on its server", signatures_are_updated),
        never("its mailbox is moved", mailbox_is_moved),
    ),
)
def scan_ends(site: Site, attachment: Attachment) -> LeadsTo:
    """An attachment under scan is released."""
    return leads_to(
        attachment.lifecycle.scanning.is_active, attachment.lifecycle.released.is_active
    )


@QUESTIONS.eventually(
    "ask.scanned_move_succeeds",
    "8",
    fairness=(
        weak(Site.copy_attachment),
        weak(Site.finish_move, "mailbox"),
        never("the source's store is stopped", source_stops),
        never("the destination's store is stopped", target_stops),
        never("AVAPI is enabled at the source", source_is_enabled),
        never("signatures are updated at the source", source_is_updated),
    ),
)
def scanned_move_succeeds(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies a mailbox all of whose attachments are released ends moved."""
    return leads_to(
        mailbox.move.copying.is_active and all_released(mailbox), mailbox.move.moved.is_active
    )


@QUESTIONS.always("ask.enabling_outdates", "10")
def enabling_outdates(step: Step, attachment: Attachment) -> bool:
    """When AVAPI is enabled every attachment of the server is to be scanned again."""
    assume(step.fires(Site.enable_antivirus, attachment.server))
    return step.after[attachment].lifecycle.unscanned.is_active


@QUESTIONS.possible("ask.exposed_while_off", "10")
def exposed_while_off(step: Step, attachment: Attachment) -> bool:
    """Where AVAPI was enabled and is disabled for a move, a client can be handed an attachment that
    was never scanned.
    """
    server = attachment.server
    exposed = hands_to_client(step, attachment) and not ever_scanned(attachment)
    return exposed and began_protected(server) and not is_protected(server)


@QUESTIONS.eventually(
    "ask.all_is_scanned",
    "10",
    fairness=(
        weak(Site.background_scan, "attachment"),
        weak(Site.complete_scan, "attachment"),
        never("its store is stopped", its_store_stops),
        never("AVAPI is disabled on its server", antivirus_is_disabled),
        finitely("signatures are updated on its server", signatures_are_updated),
        never("its mailbox is moved", mailbox_is_moved),
    ),
)
def all_is_scanned(site: Site, attachment: Attachment) -> LeadsTo:
    """An attachment that is to be scanned on a running store that uses AVAPI is released in the
    end.
    """
    server = attachment.server
    waits = attachment.lifecycle.unscanned.is_active
    served = server.store.running.is_active and is_protected(server)
    return leads_to(waits and served, attachment.lifecycle.released.is_active)

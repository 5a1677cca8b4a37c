"""The words that the claims are made of: events of a step, and what is remembered of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import SP4, DatabaseFormat, Logged, StoreVersion, fixed
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Ranges, Section
from statecheck.modeling import NO_VARIANT, Step, Variant, history


class ArticleCatalogue(Catalogue):
    """Claims of an article, among them findings."""

    def finding(
        self,
        id_: str,
        section: str | Section,
        *,
        under: Variant = NO_VARIANT,
        assumptions: tuple[str, ...] = (),
        across: str = "",
        expecting: Ranges | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what the article has as true and a run refutes once it is made precise."""
        return self.refuted(
            id_,
            section,
            under=under,
            assumptions=assumptions,
            across=across,
            expecting=expecting,
            word="finding",
            opening="The article suggests so; made precise, it is false",
        )


CATALOGUE = ArticleCatalogue(Site)
"""Every claim, in the order of the article."""

PER_REQUEST = Variant("per_request", (("sticky", False),), "under the per_request reading of A2")
"""A2 as the project reads it: a bypass releases an attachment for one request of the move."""

STICKY = Variant("sticky", (("sticky", True),), "under the sticky reading of A2")
"""The other reading of A2: what a bypass released stays released."""


# -- what happens in a step -------------------------------------------------------------------


def fails(step: Step, mailbox: Mailbox) -> bool:
    """The step fails the move of a mailbox with the article's error."""
    return not mailbox.move.failed.is_active and step.after[mailbox].move.failed.is_active


def hands_to_client(step: Step, attachment: Attachment) -> bool:
    """A MAPI client is handed an attachment."""
    return (
        step.fires(Site.client_open, attachment)
        and step.after[attachment].lifecycle.released.is_active
    )


def hands_to_move(step: Step, attachment: Attachment) -> bool:
    """A copy_attachment succeeds: the move is handed the attachment and goes on."""
    return (
        step.fires(Site.copy_attachment, attachment)
        and step.after[attachment.mailbox].move.copying.is_active
    )


def is_protected(server: Server) -> bool:
    """AVAPI is enabled on a server."""
    return server.antivirus.enabled.is_active


def has_fix(server: Server) -> bool:
    """The Store.exe of a server has the Move Mailbox fix."""
    return fixed(server.store.version, server.system.first_fix)


# -- what is remembered of an attachment --------------------------------------------------------


@history(initially=False)
def ever_scanned(step: Step, attachment: Attachment) -> bool:
    """A scan of the attachment was completed at some time."""
    return ever_scanned(attachment) or step.fires(Site.complete_scan, attachment)


@history(initially=False)
def freshly_scanned(step: Step, attachment: Attachment) -> bool:
    """A scan was completed since the attachment arrived and its server's AVAPI last changed."""
    if step.fires(Site.complete_scan, attachment):
        return True
    outdated = (
        step.fires(Site.finish_move, attachment.mailbox)
        or step.fires(Site.enable_antivirus, attachment.server)
        or step.fires(Site.update_signatures, attachment.server)
    )
    return freshly_scanned(attachment) and not outdated


@history(initially=False)
def copied_in_this_move(step: Step, attachment: Attachment) -> bool:
    """The attachment was handed to the move that was started last."""
    if step.fires(Site.start_move, attachment.mailbox):
        return False
    return copied_in_this_move(attachment) or hands_to_move(step, attachment)


@history(initially=False)
def handed_over(step: Step, attachment: Attachment) -> bool:
    """The attachment was handed to the last move, and that move has not finished."""
    mailbox = attachment.mailbox
    if step.fires(Site.start_move, mailbox) or step.fires(Site.finish_move, mailbox):
        return False
    return handed_over(attachment) or hands_to_move(step, attachment)


@history(initially=False)
def unscanned_at_start(step: Step, attachment: Attachment) -> bool:
    """The attachment was unscanned when the last move of its mailbox started."""
    if step.fires(Site.start_move, attachment.mailbox):
        return attachment.lifecycle.unscanned.is_active
    return unscanned_at_start(attachment)


# -- what is remembered of a move, while it copies ----------------------------------------------


@history(initially=False)
def source_protected_throughout(step: Step, mailbox: Mailbox) -> bool:
    """A move copies, and AVAPI has been enabled on its source ever since it started."""
    if step.fires(Site.start_move, mailbox):
        return is_protected(mailbox.home)
    return (
        source_protected_throughout(mailbox)
        and step.after[mailbox].move.copying.is_active
        and is_protected(step.after[mailbox.home])
    )


@history(initially=False)
def source_unprotected_throughout(step: Step, mailbox: Mailbox) -> bool:
    """A move copies, and AVAPI has been disabled on its source ever since it started."""
    if step.fires(Site.start_move, mailbox):
        return not is_protected(mailbox.home)
    return (
        source_unprotected_throughout(mailbox)
        and step.after[mailbox].move.copying.is_active
        and not is_protected(step.after[mailbox.home])
    )


@history(initially=False)
def started_unprotected(step: Step, mailbox: Mailbox) -> bool:
    """AVAPI was disabled on the source when the last move started."""
    if step.fires(Site.start_move, mailbox):
        return not is_protected(mailbox.home)
    return started_unprotected(mailbox)


@history(initially=False)
def source_scans_throughout(step: Step, mailbox: Mailbox) -> bool:
    """A move copies, and AVAPI has been enabled on its source, on a Store.exe without the fix, ever
    since it started.
    """
    if step.fires(Site.start_move, mailbox):
        return is_protected(mailbox.home) and not has_fix(mailbox.home)
    source = step.after[mailbox.home]
    return (
        source_scans_throughout(mailbox)
        and step.after[mailbox].move.copying.is_active
        and is_protected(source)
        and not has_fix(source)
    )


# -- what is remembered of a move that is over --------------------------------------------------


@history(initially=False)
def protected_since_arrival(step: Step, mailbox: Mailbox) -> bool:
    """The mailbox was moved to its server, and AVAPI has been enabled there ever since."""
    if step.fires(Site.finish_move, mailbox):
        return is_protected(step.after[mailbox.move.target])
    return protected_since_arrival(mailbox) and is_protected(step.after[mailbox.home])


@history(initially=lambda mailbox: mailbox.home)
def came_from(step: Step, mailbox: Mailbox) -> Server:
    """The server that the mailbox was moved from last; its home while it never was."""
    if step.fires(Site.finish_move, mailbox):
        return mailbox.home
    return came_from(mailbox)


@history(initially=False)
def moved_with_fix(step: Step, mailbox: Mailbox) -> bool:
    """The mailbox was last moved off a server whose Store.exe had the fix."""
    if step.fires(Site.finish_move, mailbox):
        return has_fix(mailbox.home)
    return moved_with_fix(mailbox)


# -- what is remembered of a server -------------------------------------------------------------


@history(initially=is_protected)
def always_protected(step: Step, server: Server) -> bool:
    """AVAPI has been enabled on the server in the whole run."""
    return always_protected(server) and is_protected(step.after[server])


@history(initially=lambda server: not is_protected(server))
def never_protected(step: Step, server: Server) -> bool:
    """AVAPI has been disabled on the server in the whole run."""
    return never_protected(server) and not is_protected(step.after[server])


def _runs_sp4(server: Server) -> bool:
    return server.store.running.is_active and server.store.version == SP4


@history(initially=_runs_sp4)
def has_run_sp4(step: Step, server: Server) -> bool:
    """The Store.exe of SP4 has run on the server; running it initially counts."""
    return has_run_sp4(server) or _runs_sp4(step.after[server])


@history(initially=False)
def started_at_2_46(step: Step, server: Server) -> bool:
    """The present Store.exe was started while the databases already had format 2.46."""
    if step.fires(Site.start_store, server):
        return (
            server.store.format == DatabaseFormat.V2_46
            and step.after[server].store.running.is_active
        )
    return started_at_2_46(server) and not step.fires(Site.stop_store, server)


@history(initially=Logged.NOTHING)
def last_events(step: Step, server: Server) -> Logged:
    """The events of the last start that raised the format or was refused."""
    after = step.after[server].store
    if not step.fires(Site.start_store, server):
        return last_events(server)
    if after.stopped.is_active:
        return Logged.REFUSED
    return Logged.UPGRADED if after.format != server.store.format else last_events(server)


# -- how a run began ----------------------------------------------------------------------------


@history(initially=lambda server: server.store.running.is_active)
def began_running(step: Step, server: Server) -> bool:
    """The store ran in the beginning."""
    return began_running(server)


@history(initially=lambda server: server.store.version)
def first_version(step: Step, server: Server) -> StoreVersion:
    """The Store.exe of the server in the beginning."""
    return first_version(server)


@history(initially=lambda mailbox: mailbox.move.idle.is_active)
def began_idle(step: Step, mailbox: Mailbox) -> bool:
    """The mailbox had not been moved in the beginning."""
    return began_idle(mailbox)

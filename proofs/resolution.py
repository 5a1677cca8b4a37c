"""Q271547, Resolution and Status: what SP4 cures, and which Store.exe may be restored after it."""

from __future__ import annotations

from model.entities import Mailbox, Server
from model.site import Site
from model.version import FIRST_WITH_FORMAT_2_46, SP4, DatabaseFormat, Logged, StoreVersion, native
from proofs.vocabulary import (
    CATALOGUE,
    fails,
    first_version,
    has_fix,
    has_run_sp4,
    last_events,
    started_at_2_46,
)
from statecheck.claims.claim import Section
from statecheck.modeling import Step, assume


@CATALOGUE.always(
    "resolution.no_move_fails", Section("Resolution", part="Status"), assumptions=("A3", "A4")
)
def no_move_fails(step: Step, mailbox: Mailbox) -> bool:
    """No step fails a move whose source runs a Store.exe with the fix."""
    assume(mailbox.move.copying.is_active and has_fix(mailbox.home))
    return not fails(step, mailbox)


# By the version above that writes format 2.46 and starts on it: if the fix came in with that very
# Store.exe or before, then nothing that starts on the databases of SP4 lacks it.
REFUTED_FOR = (("5.5.2652.69", "5.5.2653.12"),)


@CATALOGUE.finding(
    "resolution.no_move_fails_forever",
    "Resolution",
    assumptions=("A3", "A7", "A8"),
    across="first_fix",
    expecting=REFUTED_FOR,
)
def no_move_fails_forever(step: Step, mailbox: Mailbox) -> bool:
    """Once the Store.exe of SP4 has run on a server, no move from it ever fails, whatever the
    administrator does later.

    SP4 cures only while its Store.exe stays: an earlier file that is restored, and starts on the
    upgraded databases, fails moves again. There is such a file unless the fix came in with
    5.5.2652.68 or before; no posted one is known to be one.
    """
    assume(mailbox.move.copying.is_active and has_run_sp4(mailbox.home))
    return not fails(step, mailbox)


@CATALOGUE.always("resolution.upgrade_is_automatic", Section("Resolution", part="Note"))
def upgrade_is_automatic(site: Site, server: Server) -> bool:
    """The databases of a running store have the format of its Store.exe."""
    assume(server.store.running.is_active)
    return server.store.format == native(server.store.version)


@CATALOGUE.always("resolution.old_store_cannot_start", Section("Resolution", part="Note"))
def old_store_cannot_start(step: Step, server: Server) -> bool:
    """At format 2.46 no Store.exe before 5.5.2652.68 starts; it logs events 1197 and 1005."""
    assume(step.fires(Site.start_store, server))
    assume(server.store.format == DatabaseFormat.V2_46)
    assume(server.store.version < FIRST_WITH_FORMAT_2_46)
    after = step.after[server].store
    return after.stopped.is_active and after.log == Logged.REFUSED


@CATALOGUE.always("resolution.newer_store_starts", Section("Resolution", part="Note"))
def newer_store_starts(step: Step, server: Server) -> bool:
    """At any reachable format, every Store.exe from 5.5.2652.68 on starts."""
    assume(step.fires(Site.start_store, server))
    assume(server.store.version >= FIRST_WITH_FORMAT_2_46)
    return step.after[server].store.running.is_active


@CATALOGUE.always("resolution.format_never_falls", "Q244976")
def format_never_falls(step: Step, server: Server) -> bool:
    """No step lowers a format, and a refused start changes nothing but the log."""
    refused = step.fires(Site.start_store, server) and step.after[server].store.stopped.is_active
    assume(refused or step.after[server].store.format != server.store.format)
    if not refused:
        return step.after[server].store.format > server.store.format
    site = step.before
    return (
        step.keeps(server, "store.log")
        and all(other == server or step.keeps(other) for other in site.servers)
        and all(step.keeps(mailbox) for mailbox in site.mailboxes)
        and all(step.keeps(attachment) for attachment in site.attachments)
    )


@CATALOGUE.always("resolution.only_a_start_upgrades", "Q244976")
def only_a_start_upgrades(step: Step, server: Server) -> bool:
    """The format of the databases changes only where their own store is started."""
    assume(step.after[server].store.format != server.store.format)
    return step.fires(Site.start_store, server)


@CATALOGUE.always("resolution.events_are_logged", "Q244976")
def events_are_logged(site: Site, server: Server) -> bool:
    """The log has event 1185 of the last start that raised the format, or 1197 and 1005 of a later
    one that was refused.
    """
    assume(server.store.log != Logged.NOTHING or last_events(server) != Logged.NOTHING)
    return server.store.log == last_events(server)


@CATALOGUE.always("resolution.any_store_is_installed", "Resolution")
def any_store_is_installed(step: Step, server: Server, version: StoreVersion) -> bool:
    """The Store.exe changes only where another one is put in place, to just that one."""
    after = step.after[server].store
    assume(step.fires(Site.replace_store, server, version) or after.version != server.store.version)
    return step.fires(Site.replace_store, server, version) == (after.version == version)


@CATALOGUE.recoverable("resolution.store_recoverable", "Q244976")
def store_recoverable(site: Site, server: Server) -> bool:
    """Every store can run again."""
    return server.store.running.is_active


# The builds that sibling articles name lead one to expect: from the first Store.exe that writes
# format 2.46, 5.5.2652.68 (Q244976), at most to the last one before the first posted with the fix,
# 5.5.2653.12 (Q248838); none at least, for the fix may be as old as the format. They stand here
# apart from the thresholds of model.version, so that a wrong threshold there is noticed. The solver
# never sees them.
ROLLBACK_WINDOW = (("5.5.2652.68", "5.5.2653.11"),)


@CATALOGUE.derived(
    "resolution.rollback_window",
    Section("Resolution", label="F1"),
    assumptions=("A3", "A8"),
    expecting=ROLLBACK_WINDOW,
    at_least=(),
)
def rollback_window(step: Step, mailbox: Mailbox, version: StoreVersion) -> bool:
    """The versions of Store.exe that start at format 2.46 and yet fail moves."""
    source = mailbox.home
    return fails(step, mailbox) and source.store.version == version and started_at_2_46(source)


@CATALOGUE.possible("resolution.any_store_at_first", "Resolution")
def any_store_at_first(site: Site, server: Server) -> bool:
    """A server may have the Store.exe of SP4 from the beginning."""
    return first_version(server) == SP4

"""The sentences of the articles about what can happen, each as a claim about the whole family.

A sentence says that something always holds, or that some run reaches it. Under which readings it
holds is the solver's answer; ``holds`` is what one expects of it.
"""

from __future__ import annotations

from typing import Any

from model import entities
from model.entities import Mailbox, Server
from model.family import consumers, directory, registry, scanner, timeouts
from model.family.consumers import FIRST_THAT_PASSES_TO_MTA, Consumer
from model.family.directory import DirectorySite
from model.family.faults import FIRST_THAT_CRASHES, FaultSite
from model.family.timeouts import TimeOutSite
from model.site import Site
from model.version import SP3, SP4
from proofs.family.sentence import NEVER, Sentence, Sentences
from proofs.family.vocabulary import (
    asks,
    fresh,
    hands_over,
    hands_to_consumer,
    is_before_sp3,
    uses_avapi,
)
from proofs.vocabulary import fails, hands_to_client, has_fix, source_unprotected_throughout
from statecheck.modeling import Step, assume

_FAMILY = Sentences()


# -- Q271547: the article that the study is about -------------------------------------------------


@_FAMILY.always("Q271547", "Status 1", ((("timeouts", False), ("any_service", False)),))
def sp4_cures(step: Step, mailbox: Mailbox) -> bool:
    """No step fails a move whose source runs a Store.exe with the fix."""
    assume(mailbox.move.copying.is_active and has_fix(mailbox.home))
    return not fails(step, mailbox)


@_FAMILY.always("Q271547", "Cause 2", ((("any_service", False),),))
def only_cause(step: Step, mailbox: Mailbox) -> bool:
    """A move fails only where AVAPI is in use at its source."""
    assume(fails(step, mailbox))
    return uses_avapi(mailbox.home)


@_FAMILY.possible("Q271547", "Symptoms 1")
def move_may_fail(step: Step, mailbox: Mailbox) -> bool:
    """On SP3, with AVAPI in use at the source, a move can fail."""
    source = mailbox.home
    return fails(step, mailbox) and source.store.version == SP3 and uses_avapi(source)


@_FAMILY.always("Q271547", "Cause 1", ((("sticky", False),),))
def scan_before_client(step: Step, attachment: entities.Attachment) -> bool:
    """Where AVAPI is in use, no client is handed an attachment that is not freshly scanned."""
    assume(hands_to_client(step, attachment))
    assume(uses_avapi(attachment.server))
    return fresh(attachment)


@_FAMILY.always("Q271547", "More Information 1", NEVER)
def only_moves_bypass(step: Step, attachment: consumers.Attachment) -> bool:
    """Where AVAPI is in use, an attachment that is not freshly scanned is handed to nobody but a
    move.
    """
    assume(hands_over(step, attachment))
    assume(uses_avapi(attachment.server) and not fresh(attachment))
    return step.fires(Site.copy_attachment, attachment)


@_FAMILY.always("Q271547", "Workaround 1", ((("any_service", False),),))
def disable_first(step: Step, mailbox: Mailbox) -> bool:
    """A move does not fail if AVAPI at the source is not in use from its start to its end."""
    assume(mailbox.move.copying.is_active and source_unprotected_throughout(mailbox))
    return not fails(step, mailbox)


# -- Q264731: time-outs, and the background scan --------------------------------------------------


@_FAMILY.possible("Q264731", "Symptoms 8", ((("timeouts", True),),))
def move_times_out_on_sp4(step: Step, attachment: timeouts.Attachment) -> bool:
    """On SP4, a move can time out while it waits for an attachment to be scanned."""
    times_out = step.fires(TimeOutSite.time_out_move, attachment)
    return times_out and attachment.server.store.version == SP4


@_FAMILY.possible("Q264731", "Cause 2", ((("timeouts", True),),))
def client_times_out(step: Step, attachment: timeouts.Attachment) -> bool:
    """A client's request for an attachment can end in a time-out."""
    return step.fires(TimeOutSite.time_out_client, attachment)


@_FAMILY.possible("Q264731", "Workaround 10", ((("scans_at_start_only", False),),))
def scan_begins_without_start(step: Step, server: scanner.Server) -> bool:
    """The background scan can begin without a start of the store."""
    begins = not server.background.running.is_active
    after = step.after[server].background.running.is_active
    return begins and after and not step.fires(Site.start_store, server)


@_FAMILY.always("Q264731", "More Information 5")
def update_outdates_all(step: Step, attachment: entities.Attachment) -> bool:
    """After an update of signatures every attachment of the server is to be scanned again."""
    assume(step.fires(Site.update_signatures, attachment.server))
    return step.after[attachment].lifecycle.unscanned.is_active


@_FAMILY.always("Q264731", "More Information 1")
def scanner_submits(step: Step, attachment: entities.Attachment) -> bool:
    """What nobody asks for is submitted only by a background scan that is under way."""
    assume(step.fires(Site.background_scan, attachment))
    return _background(attachment.server)


def _background(server: Any) -> bool:
    is_running: bool = server.background.running.is_active
    return is_running


# -- Q276056: not in the archive ------------------------------------------------------------------


@_FAMILY.always("Q276056", "excerpt", ((("scans_at_start_only", True),),))
def scan_begins_at_start(step: Step, server: scanner.Server) -> bool:
    """The background scan begins only when the store starts."""
    assume(not server.background.running.is_active)
    assume(step.after[server].background.running.is_active)
    return step.fires(Site.start_store, server)


# -- Q267233: any antivirus service ---------------------------------------------------------------


@_FAMILY.possible("Q267233", "Cause 1", ((("any_service", True),),))
def any_service_fails(step: Step, mailbox: Mailbox) -> bool:
    """A move can fail though AVAPI is not in use at its source."""
    return fails(step, mailbox) and not uses_avapi(mailbox.home)


@_FAMILY.always("Q267233", "Workaround 1")
def quit_all(step: Step, mailbox: Mailbox) -> bool:
    """A move does not fail while no antivirus program of any kind runs at its source."""
    assume(mailbox.move.copying.is_active)
    assume(not uses_avapi(mailbox.home) and not _has_service(mailbox.home))
    return not fails(step, mailbox)


def _has_service(server: Any) -> bool:
    is_running: bool = server.service.running.is_active
    return is_running


# -- Q269439: the registry ------------------------------------------------------------------------


@_FAMILY.possible("Q269439", "Resolution 9")
def change_takes_effect_later(step: Step, server: registry.Server) -> bool:
    """What the registry says of AVAPI, and what the store does, can differ while the store runs."""
    return server.registry.off.is_active and uses_avapi(server) and _scans(step, server)


def _scans(step: Step, server: Server) -> bool:
    return any(
        step.fires(Site.client_open, attachment)
        and step.after[attachment].lifecycle.scanning.is_active
        for attachment in server.attachments
    )


@_FAMILY.always("Q269439", "Resolution 3")
def enabling_outdates_all(step: Step, attachment: entities.Attachment) -> bool:
    """When the store begins to use AVAPI every attachment there is to be scanned again."""
    server = attachment.server
    assume(not server.antivirus.enabled.is_active)
    assume(step.after[server].antivirus.enabled.is_active)
    return step.after[attachment].lifecycle.unscanned.is_active


@_FAMILY.possible("Q269439", "Symptoms 1", ((("timeouts", True),),))
def synchronization_times_out(step: Step, attachment: timeouts.Attachment) -> bool:
    """On SP3, a client's request for an attachment can end in a time-out."""
    on_sp3 = attachment.server.store.version == SP3
    return step.fires(TimeOutSite.time_out_client, attachment) and on_sp3


# -- Q263947, Q288848 and Q290621: since when there is AVAPI, and consumers -----------------------


@_FAMILY.always("Q263947", "Symptoms 1", ((("avapi_from_sp3", True),),))
def avapi_came_with_sp3(step: Step, attachment: entities.Attachment) -> bool:
    """No Store.exe before that of SP3 submits an attachment."""
    assume(not attachment.lifecycle.scanning.is_active)
    assume(step.after[attachment].lifecycle.scanning.is_active)
    return not is_before_sp3(attachment.server)


@_FAMILY.possible("Q288848", "Header 3", ((("avapi_from_sp3", False),),))
def mta_affected_before_sp3(step: Step, attachment: consumers.Attachment) -> bool:
    """On a Store.exe before that of SP3 the MTA can fail for an attachment that has to be scanned
    first.
    """
    fails_now = step.after[attachment].delivery.failed.is_active
    submitted = attachment.lifecycle.unscanned.is_active
    old = is_before_sp3(attachment.server)
    return asks(step, attachment, Consumer.MTA) and fails_now and submitted and old


@_FAMILY.possible("Q288848", "More Information 3")
def mta_gets_unscanned(step: Step, attachment: consumers.Attachment) -> bool:
    """From 5.5.2654.61 on the MTA can be handed an attachment whose scan is not complete."""
    server = attachment.server
    return (
        asks(step, attachment, Consumer.MTA)
        and hands_to_consumer(step, attachment)
        and uses_avapi(server)
        and not fresh(attachment)
        and server.store.version >= FIRST_THAT_PASSES_TO_MTA
    )


@_FAMILY.always("Q288848", "Cause 1")
def mta_fails_before(step: Step, attachment: consumers.Attachment) -> bool:
    """Before 5.5.2654.61 the MTA fails wherever it asks for an attachment that is to be scanned."""
    server = attachment.server
    assume(asks(step, attachment, Consumer.MTA) and uses_avapi(server))
    assume(server.store.version < FIRST_THAT_PASSES_TO_MTA)
    assume(not attachment.lifecycle.released.is_active)
    return step.after[attachment].delivery.failed.is_active


@_FAMILY.possible("Q290621", "Header 3", ((("avapi_from_sp3", False),),))
def rules_affected_before_sp3(step: Step, attachment: consumers.Attachment) -> bool:
    """On a Store.exe before that of SP3 a public folder's rule can be disabled for an attachment
    that is to be scanned.
    """
    fails_now = step.after[attachment].delivery.failed.is_active
    submitted = attachment.lifecycle.unscanned.is_active
    old = is_before_sp3(attachment.server)
    return asks(step, attachment, Consumer.FOLDER_RULE) and fails_now and submitted and old


@_FAMILY.possible("Q290621", "Symptoms 1")
def rules_affected_on_sp4(step: Step, attachment: consumers.Attachment) -> bool:
    """On SP4 a public folder's rule can be disabled."""
    fails_now = step.after[attachment].delivery.failed.is_active
    on_sp4 = attachment.server.store.version == SP4
    return asks(step, attachment, Consumer.FOLDER_RULE) and fails_now and on_sp4


# -- Q252869: the directory's side of a move ------------------------------------------------------


def _is_lost(mailbox: directory.Mailbox) -> bool:
    return mailbox.directory.lost.is_active


@_FAMILY.possible("Q252869", "Symptoms 4")
def second_move_loses_mail(step: Step, mailbox: directory.Mailbox) -> bool:
    """A second move after one whose directory part failed can lose all mail of the mailbox."""
    stranded = mailbox.directory.stranded.is_active
    return stranded and _is_lost(step.after[mailbox])


@_FAMILY.always("Q252869", "Cause 2")
def only_second_moves_lose_mail(step: Step, mailbox: directory.Mailbox) -> bool:
    """Mail is lost only by a second move of a mailbox whose directory object is stranded."""
    assume(not _is_lost(mailbox) and _is_lost(step.after[mailbox]))
    return step.fires(DirectorySite.move_again, mailbox) and mailbox.directory.stranded.is_active


@_FAMILY.always("any user", "expectation", NEVER)
def no_mail_is_lost(step: Step, mailbox: directory.Mailbox) -> bool:
    """Nothing that an administrator does with Move Mailbox loses the mail of a mailbox."""
    return not _is_lost(step.after[mailbox])


# -- Q262491: a crash that a build brought --------------------------------------------------------


@_FAMILY.always("Q262491", "More Information 1")
def crash_begins_with_2652_19(step: Step, server: Server) -> bool:
    """No Store.exe before 5.5.2652.19 crashes where attachments are opened."""
    assume(step.fires(FaultSite.crash_store, server))
    return server.store.version >= FIRST_THAT_CRASHES


@_FAMILY.always("Q262491", "Status 1")
def sp4_does_not_crash(step: Step, server: Server) -> bool:
    """No Store.exe of SP4 or later crashes where attachments are opened."""
    assume(step.fires(FaultSite.crash_store, server))
    return server.store.version < SP4


@_FAMILY.possible("Q262491", "Symptoms 1")
def store_crashes(step: Step, mailbox: Mailbox) -> bool:
    """A store can crash where AVAPI is in use, and break off a move."""
    crashes = step.fires(FaultSite.crash_store, mailbox.home) and uses_avapi(mailbox.home)
    return crashes and step.after[mailbox].move.interrupted.is_active


SENTENCES: tuple[Sentence, ...] = tuple(_FAMILY.declared)
"""Every sentence, article by article."""

ARTICLES: tuple[str, ...] = tuple(dict.fromkeys(sentence.article for sentence in SENTENCES))
"""The articles, and whoever else says something."""

"""What an administrator asks of the registry and of the background scanner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from model.entities import Attachment, Mailbox
from model.family.composition import site_with
from model.family.registry import RegistrySite
from model.family.scanner import ScannerSite
from model.site import Site
from proofs.liveness import its_store_stops, mailbox_is_moved, signatures_are_updated
from proofs.questions.base import antivirus_is_disabled
from proofs.vocabulary import fails, is_protected, source_unprotected_throughout
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.fairness import LeadsTo, finitely, leads_to, never, weak
from statecheck.claims.results import Verdict
from statecheck.modeling import Step, assume, history

REGISTRY = Catalogue(site_with(RegistrySite))
"""About the workaround as it is performed, by way of the registry."""

SCANNER = Catalogue(site_with(ScannerSite))
"""About the background scanner."""


def says_off(mailbox: Mailbox) -> bool:
    """The registry of the source says that AVAPI is to be disabled."""
    source: Any = mailbox.home
    is_off: bool = source.registry.off.is_active
    return is_off


@history(initially=False)
def off_in_registry(step: Step, mailbox: Mailbox) -> bool:
    """In the registry of the source AVAPI has been disabled ever since the last move started, and
    just before.
    """
    if step.fires(Site.start_move, mailbox):
        return says_off(mailbox)
    return off_in_registry(mailbox) and says_off(step.after[mailbox])


@REGISTRY.refuted("ask.registry_is_enough", "11")
def registry_is_enough(step: Step, mailbox: Mailbox) -> bool:
    """A move does not fail if AVAPI is disabled in the registry of the source before the move and
    until its end.
    """
    assume(mailbox.move.copying.is_active and off_in_registry(mailbox))
    return not fails(step, mailbox)


@REGISTRY.always("ask.store_is_waited_for", "11")
def store_is_waited_for(step: Step, mailbox: Mailbox) -> bool:
    """A move does not fail if it starts after the store has taken over that AVAPI is disabled, and
    the store does not use AVAPI until its end.
    """
    assume(mailbox.move.copying.is_active and source_unprotected_throughout(mailbox))
    return not fails(step, mailbox)


@REGISTRY.always("ask.start_reads_registry", "11")
def start_reads_registry(step: Step, mailbox: Mailbox) -> bool:
    """A store that has just started does as the registry says."""
    after: Any = step.after[mailbox.home]
    assume(step.fires(Site.start_store, mailbox.home) and after.store.running.is_active)
    return after.registry.on.is_active == is_protected(after)


def is_switched_off(step: Step, attachment: Attachment) -> bool:
    """The background scan of the attachment's server is switched off."""
    return step.fires(ScannerSite.switch_background_off, attachment.server)


_CALM = (
    weak(Site.background_scan, "attachment"),
    weak(Site.complete_scan, "attachment"),
    never("its store is stopped", its_store_stops),
    never("AVAPI is disabled on its server", antivirus_is_disabled),
    finitely("signatures are updated on its server", signatures_are_updated),
    never("its mailbox is moved", mailbox_is_moved),
)


def _waits(attachment: Attachment) -> bool:
    server = attachment.server
    served = server.store.running.is_active and is_protected(server)
    return attachment.lifecycle.unscanned.is_active and served


@SCANNER.eventually(
    "ask.running_scanner_scans",
    "10",
    fairness=(*_CALM, never("its background scan is switched off", is_switched_off)),
)
def running_scanner_scans(site: Site, attachment: Attachment) -> LeadsTo:
    """Where the background scan is under way an attachment that is to be scanned is released."""
    server: Any = attachment.server
    runs = server.background.running.is_active
    return leads_to(runs and _waits(attachment), attachment.lifecycle.released.is_active)


@SCANNER.eventually("ask.scans_without_scanner", "10", fairness=_CALM)
def scans_without_scanner(site: Site, attachment: Attachment) -> LeadsTo:
    """Whether or not a background scan is under way an attachment that is to be scanned is
    released.
    """
    return leads_to(_waits(attachment), attachment.lifecycle.released.is_active)


SCANNER.claims[-1] = replace(SCANNER.claims[-1], expected=Verdict.REFUTED.value)

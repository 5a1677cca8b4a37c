"""The table for administrators: what each Store.exe and each setting of AVAPI lets happen.

Its rows are not typed in. Each question below has a version as its last variable, and the solver
works out for which versions the answer is yes, exact at both ends. A2 is read per request: under
the sticky reading clients are exposed where AVAPI is enabled, too (more.sticky_exposes). The
version is that of the source. `proofs.table` puts the answers together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import SP3, DatabaseFormat, StoreVersion
from proofs.vocabulary import (
    PER_REQUEST,
    ever_scanned,
    fails,
    hands_to_client,
    is_protected,
    protected_since_arrival,
    source_protected_throughout,
    source_unprotected_throughout,
)
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Ranges, Section
from statecheck.modeling import NO_VARIANT, Step, Variant, history

QUESTIONS = Catalogue(Site)
"""The questions of the table, as derived claims of their own."""


@history(initially=False)
def target_protected_throughout(step: Step, mailbox: Mailbox) -> bool:
    """A move copies, and AVAPI has been enabled on its target ever since it started."""
    after = step.after[mailbox].move
    begins = step.fires(Site.start_move, mailbox)
    if not (begins or target_protected_throughout(mailbox)) or not after.copying.is_active:
        return False
    return is_protected(after.target)


@history(initially=False)
def target_unprotected_throughout(step: Step, mailbox: Mailbox) -> bool:
    """A move copies, and AVAPI has been disabled on its target ever since it started."""
    after = step.after[mailbox].move
    begins = step.fires(Site.start_move, mailbox)
    if not (begins or target_unprotected_throughout(mailbox)) or not after.copying.is_active:
        return False
    return not is_protected(after.target)


@history(initially=False)
def unprotected_since_arrival(step: Step, mailbox: Mailbox) -> bool:
    """The mailbox was moved to its server, and AVAPI has been disabled there ever since."""
    if step.fires(Site.finish_move, mailbox):
        return not is_protected(step.after[mailbox.move.target])
    return unprotected_since_arrival(mailbox) and not is_protected(step.after[mailbox.home])


@history(initially=False)
def left_protected(step: Step, mailbox: Mailbox) -> bool:
    """In the last move that finished, AVAPI was enabled on the source throughout."""
    if step.fires(Site.finish_move, mailbox):
        return source_protected_throughout(mailbox)
    return left_protected(mailbox)


@history(initially=False)
def left_unprotected(step: Step, mailbox: Mailbox) -> bool:
    """In the last move that finished, AVAPI was disabled on the source throughout."""
    if step.fires(Site.finish_move, mailbox):
        return source_unprotected_throughout(mailbox)
    return left_unprotected(mailbox)


@history(initially=SP3)
def left_version(step: Step, mailbox: Mailbox) -> StoreVersion:
    """The Store.exe of the source when the last move finished; SP3 while none did."""
    if step.fires(Site.finish_move, mailbox):
        return mailbox.home.store.version
    return left_version(mailbox)


def during(mailbox: Mailbox, source: bool, destination: bool) -> bool:
    """AVAPI is set like this on source and destination, as long as the move copies."""
    at_source = source_protected_throughout if source else source_unprotected_throughout
    at_target = target_protected_throughout if destination else target_unprotected_throughout
    return at_source(mailbox) and at_target(mailbox)


def since(mailbox: Mailbox, source: bool, destination: bool) -> bool:
    """AVAPI was set like this on the source in the last move, and on the destination since."""
    at_source = left_protected if source else left_unprotected
    at_target = protected_since_arrival if destination else unprotected_since_arrival
    return at_source(mailbox) and at_target(mailbox)


SETTINGS = tuple((source, destination) for source in (True, False) for destination in (True, False))
"""AVAPI on the source and on the destination."""


LAST = StoreVersion.parse("5.5.65535.65535")
"""No Store.exe of Exchange 5.5 has a later version."""

_FIRST, _LAST = "0.0.0.0", str(LAST)  # noqa: S104  (a version)

ALL = ((_FIRST, _LAST),)
UNFIXED, SURELY_UNFIXED = ((_FIRST, "5.5.2653.11"),), ((_FIRST, "5.5.2652.42"),)
FIXED, SURELY_FIXED = (("5.5.2652.43", _LAST),), (("5.5.2653.12", _LAST),)
FORMAT_2_45, FORMAT_2_46 = (("5.5.2651.32", _LAST),), (("5.5.2652.68", _LAST),)

EXPECTED: dict[str, tuple[Ranges, Ranges]] = {
    # Q271547 Symptoms: with AVAPI on the source, as long as the fix is absent (Q248838).
    "move_can_fail.on.on": (UNFIXED, SURELY_UNFIXED),
    "move_can_fail.on.off": (UNFIXED, SURELY_UNFIXED),
    # Q271547 Workaround.
    "move_can_fail.off.on": ((), ()),
    "move_can_fail.off.off": ((), ()),
    # Q271547 Cause: AVAPI scans before a client gets anything; without it nothing is scanned.
    "client_exposed_at_source.on.on": ((), ()),
    "client_exposed_at_source.on.off": ((), ()),
    "client_exposed_at_source.off.on": (ALL, ALL),
    "client_exposed_at_source.off.off": (ALL, ALL),
    # Q271547 More information: what the fix lets through is scanned by the destination's AVAPI.
    "client_exposed_at_destination.on.on": ((), ()),
    "client_exposed_at_destination.on.off": (FIXED, SURELY_FIXED),
    "client_exposed_at_destination.off.on": ((), ()),
    "client_exposed_at_destination.off.off": (ALL, ALL),
    # Q244976 Cause and More information.
    "restorable.BEFORE_2_45": (ALL, ALL),
    "restorable.V2_45": (FORMAT_2_45, FORMAT_2_45),
    "restorable.V2_46": (FORMAT_2_46, FORMAT_2_46),
}
"""What the articles lead one to expect of each question: the versions for which the answer is yes
at most, and those for which it is yes whichever Store.exe the fix came in with. The solver never
sees them; an answer that is another one is a failure.
"""


def _ask(
    name: str, section: str | Section, body: Callable[..., Any], under: Variant = NO_VARIANT
) -> None:
    most, least = EXPECTED[name]
    QUESTIONS.derived(name, section, under=under, expecting=most, at_least=least)(body)


def _declare(source: bool, destination: bool) -> None:
    def move_can_fail(step: Step, mailbox: Mailbox, version: StoreVersion) -> bool:
        """The versions at the source with which a move can fail."""
        return (
            fails(step, mailbox)
            and mailbox.home.store.version == version
            and during(mailbox, source, destination)
        )

    def client_exposed_at_source(step: Step, attachment: Attachment, version: StoreVersion) -> bool:
        """The versions at the source with which, while a move copies, a client there can be handed
        an attachment that was never scanned.
        """
        return (
            hands_to_client(step, attachment)
            and not ever_scanned(attachment)
            and attachment.server.store.version == version
            and during(attachment.mailbox, source, destination)
        )

    def client_exposed_at_destination(
        step: Step, attachment: Attachment, version: StoreVersion
    ) -> bool:
        """The versions at the source with which, after a move, a client on the destination can be
        handed an attachment that was never scanned.
        """
        return (
            hands_to_client(step, attachment)
            and not ever_scanned(attachment)
            and left_version(attachment.mailbox) == version
            and since(attachment.mailbox, source, destination)
        )

    for body in (move_can_fail, client_exposed_at_source, client_exposed_at_destination):
        on = {True: "on", False: "off"}
        name = f"{body.__name__}.{on[source]}.{on[destination]}"
        _ask(name, "More information", body, PER_REQUEST)


def _declare_restorable(format_: DatabaseFormat) -> None:
    def restorable(step: Step, server: Server, version: StoreVersion) -> bool:
        """The versions that start on databases of a format."""
        return (
            step.fires(Site.start_store, server)
            and server.store.format == format_
            and server.store.version == version
            and step.after[server].store.running.is_active
        )

    _ask(f"restorable.{format_.name}", Section("Resolution", part="Note"), restorable)


for _source, _destination in SETTINGS:
    _declare(_source, _destination)
for _format in DatabaseFormat:
    _declare_restorable(_format)

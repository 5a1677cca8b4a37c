"""The four machines. What they do when moved together is in ``model.site``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from statemachine import State

from model.version import SP3, DatabaseFormat, Logged, StoreVersion, fixed, native
from statecheck.modeling import Machine, anything, derived

if TYPE_CHECKING:
    from model.entities import Attachment, Mailbox, Server


class InformationStore(Machine):
    """The information store service of a server, its Store.exe and its databases.

    Source: Q271547 Resolution, Q244976.
    """

    running = State(initial=True)
    stopped = State()

    version: StoreVersion = anything(like=SP3)
    format: DatabaseFormat = derived(lambda store: native(store.version))
    log: Logged = Logged.NOTHING

    start = (
        stopped.to(running, cond="format_is_native")
        | stopped.to(running, cond="format_is_older", on="upgrade")
        | stopped.to.itself(on="refuse")
    )
    stop = running.to(stopped)
    replace = stopped.to.itself(on="install")

    @property
    def dead_fields(self) -> tuple[str, ...]:
        """Nobody acts on the log."""
        return ("log",)

    def format_is_native(self) -> bool:
        """The databases have the format that this Store.exe writes."""
        return self.format == native(self.version)

    def format_is_older(self) -> bool:
        """The databases have a format that this Store.exe upgrades from."""
        return self.format < native(self.version)

    def upgrade(self) -> None:
        """Bring the databases to the Store.exe's format; both stores log event 1185."""
        self.format = native(self.version)
        self.log = Logged.UPGRADED

    def refuse(self) -> None:
        """Log events 1197 and 1005 of the private store; the databases are not damaged."""
        self.log = Logged.REFUSED

    def install(self, version: StoreVersion) -> None:
        """Put another Store.exe in place."""
        self.version = version


class AntivirusApi(Machine):
    """The antivirus API (AVAPI) of a server, which an antivirus program uses or does not.

    Source: Q271547 Symptoms and Workaround, Q269439.
    """

    disabled = State(initial=True)
    enabled = State()
    starts_in = ("disabled", "enabled")

    enable = disabled.to(enabled)
    disable = enabled.to(disabled)
    update_signatures = enabled.to.itself()


class MoveMailbox(Machine):
    """The Move Mailbox utility at work on one mailbox.

    It copies, then deletes at the source (Q252869); here the mailbox changes its home in one step
    at the end. Source: Q271547 Symptoms and Cause.
    """

    idle = State(initial=True)
    copying = State()
    moved = State()
    failed = State()
    interrupted = State()

    target: Server = anything()
    home: Server = anything()
    owner: Mailbox

    start = copying.from_(
        idle, moved, failed, interrupted, cond=["is_elsewhere", "stores_run"], on="aim"
    )
    copy = copying.to.itself(cond="was_handed_over") | copying.to(failed)
    finish = copying.to(moved, cond="everything_copied", on="settle")
    interrupt = copying.to(interrupted)

    @property
    def dead_fields(self) -> tuple[str, ...]:
        """The target means something only while a move copies."""
        return () if self.copying.is_active else ("target",)

    def is_elsewhere(self, destination: Server) -> bool:
        """The destination is another server than the mailbox's home."""
        return destination != self.home

    def stores_run(self, destination: Server) -> bool:
        """The information stores of source and destination run."""
        return self.home.store.running.is_active and destination.store.running.is_active

    def was_handed_over(self, attachment: Attachment) -> bool:
        """The information store released the attachment to the move."""
        return attachment.lifecycle.copied

    def everything_copied(self) -> bool:
        """Every attachment of the mailbox was copied in this move."""
        return all(attachment.lifecycle.copied for attachment in self.owner.attachments)

    def aim(self, destination: Server) -> None:
        """Remember where the mailbox goes."""
        self.target = destination

    def settle(self) -> None:
        """From now on the mailbox is on the target."""
        self.home = self.target


class AttachmentLifecycle(Machine):
    """The life of one attachment between the antivirus API and the information store.

    Source: Q271547 Cause and More information, Q269439, Q264731.
    """

    unscanned = State(initial=True)
    scanning = State()
    released = State()

    scanned: bool = False
    copied: bool = False
    owner: Attachment

    submit = unscanned.to(scanning, cond="store_runs and protected")
    complete = scanning.to(released, on="note_scan")
    open = (
        released.to.itself(cond="store_runs")
        | unscanned.to(released, cond="store_runs and !protected")
        | unscanned.to(scanning, cond="store_runs")
        | scanning.to.itself(cond="store_runs")
    )
    copy = (
        released.to.itself(cond="!copied", on="note_copy")
        | released.from_(unscanned, scanning, cond="!copied and !protected", on="note_copy")
        | released.from_(
            unscanned, scanning, cond="!copied and bypassed and sticky", on="note_copy"
        )
        | unscanned.to.itself(cond="!copied and bypassed", on="note_copy")
        | scanning.to.itself(cond="!copied and bypassed", on="note_copy")
        | scanning.from_(unscanned, scanning, cond="!copied")
    )
    rescan = unscanned.from_(unscanned, scanning, released, on="forget_scan")
    drop_scan = scanning.to(unscanned)
    arrive = unscanned.from_(unscanned, scanning, released, on=["forget_scan", "forget_copy"])
    begin = (
        unscanned.to.itself(on="forget_copy")
        | scanning.to.itself(on="forget_copy")
        | released.to.itself(on="forget_copy")
    )

    def store_runs(self) -> bool:
        """The information store of the attachment's server runs."""
        return self.owner.server.store.running.is_active

    def protected(self) -> bool:
        """An antivirus program uses the antivirus API of the attachment's server."""
        return self.owner.server.antivirus.enabled.is_active

    def bypassed(self) -> bool:
        """The Store.exe has the fix: it tells a move from a client and does not scan for it."""
        return fixed(self.owner.server.store.version, self.owner.system.first_fix)

    def sticky(self) -> bool:
        """The reading of A2 under which what a bypass releases stays released."""
        return self.owner.system.sticky

    def note_scan(self) -> None:
        """The antivirus program has scanned the attachment."""
        self.scanned = True

    def forget_scan(self) -> None:
        """The attachment is to be scanned again."""
        self.scanned = False

    def note_copy(self) -> None:
        """The move has the attachment."""
        self.copied = True

    def forget_copy(self) -> None:
        """The move that comes has nothing yet."""
        self.copied = False

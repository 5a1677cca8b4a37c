"""The site: servers, mailboxes and attachments, and the twelve actions that move them."""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.version import EARLIEST_MOVE_FIX, FIRST_POSTED_WITH_MOVE_FIX, StoreVersion
from statecheck.modeling import Many, System, action, within


class Site(System):
    """An Exchange 5.5 site with any number of servers, mailboxes and attachments.

    The story of Q271547, played on two servers::

        >>> site = Site(servers=2, mailboxes=1, attachments=1)
        >>> (source, destination), (mailbox,), (attachment,) = (
        ...     site.servers, site.mailboxes, site.attachments)
        >>> site.enable_antivirus(source)
        >>> site.start_move(mailbox, destination)
        >>> site.copy_attachment(attachment)
        >>> mailbox.move.failed.is_active, attachment.lifecycle.scanning.is_active
        (True, True)
        >>> site.stop_store(source)
        >>> site.replace_store(source, StoreVersion.parse("5.5.2653.23"))
        >>> site.start_store(source)
        >>> site.start_move(mailbox, destination)
        >>> site.copy_attachment(attachment)
        >>> site.finish_move(mailbox)
        >>> mailbox.home, attachment.lifecycle.scanned
        (server2, False)
        >>> site.finish_move(mailbox)
        Traceback (most recent call last):
            ...
        statecheck.errors.ActionDisabled: finish_move(mailbox1) is disabled: Can't Finish when in Moved.
    """  # noqa: E501

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    sticky: bool = False
    """Assumption A2. False: a bypass releases an attachment for one request of the move.
    True: the attachment stays released."""

    first_fix: StoreVersion = within(EARLIEST_MOVE_FIX, FIRST_POSTED_WITH_MOVE_FIX)
    """The first Store.exe with the Move Mailbox fix; between which two is all that is known."""

    @action
    def start_store(self, server: Server) -> None:
        """Start the information store; it upgrades its databases or refuses newer ones."""
        server.store.start()

    @action
    def stop_store(self, server: Server) -> None:
        """Stop the information store: moves from or to it break off, scans there are dropped."""
        server.store.stop()
        for mailbox in self.mailboxes:
            if mailbox.move.copying.is_active and server in (mailbox.home, mailbox.move.target):
                mailbox.move.interrupt()
        self._drop_scans(server)

    @action
    def replace_store(self, server: Server, version: StoreVersion) -> None:
        """Install another Store.exe: SP4, a hotfix, or an earlier file restored."""
        server.store.replace(version=version)

    @action
    def enable_antivirus(self, server: Server) -> None:
        """Let an antivirus program use the API; every attachment is to be scanned again."""
        server.antivirus.enable()
        self._rescan(server)

    @action
    def disable_antivirus(self, server: Server) -> None:
        """Disable or remove the antivirus program; scans under way are dropped (A1)."""
        server.antivirus.disable()
        self._drop_scans(server)

    @action
    def update_signatures(self, server: Server) -> None:
        """Install new virus signatures; every attachment is to be scanned again."""
        server.antivirus.update_signatures()
        self._rescan(server)

    @action
    def background_scan(self, attachment: Attachment) -> None:
        """Submit an attachment that nobody asked for."""
        attachment.lifecycle.submit()

    @action
    def complete_scan(self, attachment: Attachment) -> None:
        """The antivirus program is done with an attachment."""
        attachment.lifecycle.complete()

    @action
    def client_open(self, attachment: Attachment) -> None:
        """A MAPI client asks for an attachment: it is handed over, or the client waits."""
        attachment.lifecycle.open()

    @action
    def start_move(self, mailbox: Mailbox, target: Server) -> None:
        """Begin to move a mailbox to another server of the site."""
        mailbox.move.start(destination=target)
        for attachment in mailbox.attachments:
            attachment.lifecycle.begin()

    @action
    def copy_attachment(self, attachment: Attachment) -> None:
        """The move asks for an attachment: it is handed over, or the move fails."""
        attachment.lifecycle.copy()
        attachment.mailbox.move.copy(attachment=attachment)

    @action
    def finish_move(self, mailbox: Mailbox) -> None:
        """Delete the mailbox at the source; its attachments are new on the target."""
        mailbox.move.finish()
        for attachment in mailbox.attachments:
            attachment.lifecycle.arrive()

    def _drop_scans(self, server: Server) -> None:
        for attachment in server.attachments:
            if attachment.lifecycle.scanning.is_active:
                attachment.lifecycle.drop_scan()

    def _rescan(self, server: Server) -> None:
        for attachment in server.attachments:
            attachment.lifecycle.rescan()

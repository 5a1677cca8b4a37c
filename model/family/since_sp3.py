"""AVAPI from Service Pack 3 on: an earlier Store.exe does not know it.

Source: Q263947 Symptoms. Q288848 and Q290621 list 5.5 and its first two service packs among what is
affected: the two are told apart by the reading ``avapi_from_sp3``.
"""

from __future__ import annotations

from model import entities, machines
from model.entities import Mailbox, Server
from model.site import Site
from model.version import SP3, StoreVersion
from statecheck.modeling import Many, action


class AttachmentLifecycle(machines.AttachmentLifecycle):
    """The life of an attachment whose Store.exe may be too old for AVAPI."""

    def protected(self) -> bool:
        """An antivirus program uses AVAPI, and the Store.exe knows it."""
        return super().protected() and self.knows_avapi()

    def knows_avapi(self) -> bool:
        """The Store.exe has AVAPI."""
        return not self.owner.system.avapi_from_sp3 or self.owner.server.store.version >= SP3


class Attachment(entities.Attachment):
    """An attachment, fixed to its mailbox."""

    lifecycle: AttachmentLifecycle


class SinceSp3Site(Site):
    """The site, with a reading under which AVAPI came with Service Pack 3."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    avapi_from_sp3: bool = False
    """True: no Store.exe before that of SP3 has AVAPI (Q263947)."""

    @action
    def replace_store(self, server: Server, version: StoreVersion) -> None:
        """Install another Store.exe; one that brings AVAPI has everything to scan (Q264731)."""
        brings_avapi = self.avapi_from_sp3 and server.store.version < SP3 and version >= SP3
        super().replace_store(server, version)
        if brings_avapi:
            self._rescan(server)

"""Faults of Store.exe in ranges of builds: it crashes, or does not stop.

Source: Q262491 and Q248838 (crash, from 5.5.2652.19 until 5.5.2652.42), Q299258 (crash while the
antivirus program is updated, from SP3 until 5.5.2655.37), Q279798 and Q295969 (a store of SP4 that
does not stop, until 5.5.2654.94).
"""

from __future__ import annotations

from statemachine import State

from model import entities
from model.entities import Attachment, Mailbox
from model.site import Site
from model.version import SP3, SP4, StoreVersion
from statecheck.modeling import Machine, Many, action

FIRST_THAT_CRASHES = StoreVersion.parse("5.5.2652.19")
FIRST_CURED_OF_CRASH = StoreVersion.parse("5.5.2652.42")
FIRST_SAFE_IN_UPDATES = StoreVersion.parse("5.5.2655.37")
FIRST_CURED_OF_HANGING = StoreVersion.parse("5.5.2654.94")


class Faults(Machine):
    """The soundness of a server's Store.exe."""

    sound = State(initial=True)
    hung = State()

    crash = sound.to.itself(cond="may_crash and uses_avapi")
    crash_in_update = sound.to.itself(cond="may_crash_in_update and uses_avapi")
    hang = sound.to(hung, cond="may_hang and store_runs")
    obey = sound.to.itself()
    kill = hung.to(sound)

    owner: Server

    def uses_avapi(self) -> bool:
        """An antivirus program uses AVAPI."""
        return self.owner.antivirus.enabled.is_active

    def store_runs(self) -> bool:
        """The information store runs."""
        return self.owner.store.running.is_active

    def may_crash(self) -> bool:
        """The Store.exe crashes when attachments are opened (Q262491)."""
        return FIRST_THAT_CRASHES <= self.owner.store.version < FIRST_CURED_OF_CRASH

    def may_crash_in_update(self) -> bool:
        """The Store.exe crashes while the antivirus program is updated (Q299258)."""
        return SP3 <= self.owner.store.version < FIRST_SAFE_IN_UPDATES

    def may_hang(self) -> bool:
        """The Store.exe may not stop (Q279798, Q295969)."""
        return SP4 <= self.owner.store.version < FIRST_CURED_OF_HANGING


class Server(entities.Server):
    """A server of the site, whose Store.exe may have faults."""

    faults: Faults


class FaultSite(Site):
    """The site, with faults of Store.exe."""

    servers: Many[Server]
    mailboxes: Many[Mailbox]
    attachments: Many[Attachment]

    @action
    def stop_store(self, server: Server) -> None:
        """Stop an information store that obeys."""
        server.faults.obey()
        super().stop_store(server)

    @action
    def crash_store(self, server: Server) -> None:
        """The information store crashes, as if it were stopped."""
        server.faults.crash()
        super().stop_store(server)

    @action
    def crash_in_update(self, server: Server) -> None:
        """The information store crashes while the antivirus program is updated."""
        server.faults.crash_in_update()
        super().stop_store(server)

    @action
    def hang_store(self, server: Server) -> None:
        """The information store hangs when it is to be stopped."""
        server.faults.hang()

    @action
    def kill_store(self, server: Server) -> None:
        """End the process of an information store that hangs."""
        server.faults.kill()
        super().stop_store(server)

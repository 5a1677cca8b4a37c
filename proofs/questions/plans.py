"""Plans: the shortest sequence of actions to a goal, while a condition holds at every step.

The site has any number of servers, mailboxes and attachments, all servers on SP3 and with AVAPI
enabled, and the condition is that AVAPI is never off, no move fails, and no client is handed an
attachment that was never scanned. The engine shows that there is no shorter plan at any size.
"""

from __future__ import annotations

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import SP3, SP4
from proofs.questions.remembered import has_failed, was_exposed
from proofs.vocabulary import (
    always_protected,
    ever_scanned,
    fails,
    first_version,
    hands_to_client,
)
from statecheck.claims.catalogue import Catalogue
from statecheck.modeling import Step, assume

PLANS = Catalogue(Site)
"""The plans, as claims that their goals can be reached under their conditions."""

LONG_PLANS = Catalogue(Site)
"""Plans of so many steps that to show that there is no shorter one takes half a minute."""


def kept(step: Step) -> bool:
    """All servers began on SP3, and until this step the condition held."""
    site, after = step.before, step.after
    return (
        all(first_version(s) == SP3 and always_protected(s) for s in after.servers)
        and not any(has_failed(m) for m in after.mailboxes)
        and not any(was_exposed(a) for a in site.attachments)
    )


def arrives(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """A move of a mailbox with an attachment finishes, and the condition held."""
    own = attachment.mailbox == mailbox
    return step.fires(Site.finish_move, mailbox) and own and kept(step)


def runs_sp4(server: Server) -> bool:
    """The Store.exe of SP4 runs on a server."""
    return server.store.running.is_active and server.store.version == SP4


@PLANS.possible("plan.no_upgrade", "9")
def no_upgrade(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """Move a mailbox with an attachment, every server still on SP3."""
    stays = all(s.store.version == SP3 for s in step.before.servers)
    return stays and arrives(step, mailbox, attachment)


@PLANS.possible("plan.source_upgraded", "9")
def source_upgraded(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """Move a mailbox with an attachment off a server that was brought to SP4."""
    return arrives(step, mailbox, attachment) and runs_sp4(mailbox.home)


@PLANS.possible("plan.both_upgraded", "9")
def both_upgraded(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """Move a mailbox with an attachment between servers that were both brought to SP4."""
    if not arrives(step, mailbox, attachment):
        return False
    return runs_sp4(mailbox.home) and runs_sp4(mailbox.move.target)


@LONG_PLANS.possible("plan.both_upgraded_and_scanned", "9")
def both_upgraded_and_scanned(step: Step, mailbox: Mailbox, attachment: Attachment) -> bool:
    """Move a mailbox with an attachment, scanned before, between servers brought to SP4."""
    if not (arrives(step, mailbox, attachment) and ever_scanned(attachment)):
        return False
    return runs_sp4(mailbox.home) and runs_sp4(mailbox.move.target)


@PLANS.always("plan.upgrade_harms_nobody", "9")
def upgrade_harms_nobody(
    step: Step, server: Server, mailbox: Mailbox, attachment: Attachment
) -> bool:
    """To stop, replace or start a store fails no move, hands nobody an attachment, and leaves AVAPI
    as it is on every server.
    """
    assume(
        step.fires(Site.stop_store)
        or step.fires(Site.replace_store)
        or step.fires(Site.start_store)
    )
    same = step.after[server].antivirus.enabled.is_active == server.antivirus.enabled.is_active
    return same and not fails(step, mailbox) and not hands_to_client(step, attachment)


@PLANS.recoverable("plan.each_server", "9")
def each_server(site: Site, server: Server) -> bool:
    """Every server can be brought to run the Store.exe of SP4."""
    return runs_sp4(server)


@PLANS.always("plan.others_stay", "9")
def others_stay(step: Step, server: Server, other: Server) -> bool:
    """To stop, replace or start the store of a server changes no other server, so that the number
    of those that do not run SP4 falls with every server that is upgraded.
    """
    assume(
        step.fires(Site.stop_store, server)
        or step.fires(Site.replace_store, server)
        or step.fires(Site.start_store, server)
    )
    assume(other != server)
    return step.keeps(other)

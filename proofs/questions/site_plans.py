"""Plans for a given site: so many servers, on given builds, with AVAPI enabled on all of them.

A plan is a run to a goal in which conditions hold at every step. The claim that there is one names
every entity of the site, so that the engine finds the shortest, and shows that there is no shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

from model.entities import Attachment, Mailbox, Server
from model.site import Site
from model.version import StoreVersion
from proofs.catalogue import HISTORIES
from proofs.questions import remembered
from proofs.questions.plans import runs_sp4
from proofs.questions.remembered import began_protected, has_failed, was_exposed
from proofs.vocabulary import (
    always_protected,
    ever_scanned,
    fails,
    first_version,
    hands_to_client,
    is_protected,
)
from statecheck.claims.claim import Claim, Kind, Section
from statecheck.modeling import NO_VARIANT, History, Step, history


@history(initially=lambda mailbox: mailbox.home)
def first_home(step: Step, mailbox: Mailbox) -> Server:
    """The server that the mailbox was on in the beginning."""
    return first_home(mailbox)


HISTORIES_OF_PLANS: tuple[History[Any], ...] = (
    *HISTORIES,
    *(value for value in vars(remembered).values() if isinstance(value, History)),
    first_home,
)
"""What plans remember."""


@dataclass(frozen=True)
class Entities:
    """Every entity of a given site, in the state before a step."""

    servers: tuple[Server, ...]
    mailbox: Mailbox
    attachments: tuple[Attachment, ...]


Test = Callable[[Step, Entities], Any]
"""A condition of a step."""


def _is_moved(step: Step, site: Entities) -> Any:
    return step.after[site.mailbox].home == site.servers[-1]


def _is_upgraded(step: Step, site: Entities) -> Any:
    return all(runs_sp4(step.after[server]) for server in site.servers)


def _keeps_avapi(step: Step, site: Entities) -> Any:
    return all(always_protected(s) and is_protected(step.after[s]) for s in site.servers)


def _fails_nothing(step: Step, site: Entities) -> Any:
    return not has_failed(site.mailbox) and not fails(step, site.mailbox)


def _exposes_nobody(step: Step, site: Entities) -> Any:
    return not any(was_exposed(a) or _exposes(step, a) for a in site.attachments)


def _exposes(step: Step, attachment: Attachment) -> Any:
    return hands_to_client(step, attachment) and not ever_scanned(attachment)


def _is_scanned(step: Step, site: Entities) -> Any:
    return all(ever_scanned(step.after[attachment]) for attachment in site.attachments)


GOALS: dict[str, tuple[str, Test]] = {
    "moved": ("the mailbox is on the last server", _is_moved),
    "upgraded": ("every server runs the Store.exe of SP4", _is_upgraded),
    "scanned": ("a scan of every attachment was completed", _is_scanned),
}
"""What a plan may lead to: words, and the test of its last step."""

CONDITIONS: dict[str, tuple[str, Test]] = {
    "avapi-on": ("AVAPI is enabled on every server", _keeps_avapi),
    "no-failure": ("no move fails", _fails_nothing),
    "nobody-exposed": (
        "no client is handed an attachment that was never scanned",
        _exposes_nobody,
    ),
}
"""What may have to hold at every step: words, and the test of the last step and all before."""


def plan_claim(
    versions: Sequence[StoreVersion],
    attachments: int,
    goals: Sequence[str],
    conditions: Sequence[str],
) -> Claim:
    """The claim that a plan exists for the site with servers on these versions.

    Its one mailbox, with so many attachments, is on the first server. There has to be a goal.
    """
    count = len(versions)
    tests = [GOALS[name][1] for name in goals] + [CONDITIONS[name][1] for name in conditions]
    holds = reduce(_both, tests)

    def body(step: Step, *entities: Any) -> Any:
        site = Entities(entities[:count], entities[count], entities[count + 1 :])
        if not _is_all_there_is(step.before, site):
            return False
        if first_home(site.mailbox) != site.servers[0]:
            return False
        for server, version in zip(site.servers, versions, strict=True):
            if first_version(server) != version or not began_protected(server):
                return False
        return holds(step, site)

    variables: list[tuple[str, type]] = [(f"server{n}", Server) for n in range(1, count + 1)]
    variables.append(("mailbox", Mailbox))
    variables += [(f"attachment{n}", Attachment) for n in range(1, attachments + 1)]
    return Claim(
        "plan",
        Section("plans"),
        Kind.POSSIBLE,
        "A plan exists.",
        body,
        tuple(variables),
        on_step=True,
        variant=NO_VARIANT,
        expected="REACHED",
        assumptions=(),
    )


def _both(one: Test, other: Test) -> Test:
    """The test that a step passes two."""

    def passes(step: Step, site: Entities) -> Any:
        return one(step, site) and other(step, site)

    return passes


def _is_all_there_is(site: Site, entities: Entities) -> Any:
    """The site has exactly these entities."""
    for one, other in combinations(entities.servers, 2):
        if one == other:
            return False
    for first, second in combinations(entities.attachments, 2):
        if first == second:
            return False
    return (
        all(_is_one_of(server, entities.servers) for server in site.servers)
        and all(mailbox == entities.mailbox for mailbox in site.mailboxes)
        and all(_is_one_of(a, entities.attachments) for a in site.attachments)
    )


def _is_one_of(entity: Any, entities: Sequence[Any]) -> Any:
    return any(entity == other for other in entities)

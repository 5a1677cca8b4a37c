"""``python -m proofs plan``: the shortest plan for a given site.

The exit code is 0 when a plan was found, 1 when there is none, 2 for a usage or model error, 3 when
neither is known, 130 when interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from statecheck.cli import console, interrupts
from statecheck.exit_codes import Exit

LONGEST = 12
"""Plans of more steps are not looked for."""

MOST_SERVERS, MOST_ATTACHMENTS = 4, 4


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "proofs plan")


@click.command(
    epilog="GOAL: moved, the mailbox is on the last server; upgraded, every server runs SP4; "
    "scanned, a scan of every attachment was completed. NAME: avapi-on, no-failure, "
    "nobody-exposed. Exit codes: 0 a plan; 1 there is none; 2 usage or model error; 3 neither is "
    "known; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("goals", metavar="GOAL...", nargs=-1)
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="BUILD",
    help="The Store.exe of a server, for each; default: two servers on 5.5.2650.23 (SP3).",
)
@click.option(
    "--attachments",
    type=click.IntRange(0, MOST_ATTACHMENTS),
    default=1,
    metavar="N",
    help="Attachments of the mailbox, which is on the first server; default: 1.",
)
@click.option(
    "--while",
    "conditions",
    multiple=True,
    metavar="NAME",
    help="What has to hold at every step; may be repeated.",
)
@console.timeout_option
@console.seed_option
def command(
    *,
    goals: tuple[str, ...],
    servers: tuple[str, ...],
    attachments: int,
    conditions: tuple[str, ...],
    timeout: float | None,
    seed: int,
) -> int:
    """Find the shortest sequence of actions to all GOALs of a site with one mailbox."""
    with interrupts.held():
        from model.site import Site
        from model.version import SP3, StoreVersion
        from proofs.family.engine import SiteProver
        from proofs.questions.site_plans import (
            CONDITIONS,
            GOALS,
            HISTORIES_OF_PLANS,
            plan_claim,
        )
        from proofs.questions.text import plan_text
        from statecheck.claims.results import Verdict
        from statecheck.clock import Timeout
        from statecheck.smt.c_interface import without_wrapper_checks
        from statecheck.smt.interruption import interruptible

    if not goals:
        raise click.UsageError(f"a plan needs a goal; name one of {', '.join(GOALS)}.")
    for asked, known, word in ((goals, GOALS, "goal"), (conditions, CONDITIONS, "condition")):
        for name in asked:
            if name not in known:
                raise click.UsageError(
                    f"there is no {word} {name!r}; name one of {', '.join(known)}."
                )
    versions = [StoreVersion.parse(server) for server in servers] or [SP3, SP3]
    if len(versions) > MOST_SERVERS:
        raise click.UsageError(
            f"{len(versions)} servers are given; plans are for up to {MOST_SERVERS}, and "
            "`python -m proofs ask 9` is about any number."
        )
    if "moved" in goals and len(versions) < 2:
        raise click.UsageError("a mailbox is moved to another server; give two with --server.")
    without_wrapper_checks()
    claim = plan_claim(versions, attachments, goals, conditions)
    try:
        with interruptible():
            prover = SiteProver(
                Site, [claim], HISTORIES_OF_PLANS, (), depth=LONGEST, timeout=timeout, seed=seed
            )
            result = prover.prove([claim])[claim]
    except Timeout as gave_up:
        console.complain(f"stopped: {gave_up}")
        return Exit.UNDETERMINED
    console.put(plan_text(result, console.style()))
    if result.verdict is Verdict.REACHED:
        return Exit.AS_EXPECTED
    return Exit.DIFFERS if result.verdict is Verdict.REFUTED else Exit.UNDETERMINED

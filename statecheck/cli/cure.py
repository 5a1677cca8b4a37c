"""``--cure CLAIM`` of ``statecheck mutate``: mutants that keep something from happening."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from statecheck.cli import console

if TYPE_CHECKING:
    from rich.console import RenderableType

    from statecheck.mutation.cures import Cures
    from statecheck.mutation.mutants import Mutant
    from statecheck.processes import Place
    from statecheck.prover.project import Project
    from statecheck.reports.terminal_layout import Style

SHOWN = 12
"""So many cures are shown with their costs; of the others it is said how many there are."""


def cure(
    project: Project,
    name: str,
    wanted: Sequence[Mutant],
    *,
    jobs: Place,
    timeout: float | None,
    seed: int,
    progress: Callable[[Mutant, str], None] | None,
) -> int:
    """Find and print the cures among mutants; return the exit code. Raises ModelError."""
    from statecheck.exit_codes import Exit
    from statecheck.mutation.cures import cures

    named = [claim for claim in project.claims if claim.title == name]
    if not named:
        titles = ", ".join(claim.title for claim in project.claims)
        raise click.UsageError(f"--cure {name!r} is no claim; the claims are {titles}.")
    found = cures(
        project, named[0], wanted, jobs=jobs, timeout=timeout, seed=seed, progress=progress
    )
    console.put(text(found, console.style()))
    if found.interrupted:
        console.complain(f"interrupted: {len(found.tried)} of {len(wanted)} mutants were tried")
        return Exit.INTERRUPTED
    if found.open:
        return Exit.UNDETERMINED
    return Exit.AS_EXPECTED if found.costs else Exit.DIFFERS


def text(found: Cures, style: Style) -> str:
    """The cures of a claim as text, those that cost least first."""
    from statecheck.reports.terminal_layout import printed

    return printed(list(_lines(found)), style)


def _lines(found: Cures) -> Iterator[RenderableType]:
    from rich.text import Text

    from statecheck.reports.terminal_layout import GOOD, OPEN, QUIET, indented, ruled
    from statecheck.reports.words import count

    yield ruled(f"What would cure {found.claim.title}")
    yield Text(found.claim.text, "italic")
    for mutant, costs in found.by_cost[:SHOWN]:
        yield ""
        file = mutant.module.replace(".", "/") + ".py"
        yield Text(mutant.id, f"bold {GOOD}")
        yield indented(Text(f"{file}:{mutant.line}  {mutant.before} -> {mutant.after}", QUIET), 2)
        turned = ", ".join(f"{cost.title} {cost.after}" for cost in costs)
        yield indented(f"costs {turned}" if turned else "costs nothing that is claimed", 2)
    yield ""
    if len(found.costs) > SHOWN:
        yield f"{len(found.costs) - SHOWN} more cost as much or more."
    for mutant, why in found.open.items():
        yield Text(f"open: {mutant.id}: {why}", OPEN)
    yield f"{count(len(found.tried), 'mutant')} tried: {count(len(found.costs), 'cure')}."

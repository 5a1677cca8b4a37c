"""``python -m proofs without``: the model without what a paragraph of the article says.

For each paragraph that the model takes something from, that part is taken out of the model's own
source, and the shortest run that appears is shown: it breaks a claim, and happens only because the
article said otherwise. The exit code is 0 when every run was found, 1 when one is missing, 2 for a
usage or model error, 3 when the time was up, 130 when interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from statecheck.cli import console, interrupts

if TYPE_CHECKING:
    from proofs.article import Paragraph
    from statecheck.claims.run import Run
    from statecheck.mutation.mutants import Mutant
    from statecheck.reports.terminal_layout import Style


@dataclass(frozen=True)
class Appearance:
    """A run that a paragraph keeps from happening: it breaks ``claim`` in the model without it.

    ``removed`` are the changes of the model's source; ``run`` is None where there is no such run.
    ``as_for`` is a former paragraph from which the model takes the same, if any.
    """

    paragraph: Paragraph
    claim: str
    says: str
    removed: tuple[Mutant, ...]
    run: Run | None
    as_for: Paragraph | None = None


def appearances(*, timeout: float | None = None, seed: int = 0) -> Iterator[Appearance]:
    """The runs that appear, paragraph by paragraph; ``timeout`` bounds them all together.

    Raises ModelError and Timeout.
    """
    from proofs.article import PARAGRAPHS
    from proofs.project import PROJECT
    from statecheck.mutation.appearance import appearing
    from statecheck.mutation.campaign import everything

    end = None if timeout is None else time.monotonic() + timeout
    known = {mutant.id: mutant for mutant in everything(PROJECT)}
    shown: dict[tuple[tuple[str, ...], str], Appearance] = {}
    for paragraph in PARAGRAPHS:
        key = paragraph.modelled_by, paragraph.prevents
        if key in shown:
            yield replace(shown[key], paragraph=paragraph, as_for=shown[key].paragraph)
        elif paragraph.prevents:
            removed = tuple(known[id_] for id_ in paragraph.modelled_by)
            left = None if end is None else max(0.0, end - time.monotonic())
            claim, run = appearing(PROJECT, removed, paragraph.prevents, timeout=left, seed=seed)
            shown[key] = Appearance(paragraph, claim.title, claim.text, removed, run)
            yield shown[key]


def appearance_text(item: Appearance, style: Style) -> str:
    """The run that appears when a paragraph is taken out of the model."""
    from rich.text import Text

    from statecheck.reports.terminal import run_lines
    from statecheck.reports.terminal_layout import BAD, FOUND, pairs, printed, ruled

    name = f"{item.paragraph.section} {item.paragraph.number}"
    changes = [
        (f"{m.module.replace('.', '/')}.py:{m.line}", f"{m.before} -> {m.after}")
        for m in item.removed
    ]
    if item.as_for is not None:
        same = f"As for {item.as_for.section} {item.as_for.number}: the model takes the same of it."
        return printed([ruled(f"Without {name}"), Text(same)], style) + "\n"
    parts = [
        ruled(f"Without {name}"),
        pairs(changes),
        Text.assemble((item.claim, f"bold {FOUND}"), " is broken: ", (item.says, "italic")),
        "",
    ]
    parts.append(run_lines(item.run) if item.run is not None else Text("! no run appears", BAD))
    return printed(parts, style) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "proofs without")


@click.command(
    epilog="Exit codes: 0 every run was found; 1 one is missing; 2 usage or model error; 3 the "
    "time was up; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@console.timeout_option
@console.seed_option
def command(*, timeout: float | None, seed: int) -> int:
    """Take what each paragraph of the article says out of the model; show the run that appears."""
    with interrupts.held():
        from statecheck.clock import Timeout
        from statecheck.exit_codes import Exit
        from statecheck.mutation import campaign  # noqa: F401  (it is what takes long)
        from statecheck.smt.interruption import interruptible

    missing = False
    try:
        with interruptible():
            for item in appearances(timeout=timeout, seed=seed):
                missing |= item.run is None
                console.put(appearance_text(item, console.style()))
    except Timeout as gave_up:
        console.complain(f"stopped: {gave_up}")
        return Exit.UNDETERMINED
    return Exit.DIFFERS if missing else Exit.AS_EXPECTED

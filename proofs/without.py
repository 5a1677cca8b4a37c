"""``python -m proofs without``: the model without what a paragraph of the article says.

For each paragraph that the model takes something from, that part is taken out of the model's own
source, and the shortest run that appears is shown: it breaks a claim, and happens only because the
article said otherwise. The exit code is 0 when every run was found, 1 when one is missing, 2 for a
usage or model error, 3 when the time was up, 130 when interrupted.
"""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts

if TYPE_CHECKING:
    from proofs.article import Paragraph
    from statecheck.claims.results import Run
    from statecheck.mutation.mutants import Mutant


@dataclass(frozen=True)
class Appearance:
    """What a paragraph keeps from happening: a run that breaks ``claim`` in the model without it.

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
    from proofs.mutation import everything

    end = None if timeout is None else time.monotonic() + timeout
    known = {mutant.id: mutant for mutant in everything()}
    found: dict[tuple[tuple[str, ...], str], Appearance] = {}
    for paragraph in PARAGRAPHS:
        key = paragraph.modelled_by, paragraph.prevents
        if key in found:
            yield replace(found[key], paragraph=paragraph, as_for=found[key].paragraph)
        elif paragraph.prevents:
            removed = tuple(known[id_] for id_ in paragraph.modelled_by)
            left = None if end is None else max(0.0, end - time.monotonic())
            claim, run = _appearing(removed, paragraph.prevents, left, seed)
            found[key] = Appearance(paragraph, claim.title, claim.text, removed, run)
            yield found[key]


def _appearing(
    removed: Sequence[Mutant], title: str, timeout: float | None, seed: int
) -> tuple[Any, Run | None]:
    from proofs.mutation import MODULES, fresh
    from statecheck.mutation.module_variant import reimported_with
    from statecheck.prover.context import DEPTH
    from statecheck.runs.replay import replay
    from statecheck.safety.bounded import shortest
    from statecheck.safety.canonical_run import canonical_run
    from statecheck.safety.unrolling import Target, Unrolling

    sources = {}
    for module in MODULES:
        text = inspect.getsource(module)
        # The last change first, so that the places of the others stay what they are.
        mine = [mutant for mutant in removed if mutant.module == module.__name__]
        for mutant in sorted(mine, key=lambda mutant: -mutant.start):
            text = mutant.source(text)
        if mine:
            sources[module.__name__] = text
    with reimported_with(fresh, sources):
        changed: Any = importlib.import_module("proofs.session")
        claim = next(claim for claim in changed.CLAIMS if claim.title == title)
        prover = changed.prover(lock_file=None, seed=seed, timeout=timeout)
        unrolling = Unrolling(
            prover.transitions, seed=seed, time_left=prover.remaining, numbers=prover.numbers
        )
        term = prover.violation((claim, None))
        variables = prover.property(claim).variables
        goal = Target(claim.title, term, claim.on_step, variables, claim.variant)
        for _, said, model in shortest(unrolling, [goal], DEPTH):
            found = canonical_run(unrolling, goal, said, model)
            return claim, replay(prover.system, prover.histories, found, claim, want=False)
        return claim, None


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "proofs without")


@click.command(
    epilog="Exit codes: 0 every run was found; 1 one is missing; 2 usage or model error; 3 the "
    "time was up; 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@console.timeout_option
@console.seed_option
def command(*, timeout: float | None, seed: int) -> int:
    """Take what each paragraph of the article says out of the model; show the run that appears."""
    with interrupts.held():
        from proofs import mutation  # noqa: F401  (it is what takes long)
        from statecheck.clock import Timeout
        from statecheck.exit_codes import Exit
        from statecheck.reports.terminal import appearance_text
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

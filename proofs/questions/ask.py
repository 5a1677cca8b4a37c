"""``python -m proofs ask``: what an administrator asks, each answer with a proof or a run.

With --readings it says which sentences and articles hold under which readings, and which pairs of
sentences cannot both hold. The exit code is 0 when everything is as expected, 1 when something is
not, 2 for a usage or model error, 3 when something is undetermined, 130 when interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statecheck.cli import console, interrupts
from statecheck.exit_codes import Exit

if TYPE_CHECKING:
    from proofs.family.conflicts import Conflicts
    from proofs.family.matrix import Standing
    from statecheck.certificate.folder import OutputFolder
    from statecheck.claims.results import Result


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "proofs ask")


@click.command(
    epilog="Exit codes: 0 as expected; 1 something is not; 2 usage or model error; 3 something "
    "is undetermined; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("numbers", metavar="[NUMBER]...", type=int, nargs=-1)
@click.option("--list", "listing", is_flag=True, help="List the questions and answer none.")
@click.option("--readings", is_flag=True, help="Say which articles hold under which readings.")
@click.option("--page", is_flag=True, help="Print the page of the documentation with all of it.")
@click.option("--long", is_flag=True, help="Ask for long plans, too; takes half a minute more.")
@click.option(
    "--certificates",
    metavar="DIR",
    help="Write every proof obligation and run, for another solver: a folder for each site.",
)
@console.timeout_option
@console.seed_option
def command(
    *,
    numbers: tuple[int, ...],
    listing: bool,
    readings: bool,
    page: bool,
    long: bool,
    certificates: str | None,
    timeout: float | None,
    seed: int,
) -> int:
    """Answer what an administrator asks; without a NUMBER, every question."""
    with interrupts.held():
        from proofs.questions.asked import ASKED
        from statecheck.smt.c_interface import without_wrapper_checks
        from statecheck.smt.interruption import interruptible

    known = [question.number for question in ASKED]
    for number in numbers:
        if number not in known:
            raise click.UsageError(
                f"there is no question {number}; --list shows them, {known[0]} to {known[-1]}."
            )
    if readings and (numbers or listing or long or page):
        raise click.UsageError("--readings answers no questions; leave out what is beside it.")
    if page and (numbers or listing or long):
        raise click.UsageError("--page has all questions; leave out what is beside it.")
    if certificates is not None and (listing or readings or page):
        raise click.UsageError("--certificates is about answers; leave out what is beside it.")
    if listing:
        for question in ASKED:
            if not numbers or question.number in numbers:
                console.put(f"{question.number:2}  {question.text}\n")
        return Exit.AS_EXPECTED
    without_wrapper_checks()
    end = None if timeout is None else time.monotonic() + timeout
    with interruptible():
        if page:
            return _page(end, seed)
        if readings:
            return _readings(end, seed)
        return _answers(
            numbers or tuple(known), long=long, certificates=certificates, end=end, seed=seed
        )


def _page(end: float | None, seed: int) -> int:
    from proofs.family.conflicts import conflicts
    from proofs.family.matrix import FamilyProver
    from proofs.questions.asked import ASKED, answers
    from proofs.questions.page import answers_part, page_text, readings_part
    from statecheck.clock import Timeout, seconds_until

    try:
        answered = list(answers([question.number for question in ASKED], end=end, seed=seed))
        prover = FamilyProver(timeout=seconds_until(end), seed=seed)
        standings = prover.standings()
        found = conflicts(prover, standings)
    except Timeout as gave_up:
        console.complain(f"stopped: {gave_up}")
        return Exit.UNDETERMINED
    console.put(page_text(answers_part(answered), readings_part(standings, found)))
    results = [result for _, own in answered for result in own]
    return _worst(_code_of(results), _code_of_readings(standings, found))


def _answers(
    numbers: Sequence[int], *, long: bool, certificates: str | None, end: float | None, seed: int
) -> int:
    from proofs.questions.asked import answered, settled
    from proofs.questions.text import answer_text
    from statecheck.clock import Timeout

    code = Exit.AS_EXPECTED
    folders = {} if certificates is None else _folders(certificates, numbers)
    try:
        found = list(settled(numbers, long=long, end=end, seed=seed))
        for question, results in answered(numbers, found):
            console.put(answer_text((question, results), console.style()))
            code = _worst(code, _code_of(results))
        for part in found:
            if part.name in folders:
                _write(folders[part.name], part.prover.certificate(part.results.values()))
    except Timeout as gave_up:
        console.complain(f"stopped: {gave_up}")
        return Exit.UNDETERMINED
    return code


def _folders(place: str, numbers: Sequence[int]) -> dict[str, OutputFolder]:
    """The folders of the certificates by site. Raises UsageError where they cannot be."""
    from proofs.questions.asked import SITES, claims_of
    from statecheck.certificate.folder import OutputFolder

    folders = {}
    for catalogue, _ in claims_of(numbers, long=False):
        name = SITES[id(catalogue)]
        path = Path(place) / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders[name] = OutputFolder(str(path))
        except OSError as error:
            raise console.unwritable(str(path), error) from error
    return folders


def _write(folder: OutputFolder, files: Mapping[str, str]) -> None:
    from statecheck.certificate.folder import summary

    try:
        folder.write(files)
    except OSError as error:
        raise console.unwritable(str(folder.path), error) from error
    console.complain(f"{folder.path}: {summary(files)}")


def _readings(end: float | None, seed: int) -> int:
    from proofs.family.conflicts import conflicts
    from proofs.family.matrix import FamilyProver
    from proofs.questions.text import conflicts_text, readings_text
    from statecheck.clock import Timeout, seconds_until

    try:
        prover = FamilyProver(timeout=seconds_until(end), seed=seed)
        standings = prover.standings()
        console.put(readings_text(standings, console.style()))
        found = conflicts(prover, standings)
        console.put(conflicts_text(found, console.style()))
    except Timeout as gave_up:
        console.complain(f"stopped: {gave_up}")
        return Exit.UNDETERMINED
    return _code_of_readings(standings, found)


def _worst(*codes: Exit) -> Exit:
    """Of several exit codes the one that is reported."""
    return next((c for c in (Exit.DIFFERS, Exit.UNDETERMINED) if c in codes), Exit.AS_EXPECTED)


def _code_of(results: Sequence[Result]) -> Exit:
    from statecheck.claims.results import Verdict

    open_ = [result for result in results if result.verdict is Verdict.UNDETERMINED]
    wrong = [result for result in results if result not in open_ and not result.as_expected]
    return Exit.DIFFERS if wrong else Exit.UNDETERMINED if open_ else Exit.AS_EXPECTED


def _code_of_readings(standings: Sequence[Standing], found: Conflicts) -> Exit:
    settled = [standing for standing in standings if not standing.open]
    if not all(standing.as_expected for standing in settled):
        return Exit.DIFFERS
    is_open = len(settled) < len(standings) or bool(found.open)
    return Exit.UNDETERMINED if is_open else Exit.AS_EXPECTED

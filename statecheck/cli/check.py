"""``statecheck check``: prove or refute what you say of a system, or of a machine, of yours.

The exit code is 0 when every claim has the verdict that it hopes for, and nothing is suspicious, 1
when it is not so, 2 for a usage or model error, 3 when something is undetermined, 130 when
interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import assuming, console, interrupts, locks
from statecheck.cli.naming import imported

if TYPE_CHECKING:
    from statecheck.claims.results import Report
    from statecheck.cli.certify import Certified, Source
    from statecheck.exit_codes import Exit
    from statecheck.files import OutputFile

EXAMPLE = "lift.machines:Lift"


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck check")


@click.command(
    epilog="Exit codes: 0 every claim is as hoped for, and nothing is suspicious; 1 it is not so; "
    "2 usage or model error; 3 something is undetermined; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("name", metavar="MODULE:CLASS")
@click.option(
    "--always", multiple=True, metavar="EXPR", help="Every reachable state, or step, is so."
)
@click.option(
    "--lemma",
    "lemmas",
    multiple=True,
    metavar="EXPR",
    help="Like --always; helps to prove the others.",
)
@click.option("--possible", multiple=True, metavar="EXPR", help="Some run gets there.")
@click.option(
    "--recoverable",
    multiple=True,
    metavar="EXPR",
    help="Some run leads there from every reachable state.",
)
@click.option(
    "--eventually", multiple=True, metavar="'P ~> Q'", help="Every fair run gets from P to Q."
)
@assuming.options
@click.option("--given", multiple=True, metavar="NAME=VALUE", help="Fix a constant of the system.")
@click.option("--fixed", multiple=True, metavar="FIELD", help="Nobody sets it from outside.")
@click.option(
    "--input", "inputs", multiple=True, metavar="FIELD", help="It may be set between events."
)
@click.option(
    "--assume-harmless",
    "harmless",
    multiple=True,
    metavar="NAME",
    help="Calls of NAME neither raise nor change the machine.",
)
@click.option("--json", "json_path", metavar="FILE", help="Write JSON too; - writes it to stdout.")
@click.option(
    "--as-test", "test_path", metavar="FILE", help="Write the runs as a test of the class."
)
@click.option("--trace", is_flag=True, help="Show the runs of what is reached, and the invariant.")
@click.option("--explain", is_flag=True, help="Show what each verdict rests on.")
@click.option(
    "--depth", type=click.IntRange(0), metavar="N", help="Look for runs of up to N steps."
)
@click.option(
    "--certificates",
    metavar="DIR",
    help="Write every proof obligation and run, for another solver.",
)
@click.option("--recheck", is_flag=True, help="Let cvc5 prove the obligations again.")
@locks.options
@console.timeout_option
@console.seed_option
def command(
    *,
    name: str,
    always: tuple[str, ...],
    lemmas: tuple[str, ...],
    possible: tuple[str, ...],
    recoverable: tuple[str, ...],
    eventually: tuple[str, ...],
    given: tuple[str, ...],
    fixed: tuple[str, ...],
    inputs: tuple[str, ...],
    harmless: tuple[str, ...],
    json_path: str | None,
    test_path: str | None,
    trace: bool,
    explain: bool,
    depth: int | None,
    certificates: str | None,
    recheck: bool,
    lock: str | None,
    write_lock: bool,
    timeout: float | None,
    seed: int,
    **assumed: tuple[str, ...],
) -> int:
    """Prove or refute what you say of a machine, or of a system for any number of its entities.

    MODULE:CLASS is any python-statemachine class, which is run as it is, or a System; a function in
    its place, MODULE:FUNCTION, makes an instance that needs arguments or a model. Of a machine,
    EXPR is Python about its states and fields by name, and constants and enumerations of its
    module. `after.NAME` is one after a step, `step.event == NAME`, `step.raised` and
    `raised("ValueError")` say of the step itself; an event that is refused or ignored, so that
    nothing changes, is a step only where EXPR says `step.refused`. `enabled(EVENT)`: sent now
    with some arguments, it would make one of its transitions fire. `deadlock`: no event makes
    any fire, and the machine has not ended. `once(P)`: P holds, or held at some time before;
    `since(P, Q)`: so did Q, and P ever since. P and Q may be about steps.

    Of a system, EXPR is about entities by the names of their kinds (lift, or lift1 and lift2);
    `after[lift]` is one after a step.

    'P ==> Q' has a premise. With no claim about a machine, the standard questions about it are
    answered: what is never reached, never fires, is ambiguous, gets stuck or fails.
    """
    with interrupts.held():
        from statecheck.claims.claim import Kind
        from statecheck.cli.accepted import accepted
        from statecheck.exit_codes import Exit
        from statecheck.interface.settling import Request, load, settled
        from statecheck.interface.subjects import check_options, is_system, name_of, subject_of
        from statecheck.reports.answers import answers_text
        from statecheck.reports.json_report import to_text
        from statecheck.reports.terminal import report_text
        from statecheck.reports.words import numbered

    found = subject_of(imported(name, EXAMPLE))
    asked = [
        *((Kind.ALWAYS, text) for text in always),
        *((Kind.POSSIBLE, text) for text in possible),
        *((Kind.RECOVERABLE, text) for text in recoverable),
        *((Kind.EVENTUALLY, text) for text in eventually),
    ]
    options = {"fixed": fixed, "inputs": inputs, "given": given, "lemmas": lemmas, **assumed}
    options["harmless"] = harmless
    check_options(found, options, has_claims=bool(asked), written=_option)
    if not asked and is_system(found):
        raise click.UsageError(
            "nothing is claimed; write --always EXPR, --possible EXPR, --recoverable EXPR or "
            "--eventually 'P ~> Q'."
        )
    certified = None
    if certificates is not None or recheck:
        if not asked:
            raise click.UsageError("nothing is claimed, so there is nothing to certify.")
        source = partial(_source, name, found, fixed, inputs, harmless, seed)
        certified = _to_certify(source, certificates, recheck=recheck, timeout=timeout)
    file = None if json_path in (None, "-") else console.output_file(str(json_path))
    test_file = None if test_path is None else _test_file(found, test_path)
    own_lock = locks.ClassLock(lock, write=write_lock, has_claims=bool(asked))
    locks.check_apart((("--json", file), ("--as-test", test_file)), own_lock.path)
    asked_for = Request(
        asked,
        lemmas=lemmas,
        assumed=assuming.read(assumed),
        given=given,
        fixed=fixed,
        inputs=inputs,
        harmless=harmless,
        timeout=timeout,
        depth=depth,
        seed=seed,
        explain=explain,
        accept=() if asked else accepted(name, name_of(found)),
    )
    with interrupts.held():
        load(found)
    request = own_lock.used(name, found, asked_for)
    if request is None:
        return Exit.UNDETERMINED
    report = settled(found, request)
    text = to_text(report) if json_path is not None else ""
    if asked:
        style = console.style()
        named = partial(numbered, width=style.width)
        shown = report_text(report, (), style, trace=trace, name=named)
    else:
        shown = answers_text(report, name, console.style(), trace=trace)
    outputs = console.Outputs()
    outputs.make(partial(console.put, text if json_path == "-" else shown))
    if file is not None:
        outputs.make(partial(console.write, file, str(json_path), text))
    if test_file is not None:
        outputs.make(partial(_write_test, test_file, str(test_path), report, name))
    outputs.make(partial(own_lock.finish, report))
    code = _certified(report, len(asked) + len(lemmas), certified, stdout=json_path != "-")
    outputs.check()
    return code


def _source(
    name: str,
    found: Any,
    fixed: Sequence[str],
    inputs: Sequence[str],
    harmless: Sequence[str],
    seed: int,
) -> Source:
    """The evidence that there is for what is claimed of a class."""
    from statecheck.cli import certify
    from statecheck.interface.subjects import is_system

    if is_system(found):
        return certify.of_system(name, found, seed)
    return certify.of_machine(found, fixed, inputs, harmless, seed)


def _to_certify(
    source: Callable[[], Source], path: str | None, *, recheck: bool, timeout: float | None
) -> Certified:
    """The certificate that is asked for. Raises UsageError for a bad DIR."""
    with interrupts.held():
        from statecheck.cli import certify

        found = source()
    return certify.Certified(found, path, recheck=recheck, timeout=timeout)


def _certified(report: Report, asked: int, certified: Certified | None, *, stdout: bool) -> Exit:
    """Say what is to be noted, what an interruption left open, or write the certificate; the exit
    code of all.
    """
    from statecheck.claims.results import exit_code
    from statecheck.exit_codes import Exit

    for note in report.notes:
        console.complain(f"note: {note}")
    certificate = Exit.AS_EXPECTED
    if report.interrupted:
        known = f"{len(report.results)} of {asked}" if asked else "not all questions"
        console.complain(f"interrupted: {known} were settled")
        if certified is not None:
            console.complain("no certificate was written")
    elif certified is not None:
        certificate = Exit(certified.finish(report, stdout=stdout))
    return exit_code(report) or certificate


def _option(name: str) -> str:
    """A parameter as the command line writes it."""
    plain = name.removesuffix("s").replace("_", "-")
    return "--assume-harmless" if name == "harmless" else f"--{plain}"


def _test_file(found: Any, path: str) -> OutputFile:
    """The file that a test is written to. Raises ModelError for a class that is not made alone."""
    from statecheck.interface.subjects import is_made_alone
    from statecheck.modeling import ModelError

    if not is_made_alone(found):
        raise ModelError(
            f"--as-test {path}: {found.__name__} belongs to a system, whose machines are not made "
            "by themselves; leave it out"
        )
    return console.output_file(path)


def _write_test(file: OutputFile, path: str, report: Report, name: str) -> None:
    """Write the test of a report's runs, and say what is not in it."""
    from statecheck.reports.as_test import test_module

    module, _, qualified = name.partition(":")
    written = test_module(report, module, qualified)
    for reason in written.left_out:
        console.complain(f"note: the test leaves out {reason}")
    if not written.tests:
        console.complain(
            f"note: {path} is not written: no verdict has a run that a test could play"
        )
        return
    console.write(file, path, written.text)

"""``statecheck check``: prove or refute what you say of a system, or of a machine, of yours.

The exit code is 0 when every claim has the verdict that it hopes for, and nothing is suspicious, 1
when it is not so, 2 for a usage or model error, 3 when something is undetermined, 130 when
interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts

if TYPE_CHECKING:
    from statecheck.claims.claim import Claim, Kind
    from statecheck.claims.fairness import Assumption
    from statecheck.claims.results import Report
    from statecheck.files import OutputFile
    from statecheck.modeling import System
    from statecheck.prover.prover import Prover

EXAMPLE = "lift.machines:Lift"

NAME_WIDTH, EVIDENCE_WIDTH = 40, 40
"""Columns for a claim with its number, which has more where there is room, and for the rest."""


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck check")


@click.command(
    epilog="Exit codes: 0 every claim is as hoped for, and nothing is suspicious; 1 it is not so; "
    "2 usage or model error; 3 something is undetermined; 130 interrupted.",
    context_settings=console.SETTINGS,
)
@click.argument("name", metavar="MODULE:CLASS")
@click.option("--always", multiple=True, metavar="EXPR", help="Every state, or step, is so.")
@click.option("--possible", multiple=True, metavar="EXPR", help="Some run gets there.")
@click.option("--recoverable", multiple=True, metavar="EXPR", help="One can always get there.")
@click.option(
    "--eventually", multiple=True, metavar="'P ~> Q'", help="Every fair run gets from P to Q."
)
@click.option("--fair", multiple=True, metavar="ACTION", help="Not put off for ever, by anyone.")
@click.option("--given", multiple=True, metavar="NAME=VALUE", help="Fix a constant of the system.")
@click.option("--fixed", multiple=True, metavar="FIELD", help="Nobody sets it from outside.")
@click.option(
    "--input", "inputs", multiple=True, metavar="FIELD", help="It may be set between events."
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
@console.timeout_option
@console.seed_option
def command(
    *,
    name: str,
    always: tuple[str, ...],
    possible: tuple[str, ...],
    recoverable: tuple[str, ...],
    eventually: tuple[str, ...],
    fair: tuple[str, ...],
    given: tuple[str, ...],
    fixed: tuple[str, ...],
    inputs: tuple[str, ...],
    json_path: str | None,
    test_path: str | None,
    trace: bool,
    explain: bool,
    depth: int | None,
    timeout: float | None,
    seed: int,
) -> int:
    """Prove or refute what you say of a machine, or of a system for any number of its entities.

    MODULE:CLASS is any python-statemachine class, which is run as it is, or a System. Of a machine,
    EXPR is Python about its states and fields by name; `after.NAME` is one after a step, and
    `step.raised` and `step.event` say of the step itself. Of a system, it is about entities by the
    names of their kinds (lift, or lift1 and lift2); `after[lift]` is one after a step.
    'P ==> Q' has a premise. With no claim about a machine, the standard questions about it are
    answered: what is never reached, never fires, is ambiguous, gets stuck or fails.
    """
    with interrupts.held():
        from statecheck.claims.claim import Kind
        from statecheck.claims.results import exit_code
        from statecheck.reports.answers import answers_text
        from statecheck.reports.json_report import to_text
        from statecheck.reports.terminal import report_text

    found = console.imported(name, EXAMPLE)
    asked = [
        *((Kind.ALWAYS, text) for text in always),
        *((Kind.POSSIBLE, text) for text in possible),
        *((Kind.RECOVERABLE, text) for text in recoverable),
        *((Kind.EVENTUALLY, text) for text in eventually),
    ]
    if not asked and _is_system(found):
        raise click.UsageError(
            "nothing is claimed; write --always EXPR, --possible EXPR, --recoverable EXPR or "
            "--eventually 'P ~> Q'."
        )
    file = None if json_path in (None, "-") else console.output_file(str(json_path))
    test_file = None if test_path is None else _test_file(found, test_path)
    if _is_system(found):
        _check_no(found, {"--fixed": fixed, "--input": inputs})
        with interrupts.held():
            from statecheck.claims import expressions  # noqa: F401  (needed soon)
            from statecheck.prover.context import DEPTH
        claims = _claims(found, asked, _fairness(found, fair), given)
        report = _settled(
            found, claims, DEPTH if depth is None else depth, timeout, seed, explain=explain
        )
    elif asked:
        report = _single(found, asked, fair, fixed, inputs, given, timeout, depth, seed)
    else:
        report = _answered(found, name, fair, fixed, inputs, given, timeout, depth, seed)
    text = to_text(report) if json_path is not None else ""
    if asked:
        style = console.style()
        named = partial(_named, room=max(NAME_WIDTH, style.width - EVIDENCE_WIDTH))
        shown = report_text(report, (), style, trace=trace, name=named)
    else:
        shown = answers_text(report, name, console.style(), trace=trace)
    console.put(text if json_path == "-" else shown)
    if file is not None:
        console.write(file, str(json_path), text)
    if test_file is not None:
        _write_test(test_file, str(test_path), report, name)
    for note in report.notes:
        console.complain(f"note: {note}")
    if report.interrupted:
        settled = f"{len(report.results)} of {len(asked)}" if asked else "not all questions"
        console.complain(f"interrupted: {settled} were settled")
    return exit_code(report)


def _named(claim: Claim, room: int) -> str:
    """A claim's number and as much of what it says as there is room for."""
    words = " ".join(claim.text.split())
    room -= len(claim.id)
    return f"{claim.id}  {words if len(words) <= room else f'{words[: room - 3]}...'}"


def _is_system(found: Any) -> bool:
    """True if a class composes machines. Raises ModelError for what is no machine either."""
    from statemachine import StateChart

    from statecheck.modeling import ModelError, System

    if isinstance(found, type) and issubclass(found, System):
        return True
    if not isinstance(found, type) or not issubclass(found, StateChart):
        name = getattr(found, "__name__", found)
        raise ModelError(f"{name} is neither a System nor a python-statemachine class")
    if not list(found.states):
        raise ModelError(f"{found.__name__} has no states, so there is nothing to check")
    return False


def _check_no(found: type[System], options: dict[str, Sequence[str]]) -> None:
    """Raise ModelError if an option is given that a system has no use for."""
    from statecheck.modeling import ModelError

    for option, names in options.items():
        if names:
            raise ModelError(
                f"{option} {names[0]}: {found.__name__} is a system, whose fields nobody sets from "
                "outside; leave it out"
            )


def _test_file(found: Any, path: str) -> OutputFile:
    """The file that a test is written to. Raises ModelError for a class that is not made alone."""
    from statecheck.modeling import Machine, ModelError

    if _is_system(found) or issubclass(found, Machine):
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


def _single(
    found: Any,
    asked: Sequence[tuple[Kind, str]],
    fair: Sequence[str],
    fixed: Sequence[str],
    inputs: Sequence[str],
    given: Sequence[str],
    timeout: float | None,
    depth: int | None,
    seed: int,
) -> Report:
    """Decide claims about one machine."""
    from statecheck.modeling import ModelError

    with interrupts.held():
        from statecheck.single import check

    if given:
        raise ModelError(
            f"--given {given[0]}: {found.__name__} is one machine and has no constants to be given"
        )
    return check(
        found,
        [(str(kind), text) for kind, text in asked],
        fair=fair,
        fixed=fixed,
        inputs=inputs,
        timeout=timeout,
        depth=depth,
        seed=seed,
    )


def _answered(
    found: Any,
    name: str,
    fair: Sequence[str],
    fixed: Sequence[str],
    inputs: Sequence[str],
    given: Sequence[str],
    timeout: float | None,
    depth: int | None,
    seed: int,
) -> Report:
    """Answer the standard questions about one machine, as far as the project accepts them."""
    from statecheck.cli.accepted import accepted, applied
    from statecheck.modeling import ModelError
    from statecheck.single.questions.ask import answered

    for option, values in (("--given", given), ("--fair", fair)):
        if values:
            raise ModelError(
                f"{option} {values[0]}: the standard questions about {found.__name__} have no use "
                "for it; leave it out, or claim something"
            )
    names = accepted(name, f"{found.__module__}:{found.__qualname__}")
    report = answered(found, fixed=fixed, inputs=inputs, timeout=timeout, depth=depth, seed=seed)
    return applied(report, names)


def _claims(
    system: type[System],
    asked: Sequence[tuple[Kind, str]],
    fairness: tuple[Assumption, ...],
    settings: Sequence[str],
) -> list[Claim]:
    from statecheck.claims import expressions
    from statecheck.claims.claim import Kind

    variant = expressions.given(system, settings)
    counts: dict[Kind, int] = {}
    claims = []
    for kind, text in asked:
        counts[kind] = counts.get(kind, 0) + 1
        claims.append(
            expressions.claim(
                system,
                kind,
                text,
                id_=f"{kind}.{counts[kind]}",
                variant=variant,
                fairness=fairness if kind is Kind.EVENTUALLY else (),
            )
        )
    return claims


def _fairness(system: type[System], names: Sequence[str]) -> tuple[Assumption, ...]:
    """Weak fairness of each action, in each of its instances."""
    from statecheck.claims.fairness import weak
    from statecheck.modeling import signature

    return tuple(weak(signature(system).action(name).function) for name in names)


def _settled(
    system: type[System],
    claims: Sequence[Claim],
    depth: int,
    timeout: float | None,
    seed: int,
    *,
    explain: bool,
) -> Report:
    """Settle the claims; what an interruption leaves open is left out."""
    from statecheck.claims.results import Report, Result, Verdict
    from statecheck.clock import Timeout
    from statecheck.prover.agreement import check_agreement
    from statecheck.prover.context import ProofContext
    from statecheck.prover.project import bounded_integers
    from statecheck.prover.prover import Prover
    from statecheck.smt.interruption import interruptible

    results: list[Result] = []
    engine: Prover | None = None
    interrupted = False
    try:
        with interruptible():
            engine = Prover(
                ProofContext(
                    system,
                    claims,
                    (),
                    numbers=bounded_integers(system),
                    seed=seed,
                    timeout=timeout,
                    explain=explain,
                    depth=depth,
                )
            )
            check_agreement(engine.context.transitions, claims, time_left=engine.context.remaining)
            for result in engine.prove(claims):
                results.append(result)  # noqa: PERF402  (what is settled outlives an interruption)
    except Timeout as gave_up:
        results = [Result(c, Verdict.UNDETERMINED, f"timed out: {gave_up}") for c in claims]
    except KeyboardInterrupt:
        interrupted = True
    order = {claim: n for n, claim in enumerate(claims)}
    results.sort(key=lambda result: order[result.claim])
    digest = engine.context.digest if engine is not None else ""
    return Report(digest, tuple(results), interrupted)

"""``statecheck explore``: write one page in which people walk through a machine or a system.

The page is one HTML file that needs no network. The exit code is 0 where it was written, 2 for a
usage or model error, 130 when interrupted: what was settled until then is in the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts
from statecheck.exit_codes import Exit

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.claims.claim import Claim, Kind
    from statecheck.claims.results import Result
    from statecheck.prover.project import Project

PAGE = "explorer.html"
"""The file that is written where nobody says otherwise."""

EXAMPLE = "lift.machines:Lift"

Written = tuple[str, bool]
"""A page's text, and whether its making was interrupted."""

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--out", metavar="FILE", help=f"The page ({PAGE}); - writes it to stdout."),
    console.timeout_option,
    console.seed_option,
)
"""What `statecheck explore` and the front door of a project have in common."""


_CLAIMS: tuple[Callable[[Any], Any], ...] = (
    click.option("--always", multiple=True, metavar="EXPR", help="Every state, or step, is so."),
    click.option("--possible", multiple=True, metavar="EXPR", help="Some run gets there."),
    click.option("--recoverable", multiple=True, metavar="EXPR", help="One can always get there."),
    click.option(
        "--eventually", multiple=True, metavar="'P ~> Q'", help="Every fair run gets from P to Q."
    ),
    click.option("--fair", multiple=True, metavar="ACTION", help="Assume weak fairness of it."),
    click.option(
        "--given", multiple=True, metavar="NAME=VALUE", help="Fix a constant of a system."
    ),
    click.option("--fixed", multiple=True, metavar="FIELD", help="Nobody sets it from outside."),
    click.option(
        "--input", "inputs", multiple=True, metavar="FIELD", help="It may be set between events."
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck explore")


def _any(
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
    out: str | None,
    timeout: float | None,
    seed: int,
) -> int:
    """Write a page in which to walk through a machine, a system or a catalogue's system.

    MODULE:CLASS is any python-statemachine class, a System, or a `statecheck.Catalogue` or Project,
    whose claims are proven first: the page shows them, and plays their runs. So it does with what
    you claim here, as `statecheck check` takes it. The page is one HTML file; it computes each step
    itself, from the same terms that proofs are about, and needs no network.
    """
    with interrupts.held():
        from statecheck.claims.catalogue import Catalogue
        from statecheck.claims.claim import Kind
        from statecheck.prover.project import Project, project_of

    found = console.imported(name, EXAMPLE)
    asked = [
        *((Kind.ALWAYS, text) for text in always),
        *((Kind.POSSIBLE, text) for text in possible),
        *((Kind.RECOVERABLE, text) for text in recoverable),
        *((Kind.EVENTUALLY, text) for text in eventually),
    ]
    options = {"--fair": fair, "--given": given, "--fixed": fixed, "--input": inputs}
    if isinstance(found, Catalogue | Project):
        _check_none(name, asked, options)
        return _write(out, lambda: _project_page(project_of(found, name), timeout, seed))
    if _is_system(found):
        for option in ("--fixed", "--input"):
            if options[option]:
                raise click.UsageError(
                    f"{option} {options[option][0]}: {found.__name__} is a system, whose fields "
                    "nobody sets from outside; leave it out."
                )
        return _write(out, lambda: _system_page(found, asked, fair, given, timeout, seed))
    return _write(out, lambda: _machine_page(found, asked, options, timeout, seed))


command = click.command(
    "explore",
    epilog="Exit codes: 0 the page is written; 2 usage or model error; 130 interrupted.",
    context_settings=console.SETTINGS,
)(
    console.with_options(
        _any,
        (
            click.argument("name", metavar="MODULE:CLASS"),
            *_CLAIMS,
            *_OPTIONS,
        ),
    )
)


def explore_command(project: Callable[[], Project], about: str) -> click.Command:
    """The command that writes the page of one project; ``about`` is its help."""

    def body(*, out: str | None, timeout: float | None, seed: int) -> int:
        with interrupts.held():
            found = project()
        return _write(out, lambda: _project_page(found, timeout, seed))

    body.__doc__ = about
    return click.command(
        epilog="Exit codes: 0 the page is written; 2 usage or model error; 130 interrupted.",
        context_settings=console.SETTINGS,
    )(console.with_options(body, _OPTIONS))


def _is_system(found: Any) -> bool:
    """True of a system, false of a machine. Raises ModelError for what is neither."""
    from statemachine import StateChart

    from statecheck.modeling import ModelError, System

    if isinstance(found, type) and issubclass(found, System):
        return True
    if not isinstance(found, type) or not issubclass(found, StateChart):
        name = getattr(found, "__name__", found)
        raise ModelError(f"{name} is neither a System, a Catalogue nor a python-statemachine class")
    if not list(found.states):
        raise ModelError(f"{found.__name__} has no states, so there is nothing to explore")
    return False


def _check_none(name: str, asked: Sequence[Any], options: dict[str, tuple[str, ...]]) -> None:
    """Raise UsageError if something is claimed of what has its own claims."""
    given = [option for option, values in options.items() if values]
    if asked or given:
        what = given[0] if given else f"--{asked[0][0]}"
        raise click.UsageError(
            f"{name} has claims of its own, and {what} is not one of them; leave it out, or name "
            "its system."
        )


def _write(out: str | None, make: Callable[[], Written]) -> int:
    """Make a page and write it, as far as it was made."""
    path = PAGE if out is None else out
    if path == "":
        raise click.UsageError(f"--out '' names no file; leave it out to write {PAGE}.")
    file = None if path == "-" else console.output_file(path)
    text, interrupted = make()
    if file is None:
        console.put(text)
    else:
        console.write(file, path, text)
        console.put(f"{path}\n")
    return Exit.INTERRUPTED if interrupted else Exit.AS_EXPECTED


def _project_page(project: Project, timeout: float | None, seed: int) -> Written:
    """The page of a project's system, its claims and their runs."""
    from statecheck.explorer.javascript import Code
    from statecheck.explorer.page import page
    from statecheck.explorer.systems import system_data
    from statecheck.prover.session import run

    report = run(project, project.claims, timeout=timeout, seed=seed, tables=False, explain=True)
    code = Code()
    data = system_data(
        project.system,
        code,
        histories=project.histories,
        claims=project.claims,
        results=report.results,
        integers=project.integers,
    )
    return page(data, code), report.interrupted


def _system_page(
    found: Any,
    asked: Sequence[tuple[Kind, str]],
    fair: tuple[str, ...],
    given: tuple[str, ...],
    timeout: float | None,
    seed: int,
) -> Written:
    """The page of a system, and of what is claimed of it."""
    from statecheck.explorer.javascript import Code
    from statecheck.explorer.page import page
    from statecheck.explorer.systems import system_data
    from statecheck.modeling import ModelError
    from statecheck.prover.project import bounded_integers

    for option, values in (("--given", given), ("--fair", fair)):
        if values and not asked:
            raise ModelError(
                f"{option} {values[0]}: nothing is claimed of {found.__name__}, so it has no use; "
                "leave it out"
            )
    claims = _claims(found, asked, fair, given)
    results, interrupted = _settled(found, claims, timeout, seed) if claims else ([], False)
    code = Code()
    integers = bounded_integers(found)
    data = system_data(found, code, claims=claims, results=results, integers=integers)
    return page(data, code), interrupted


def _claims(
    system: Any,
    asked: Sequence[tuple[Kind, str]],
    fair: Sequence[str],
    given: Sequence[str],
) -> list[Claim]:
    """The claims about a system, numbered by kind."""
    from statecheck.claims import expressions
    from statecheck.claims.claim import Kind
    from statecheck.claims.fairness import weak
    from statecheck.modeling import signature

    variant = expressions.given(system, given)
    assumed = tuple(weak(signature(system).action(name).function) for name in fair)
    counts: dict[Kind, int] = {}
    claims = []
    for kind, text in asked:
        counts[kind] = counts.get(kind, 0) + 1
        id_ = f"{kind}.{counts[kind]}"
        fairness = assumed if kind is Kind.EVENTUALLY else ()
        claims.append(
            expressions.claim(system, kind, text, id_=id_, variant=variant, fairness=fairness)
        )
    return claims


def _settled(
    system: Any, claims: Sequence[Claim], timeout: float | None, seed: int
) -> tuple[list[Result], bool]:
    """The verdicts on claims about a system, and whether they were interrupted."""
    from statecheck.claims.results import Result, Verdict
    from statecheck.clock import Timeout
    from statecheck.prover.agreement import check_agreement
    from statecheck.prover.context import ProofContext
    from statecheck.prover.project import bounded_integers
    from statecheck.prover.prover import Prover
    from statecheck.smt.interruption import interruptible

    results: list[Result] = []
    numbers = bounded_integers(system)
    try:
        with interruptible():
            context = ProofContext(system, claims, (), numbers=numbers, seed=seed, timeout=timeout)
            engine = Prover(context)
            check_agreement(context.transitions, claims, time_left=context.remaining)
            for result in engine.prove(claims):
                results.append(result)  # noqa: PERF402  (what is settled outlives an interruption)
    except Timeout as gave_up:
        why = f"timed out: {gave_up}"
        return [Result(claim, Verdict.UNDETERMINED, why) for claim in claims], False
    except KeyboardInterrupt:
        return results, True
    return results, False


def _machine_page(
    found: Any,
    asked: Sequence[tuple[Kind, str]],
    options: dict[str, tuple[str, ...]],
    timeout: float | None,
    seed: int,
) -> Written:
    """The page of one machine, with what is claimed of it, or else the standard questions."""
    from statecheck.claims.results import Report
    from statecheck.explorer.javascript import Code
    from statecheck.explorer.machines import machine_data
    from statecheck.explorer.page import page
    from statecheck.modeling import ModelError
    from statecheck.single import check as decide
    from statecheck.single.claims import claims
    from statecheck.single.questions.ask import answered
    from statecheck.single.running.subject import Clock, OutOfTime, read

    if options["--given"]:
        raise ModelError(
            f"--given {options['--given'][0]}: {found.__name__} is one machine and has no "
            "constants to be given; leave it out"
        )
    if options["--fair"] and not asked:
        raise ModelError(
            f"--fair {options['--fair'][0]}: nothing is claimed of {found.__name__}, so it has no "
            "use; leave it out"
        )
    fixed, inputs = options["--fixed"], options["--input"]
    parsed: list[tuple[claims.Claim, str]] = []

    def take(names: claims.Names) -> None:
        parsed.extend((claims.parse(text, names, kind), text) for kind, text in asked)

    clock = Clock(timeout)
    try:
        subject = read(found, fixed, inputs, clock.part(0.5), seed=seed, take=take)
        left = None if timeout is None else clock.left(timeout)
    except OutOfTime:
        raise ModelError(
            f"{found.__name__} was not read within {timeout:g} s; allow more by --timeout"
        ) from None
    report: Report
    if asked:
        said = [(str(kind), text) for kind, text in asked]
        fair = options["--fair"]
        report = decide(found, said, fair=fair, fixed=fixed, inputs=inputs, timeout=left, seed=seed)
    else:
        report = answered(found, fixed=fixed, inputs=inputs, timeout=left, seed=seed)
    code = Code()
    data = machine_data(subject, code, parsed, report.results, report.answers)
    return page(data, code), report.interrupted

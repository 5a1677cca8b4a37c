"""``statecheck explore``: write one page in which people walk through a machine or a system.

The page is one HTML file that needs no network. The exit code is 0 where it was written, 2 for a
usage or model error, 130 when interrupted: what was settled until then is in the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts
from statecheck.cli.naming import imported
from statecheck.exit_codes import Exit

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.explorer.pages import Explored
    from statecheck.prover.project import Project

PAGE = "explorer.html"
"""The file that is written where nobody says otherwise."""

EXAMPLE = "lift.machines:Lift"

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--out", metavar="FILE", help=f"The page ({PAGE}); - writes it to stdout."),
    console.timeout_option,
    console.seed_option,
)
"""What `statecheck explore` and the front door of a project have in common."""


_CLAIMS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--always", multiple=True, metavar="EXPR", help="Every reachable state, or step, is so."
    ),
    click.option("--possible", multiple=True, metavar="EXPR", help="Some run gets there."),
    click.option(
        "--recoverable",
        multiple=True,
        metavar="EXPR",
        help="Some run leads there from every reachable state.",
    ),
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

    MODULE:CLASS is any python-statemachine class, or a function that makes an instance; a System;
    or a `statecheck.Catalogue` or Project, whose claims are proven first: the page shows them, and
    plays their runs. So it does with what you claim here, as `statecheck check` takes it. The page
    is one HTML file; it computes each step itself, from the same terms that proofs are about, and
    needs no network.
    """
    with interrupts.held():
        from statecheck.claims.claim import Kind
        from statecheck.explorer.pages import Question, explored

    found = imported(name, EXAMPLE)
    asked = [
        *((Kind.ALWAYS, text) for text in always),
        *((Kind.POSSIBLE, text) for text in possible),
        *((Kind.RECOVERABLE, text) for text in recoverable),
        *((Kind.EVENTUALLY, text) for text in eventually),
    ]
    question = Question(asked, fair, given, fixed, inputs, timeout, seed)
    return _write(out, lambda: explored(found, name, question))


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
            from statecheck.explorer.pages import Question, explored_project

            found = project()
        question = Question(timeout=timeout, seed=seed)
        return _write(out, lambda: explored_project(found, question))

    body.__doc__ = about
    return click.command(
        epilog="Exit codes: 0 the page is written; 2 usage or model error; 130 interrupted.",
        context_settings=console.SETTINGS,
    )(console.with_options(body, _OPTIONS))


def _write(out: str | None, explore: Callable[[], Explored]) -> int:
    """Make a page and write it; what was not settled is missing in it."""
    path = PAGE if out is None else out
    if path == "":
        raise click.UsageError(f"--out '' names no file; leave it out to write {PAGE}.")
    file = None if path == "-" else console.output_file(path)
    made = explore()
    text = made.page()
    if file is None:
        console.put(text)
    else:
        console.write(file, path, text)
        console.put(f"{path}\n")
    if made.report.interrupted:
        console.complain("interrupted: the page has what was settled until then")
        return Exit.INTERRUPTED
    return Exit.AS_EXPECTED

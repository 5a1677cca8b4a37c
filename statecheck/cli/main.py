"""``statecheck``: the command line, a command for each thing that people do.

Comes in: arguments. Goes out: text on stdout, files, notes on stderr, and an exit code.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence

import click

from statecheck import __version__
from statecheck.cli import console

COMMANDS = {
    "check": ("statecheck.cli.check", "Answer what you ask of a machine or a system."),
    "prove": ("statecheck.cli.prove", "Prove the claims of a catalogue."),
    "draw": ("statecheck.cli.draw", "Draw state diagrams."),
    "explore": ("statecheck.cli.explore", "Write a page to walk through a machine or a system."),
    "mutate": ("statecheck.cli.mutate", "Change a model; some claim has to notice."),
    "recheck": ("statecheck.recheck.command", "Prove a certificate again, by cvc5 alone."),
}
"""The module of each command, which has a `main`, and what it does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if given and given[0] in COMMANDS:
        return int(importlib.import_module(COMMANDS[given[0]][0]).main(given[1:]))
    return console.run(_overview, given, "statecheck")


class _Overview(click.Command):
    """Help for all commands, and the message for a command that there is not."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, then the options."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])
        super().format_options(ctx, formatter)


@click.command(
    cls=_Overview,
    options_metavar="",
    epilog="Each command has a --help.",
    context_settings=console.SETTINGS,
)
@click.version_option(__version__)
@click.argument("command", metavar="COMMAND [ARGUMENT]...")
@click.argument("rest", nargs=-1, metavar="")
def _overview(*, command: str, rest: tuple[str, ...]) -> int:
    """Check, prove and draw python-statemachine classes and systems of them."""
    if ":" in command or command.endswith(".py"):
        module, _, name = command.partition(":")
        meant = f"{module.removesuffix('.py')}:{name or 'CLASS'}"
        raise click.UsageError(
            f"{command!r} is no command; to check it write: statecheck check {meant}"
        )
    near = difflib.get_close_matches(command, COMMANDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(COMMANDS)}."
    raise click.UsageError(f"{command!r} is no command; {hint}")

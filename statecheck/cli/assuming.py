"""Options that say what is assumed of runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from statecheck.claims.syntax import AssumedTexts

_OPTIONS = (
    (
        "--fair",
        "ACTION",
        "Assume weak fairness of ACTION; of ACTION(lift): for the lift that P names.",
    ),
    ("--strongly-fair", "ACTION", "Assume strong fairness of ACTION."),
    ("--never", "EXPR", "For --eventually: no such step is seen from P on."),
    ("--finitely", "EXPR", "For --eventually: such steps come to an end."),
    ("--initially", "EXPR", "Of a machine: every run begins so."),
)


def options(command: Callable[..., int]) -> Callable[..., int]:
    """A command with these options, which it gets by their names."""
    for name, metavar, help_ in reversed(_OPTIONS):
        command = click.option(name, multiple=True, metavar=metavar, help=help_)(command)
    return command


def read(given: Mapping[str, tuple[str, ...]]) -> AssumedTexts:
    """The options as they were given, each thing once."""
    from statecheck.claims.syntax import AssumedTexts

    return AssumedTexts(**{name: tuple(dict.fromkeys(texts)) for name, texts in given.items()})


def first_given(given: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first of these options that was given, and its value; None: none was."""
    for name, texts in given.items():
        if texts:
            return f"--{name.replace('_', '-')}", texts[0]
    return None

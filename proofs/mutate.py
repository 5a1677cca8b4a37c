"""``python -m proofs mutate``: change the model in one place; some claim has to notice."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.__main__ import _project
from statecheck.cli import console
from statecheck.cli.mutate import mutate_command


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(mutate_command(_project), arguments, "proofs mutate")

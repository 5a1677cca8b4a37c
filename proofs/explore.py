"""``python -m proofs explore``: a page in which to walk through the site, and its claims' runs."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.__main__ import _project
from statecheck.cli import console
from statecheck.cli.explore import explore_command

ABOUT = """Write a page in which to walk through the site, action by action.

The claims are proven first: the page shows which of them hold in each state, and plays the runs
of their verdicts, the story of the article first.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(explore_command(_project, ABOUT), arguments, "proofs explore")

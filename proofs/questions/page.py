"""The page of the documentation with all answers, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proofs.family.conflicts import Conflicts
from proofs.family.matrix import Standing
from proofs.questions.asked import Answered, reply
from proofs.questions.text import conflicts_text, readings_text, verdicts_text
from statecheck.reports.terminal_layout import Style

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
"""Where the page is kept; `python -m proofs ask --page` prints it."""

_INTRODUCTION = """\
# What an administrator asks

`python -m proofs ask` answers these questions, each with a proof or a run; `python -m proofs ask 3`
answers one of them. A proof is for any number of servers, mailboxes and attachments and for any
Store.exe; no shorter run reaches or violates the same. Small instances were searched without a
solver, with the same answers. `--certificates DIR` writes the evidence, a folder for each site that
the answers are about, and `python -m proofs recheck DIR/site` proves it again with another solver.
This page is printed by `python -m proofs ask --page`.
"""

_ARTICLES = """\
# Which articles hold

The articles around Q271547 say in places the contrary of it and of each other. What no article
settles is a *reading*, a truth that the site has. `python -m proofs ask --readings` finds for every
sentence of the articles under which readings it holds, and asks of every pair of sentences whether
both can. Articles that the archive does not have (Q276056, Q263949) are assumptions.
"""


def answers_part(answered: Sequence[Answered]) -> str:
    """The part of the page with the answers."""
    parts = [_INTRODUCTION]
    for question, results in answered:
        parts.append(f"## {question.number}. {question.text}\n\n{reply(question, results)}\n")
        parts.append(_fenced(verdicts_text(results, Style())))
    return "\n".join(parts)


def readings_part(standings: Sequence[Standing], conflicts: Conflicts) -> str:
    """The part of the page about readings and conflicts."""
    texts = (readings_text(standings, Style()), conflicts_text(conflicts, Style()))
    return "\n".join([_ARTICLES, *map(_fenced, texts)])


def page_text(answers: str, readings: str) -> str:
    """The page of its two parts."""
    return f"{answers}\n{readings}"


def _fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"

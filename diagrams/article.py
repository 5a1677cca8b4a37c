"""The article's paragraphs, the sentences that claims make of them, and what was found of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, label, rule
from statecheck.drawing.canvas.style import BODY, SMALL
from statecheck.liveness.eventuality import eventuality
from statecheck.safety.properties import claim_property
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY
from statecheck.symbolic.vocabulary import Key as Function

SIGNS = {
    "PROVED": ("check", "success"),
    "REACHED": ("flag", "reached"),
    "REFUTED": ("cross", "failure"),
    "DERIVED": ("diamond", "shared"),
    "UNDETERMINED": ("question", "muted"),
}
"""The sign and the role of each verdict."""


@dataclass(frozen=True)
class ClaimRow:
    """A claim: its sentence, its verdicts by reading, the derived answer or why it is false, and
    the parts of the model that it names itself or remembers.
    """

    id: str
    sentence: str
    verdicts: tuple[tuple[str, str], ...]
    answer: str
    named: frozenset[Function]
    remembered: frozenset[Function]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph by its name, what is assumed for it, and its claims."""

    name: str
    assumptions: tuple[str, ...]
    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True)
class Map:
    """Paragraphs, the claims beyond them, the paragraphs of which nothing is claimed, and what the
    assumptions say.
    """

    paragraphs: tuple[Paragraph, ...]
    beyond: Paragraph
    silent: tuple[str, ...]
    assumed: tuple[tuple[str, str], ...]
    source: str


def claim_rows(
    transitions: TransitionSystem,
    claims: Iterable[Claim],
    verdicts: Mapping[tuple[str, str | None], str],
    derived: Mapping[str, str],
) -> dict[str, ClaimRow]:
    """Every claim by its id, with the parts of the model that its terms are made of.

    ``derived`` are the answers to claims that ask for one.
    """
    rows: dict[str, ClaimRow] = {}
    by_claim: dict[str, list[tuple[str, str]]] = {}
    bodies: dict[str, Claim] = {}
    for claim in claims:
        reading = claim.variant.name
        by_claim.setdefault(claim.id, []).append((reading, verdicts[claim.id, reading or None]))
        bodies[claim.id] = claim
    remembers = _histories(transitions)
    for id_, claim in bodies.items():
        named, histories = _functions(transitions, claim)
        through = frozenset().union(*(remembers[name] for name in histories)) - named
        answer = derived.get(id_) or why(claim)
        rows[id_] = ClaimRow(id_, claim.text, tuple(by_claim[id_]), answer, named, through)
    return rows


def why(claim: Claim) -> str:
    """Why a claim is false, in the words of its author; empty where it is true."""
    paragraphs = (claim.body.__doc__ or "").split("\n\n")[1:2]
    words = " ".join(" ".join(paragraphs).split())
    return re.split(r"(?<=[.])\s", words)[0] if claim.expected == "REFUTED" else ""


def _functions(transitions: TransitionSystem, claim: Claim) -> tuple[frozenset[Function], set[str]]:
    if not claim.variables:
        return frozenset(), set()
    if claim.kind is Kind.EVENTUALLY:
        claimed = eventuality(transitions, claim, claim.fairness)
        terms: tuple[z3.ExprRef, ...] = (
            claimed.premise,
            claimed.goal_holds,
            claimed.goal,
            *claimed.never,
            *claimed.finitely,
        )
    else:
        formula = claim_property(transitions, claim)
        terms = (formula.antecedent, formula.holds)
    keys = transitions.relevance.mentioned(terms)
    histories = {key.name for key in keys if key.slot == HISTORY}
    return frozenset(key for key in keys if key.slot != HISTORY), histories


def _histories(transitions: TransitionSystem) -> dict[str, frozenset[Function]]:
    """The functions that each history reads, also by way of other histories."""
    reads: dict[str, set[Function]] = {item.name: set() for item in transitions.histories}
    for command in transitions.commands:
        for key, update in command.updates.items():
            if key.slot == HISTORY:
                reads[key.name] |= transitions.relevance.mentioned([update.value])
    for key, update in transitions.initial.items():
        if key.slot == HISTORY:
            reads[key.name] |= transitions.relevance.mentioned([update.value])
    for _ in reads:
        for keys in reads.values():
            keys.update(*(reads[key.name] for key in list(keys) if key.slot == HISTORY))
    return {
        name: frozenset(key for key in keys if key.slot != HISTORY) for name, keys in reads.items()
    }


# -- the picture --------------------------------------------------------------------------------

_PARAGRAPH, _SENTENCE, _FOUND = 150.0, 560.0, 230.0
_LINE, _AIR = BODY * text.LEADING, 12.0

MEANINGS = {
    "PROVED": "true: proved for any number of servers, mailboxes and attachments",
    "REFUTED": "false: a run shows it",
    "REACHED": "it can happen: a run shows it",
    "DERIVED": "found by the solver",
    "UNDETERMINED": "neither proved nor refuted",
}
"""The meaning of each verdict for a reader of the article."""

READINGS = {"per_request": "if A2 is per request", "sticky": "if A2 is sticky"}
"""The words for the readings of an assumption."""


def picture(article_map: Map) -> Scene:
    """The picture: a row for each sentence."""
    rows = [row for paragraph in article_map.paragraphs for row in paragraph.claims]
    verdicts = {verdict for row in rows for _, verdict in row.verdicts}
    items, height = _items(article_map)
    frame = Frame(
        "What the article says, and what was found",
        "",
        (f"{len({row.id for row in rows})} sentences that its paragraphs come to, made precise.",),
        (
            *(
                Key(f"{verdict}: {MEANINGS[verdict]}", mark=sign, role=role)
                for verdict, (sign, role) in SIGNS.items()
                if verdict in verdicts
            ),
            *(Key(f"{name}: {words}") for name, words in article_map.assumed),
            Key(f"nothing is claimed of: {', '.join(article_map.silent)}"),
            Key(
                f"{len(article_map.beyond.claims)} more claims are beyond the article: "
                "python -m proofs --list"
            ),
        ),
        article_map.source,
    )
    size = (_PARAGRAPH + _SENTENCE + _FOUND, height)
    return framed(frame, items, size, description(article_map))


def description(article_map: Map) -> str:
    """The picture in words."""
    return " ".join(
        f"{paragraph.name}: {row.sentence} {'; '.join(_found(row))}. {row.answer}".strip()
        for paragraph in article_map.paragraphs
        for row in paragraph.claims
    )


def _found(row: ClaimRow) -> list[str]:
    """The verdicts on a claim, each with the reading that it is of."""
    alone = len(row.verdicts) == 1
    return [
        verdict if alone and not reading else f"{verdict} {READINGS.get(reading, reading)}"
        for reading, verdict in row.verdicts
    ]


def _items(article_map: Map) -> tuple[tuple[Item, ...], float]:
    heads = (0, "paragraph"), (_PARAGRAPH, "what it says"), (_PARAGRAPH + _SENTENCE, "found")
    items: list[Item] = [label(x, BODY, head, "muted", SMALL) for x, head in heads]
    y = BODY + 12
    for paragraph in article_map.paragraphs:
        items.append(rule(((0, y), (_PARAGRAPH + _SENTENCE + _FOUND, y))))
        items.append(label(0, y + _AIR + BODY, paragraph.name, "ink", BODY, bold=True))
        if paragraph.assumptions:
            assumed = f"assumes {', '.join(paragraph.assumptions)}"
            items.append(label(0, y + _AIR + BODY + _LINE, assumed, "muted", SMALL))
        least = y + 2 * _AIR + 2 * _LINE
        for number, row in enumerate(paragraph.claims):
            group, height = _row(row, f"{paragraph.name}-{row.id}", y, number)
            items.append(group)
            y += height
        y = max(y, least)
    return tuple(items), y


def _row(row: ClaimRow, id_: str, y: float, number: int) -> tuple[Group, float]:
    """A claim's row, and its height."""
    said = [(line, "ink", BODY) for line in text.wrapped(row.sentence, BODY, _SENTENCE - 30)]
    ink = SIGNS[row.verdicts[0][1]][1]
    said += [(line, ink, SMALL) for line in text.wrapped(row.answer, SMALL, _SENTENCE - 30)]
    said += [(row.id, "muted", SMALL)]
    height = max(len(said), len(row.verdicts)) * _LINE + _AIR + 4
    items: list[Item] = []
    if number % 2 == 0:
        width = _SENTENCE + _FOUND
        items.append(Box(_PARAGRAPH - 10, y + 1, width + 10, height - 1, "stripe"))
    for place, (line, role, size) in enumerate(said):
        at = y + _AIR + BODY + place * _LINE
        items.append(label(_PARAGRAPH, at, line, role, size))
    for place, ((_, verdict), words) in enumerate(zip(row.verdicts, _found(row), strict=True)):
        sign, role = SIGNS[verdict]
        x, at = _PARAGRAPH + _SENTENCE, y + _AIR + BODY + place * _LINE
        items += mark(sign, x + 7, at - BODY * 0.35, 14, role)
        items.append(label(x + 20, at, verdict, role, BODY, bold=True))
        end = x + 26 + text.width(verdict, BODY, bold=True)
        items.append(label(end, at, words.removeprefix(verdict), "muted", SMALL))
    title = f"{row.id}: {', '.join(_found(row))}"
    return Group(f"claim-{id_}", ("claim",), tuple(items), title), height

"""The article's paragraphs, the claims made of them, and the model's parts that claims speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """A claim: its verdicts by reading, and the parts that it names itself or remembers."""

    id: str
    verdicts: tuple[tuple[str, str], ...]
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
    """Paragraphs, the columns (machine, parts), the paragraphs of which nothing is claimed, and
    what the assumptions say.
    """

    paragraphs: tuple[Paragraph, ...]
    machines: tuple[tuple[str, tuple[Function, ...]], ...]
    silent: tuple[str, ...]
    assumed: tuple[tuple[str, str], ...]
    source: str


def claim_rows(transitions: TransitionSystem, claims: Iterable[Claim],
               verdicts: Mapping[tuple[str, str | None], str]) -> dict[str, ClaimRow]:  # fmt: skip
    """Every claim by its id, with the parts of the model that its terms are made of."""
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
        rows[id_] = ClaimRow(id_, tuple(by_claim[id_]), named, through)
    return rows


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

_ROW, _HEAD = 25.0, 62.0
_PARAGRAPH, _CLAIM = 140.0, 240.0


def picture(article_map: Map) -> Scene:
    """The picture: a row for each claim, a column for each part."""
    drawing = _Drawing(article_map)
    rows = [row for paragraph in article_map.paragraphs for row in paragraph.claims]
    claims = {row.id for row in rows}
    verdicts = {verdict for row in rows for _, verdict in row.verdicts}
    frame = Frame(
        "From the article to the model",
        "",
        (f"{len(claims)} claims, their paragraphs, and the parts of the model they name.",),
        (
            *(
                Key(f"{verdict}", mark=SIGNS[verdict][0], role=SIGNS[verdict][1])
                for verdict in SIGNS
                if verdict in verdicts
            ),
            Key("a claim names it", mark="dot", role="composite"),
            Key("a claim remembers it", mark="ring"),
            Key("two signs: A2 read per request, then sticky"),
            *(Key(f"{name}: {words}") for name, words in article_map.assumed),
            Key(f"nothing is claimed of: {', '.join(article_map.silent)}"),
        ),
        article_map.source,
    )
    return framed(frame, tuple(drawing.items()), drawing.size, description(article_map))


def description(article_map: Map) -> str:
    """The map in words."""
    words = []
    for paragraph in article_map.paragraphs:
        for row in paragraph.claims:
            verdicts = ", ".join(f"{v} {r}".strip() for r, v in row.verdicts)
            parts = ", ".join(sorted(map(str, row.named | row.remembered)))
            words.append(f"{paragraph.name}: {row.id} ({verdicts}) speaks of {parts or 'nothing'}.")
    return " ".join(words)


class _Drawing:
    def __init__(self, article_map: Map) -> None:
        self.article_map = article_map
        self.columns: dict[Function, float] = {}
        self.bounds: list[tuple[str, float, float]] = []
        x = _PARAGRAPH + _CLAIM + 10
        for machine, functions in article_map.machines:
            start = x
            room = max(46.0, (text.width(machine, SMALL, bold=True) + 10) / len(functions))
            for function in functions:
                own = max(room, text.width(function.name, SMALL) + 10)
                self.columns[function] = x + own / 2
                x += own
            self.bounds.append((machine, start, x))
            x += 8
        rows = sum(len(p.claims) for p in article_map.paragraphs)
        self.size = (x, _HEAD + rows * _ROW + 6 * len(article_map.paragraphs))

    def items(self) -> Iterator[Item]:
        """Everything, from the back to the front."""
        yield label(0, _HEAD - 14, "paragraph", "muted", SMALL)
        yield label(_PARAGRAPH, _HEAD - 14, "claim", "muted", SMALL)
        for machine, start, end in self.bounds:
            middle = (start + end) / 2
            yield label(middle, 22, machine, "ink", SMALL, bold=True, anchor="middle")
        for function, x in self.columns.items():
            yield label(x, _HEAD - 14, function.name, "muted", SMALL, anchor="middle")
        y = _HEAD
        for paragraph in self.article_map.paragraphs:
            yield rule(((0, y), (self.size[0], y)))
            yield Group(
                f"paragraph-{paragraph.name}",
                ("paragraph",),
                tuple(self._paragraph(paragraph, y + 3)),
                paragraph.name,
            )
            y += len(paragraph.claims) * _ROW + 6
        for _, start, _ in self.bounds:
            yield rule(((start - 4, 8), (start - 4, self.size[1] - 4)))

    def _paragraph(self, paragraph: Paragraph, y: float) -> Iterator[Item]:
        yield label(0, y + 17, paragraph.name, "ink", BODY, bold=True)
        if paragraph.assumptions and len(paragraph.claims) > 1:
            words = f"assumes {', '.join(paragraph.assumptions)}"
            yield label(0, y + 17 + _ROW * 0.8, words, "muted", SMALL)
        elif paragraph.assumptions:
            words = ", ".join(paragraph.assumptions)
            yield label(text.width(paragraph.name, BODY, bold=True) + 8, y + 17, words,
                        "muted", SMALL)  # fmt: skip
        for number, row in enumerate(paragraph.claims):
            yield self._claim(row, y + number * _ROW, f"{paragraph.name}-{row.id}", number)

    def _claim(self, row: ClaimRow, y: float, id_: str, number: int) -> Group:
        middle = y + _ROW / 2
        x = _PARAGRAPH + 8.0
        items: list[Item] = []
        if number % 2 == 0:
            items.append(Box(_PARAGRAPH, y, self.size[0] - _PARAGRAPH, _ROW, "stripe"))
        for _, verdict in row.verdicts:
            sign, role = SIGNS[verdict]
            items += mark(sign, x, middle, 14, role)
            x += 18
        at = _PARAGRAPH + 38
        limit = _CLAIM - 40
        size = min(BODY, BODY * limit / text.width(row.id, BODY))
        items.append(label(at, middle + 5, row.id, "ink", size))
        for function, column in self.columns.items():
            if function in row.named:
                items += mark("dot", column, middle, 17, "composite")
            elif function in row.remembered:
                items += mark("ring", column, middle, 15, "muted")
        if not row.named | row.remembered:
            at = min(self.columns.values()) - 16
            items.append(label(at, middle + 4.5, "only how a run begins", "muted", SMALL))
        words = ", ".join(f"{v} {r}".strip() for r, v in row.verdicts)
        return Group(f"claim-{id_}", ("claim",), tuple(items), f"{row.id}: {words}")

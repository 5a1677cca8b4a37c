"""The composition as a picture: a row for each action, a column for each machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.cards import Card, Row, stacked
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Circle, Group, Item, Scene, Shape, label, rule
from statecheck.drawing.canvas.style import BODY, NAME, SMALL
from statecheck.drawing.pictures.joint import Joint, Sent
from statecheck.modeling import SystemInfo

ROW = 58.0
"""Height of a row."""

_PAD = 12.0


def picture(info: SystemInfo, joints: Sequence[Joint], source: str) -> Scene:
    """The picture of a system's actions."""
    drawing = _Drawing(info, joints)
    frame = Frame(
        _title(info),
        "",
        (_counts(joints),),
        (
            Key("steps alone", box="state"),
            Key("steps together with the others of its row", box="shared", mark="bar",
                role="shared"),
            Key("looked at, does not step", mark="ring"),
        ),
        source,
    )  # fmt: skip
    return framed(frame, tuple(drawing.items()), drawing.size, description(info, joints))


def narrow(info: SystemInfo, joints: Sequence[Joint], source: str) -> Scene:
    """The same for a narrow page: a card for each action."""
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    cards = []
    for joint in joints:
        together = len(joint.moved) > 1
        rows = [
            Row(
                f"{names[pair]}: {_events(sent)}, {whose(sent[0])}", "shared" if together else "ink"
            )
            for pair in joint.moved
            for sent in ([s for s in joint.sent if (s.entity, s.slot) == pair],)
        ]
        looked = ", ".join(names[pair] for pair in joint.looked_at)
        rows += [Row(looked, "muted", mark="ring")] if looked else []
        head = Row(f"{joint.action}{_call(joint)}", bold=True)
        id_ = f"action-{joint.action}"
        bar = len(joint.moved) if together else 0
        cards.append(Card(id_, "action", head, tuple(rows), joined=bar))
    keys = (
        Key("step together: each machine, its event, and whose it is", mark="bar", role="shared"),
        Key("looked at, does not step", mark="ring"),
    )
    frame = Frame(_title(info), "", (_counts(joints),), keys, source)
    return stacked(frame, cards, description(info, joints))


def _title(info: SystemInfo) -> str:
    return f"{info.cls.__name__}: what moves together"


def _counts(joints: Sequence[Joint]) -> str:
    many = sum(len(joint.moved) > 1 for joint in joints)
    return (
        f"{len(joints)} actions, each one atomic step. In {many} of them several machines step "
        "together; if one of them refuses its event, none steps."
    )


def _events(sent: Sequence[Sent]) -> str:
    return " or ".join(dict.fromkeys(s.event for s in sent))


def description(info: SystemInfo, joints: Sequence[Joint]) -> str:
    """The composition in words."""
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    words = []
    for joint in joints:
        sent = ", ".join(
            f"{s.event} to {names[s.entity, s.slot]} of {whose(s)}" for s in joint.sent
        )
        words.append(f"{joint.action} sends {sent}.")
    return " ".join(words)


def whose(sent: Sent) -> str:
    """The entity that an event goes to, in words."""
    kind = sent.entity.lower()
    if sent.each:
        return f"each {kind} {sent.relation or 'concerned'}"
    if not sent.whose or sent.whose.lower() == kind:
        return sent.whose or kind
    return f"its {kind}"


class _Drawing:
    """Where the columns are."""

    def __init__(self, info: SystemInfo, joints: Sequence[Joint]) -> None:
        self.info, self.joints = info, joints
        self.columns = [(e, m) for e in info.entities for m in e.machines]
        self.left = 16 + max(
            text.width(words, NAME, bold=True)
            for words in (*(joint.action for joint in joints), "action")
        )
        self.left = max(self.left, 16 + max(text.width(_call(j), SMALL) for j in joints)) + 20
        self.widths = [self._needed(e.name, m.slot, m.cls.__name__) for e, m in self.columns]
        self.top = 58.0
        self.size = (self.left + sum(self.widths), self.top + ROW * len(joints))

    def _needed(self, entity: str, slot: str, name: str) -> float:
        events = [self._box_width(s) for j in self.joints for s in j.sent
                  if (s.entity, s.slot) == (entity, slot)]  # fmt: skip
        return max(text.width(name, NAME, bold=True), *events, 100) + 36

    def _box_width(self, sent: Sent) -> float:
        event = text.width(sent.event, BODY, bold=True)
        return max(event, text.width(_short(sent), SMALL)) + 2 * _PAD

    def _middle(self, entity: str, slot: str) -> float:
        x = self.left
        for (kind, machine), width in zip(self.columns, self.widths, strict=True):
            if (kind.name, machine.slot) == (entity, slot):
                return x + width / 2
            x += width
        raise AssertionError(f"{entity}.{slot} is no machine")

    def items(self) -> Iterator[Item]:
        """Everything, from the back to the front."""
        bottom = self.top + ROW * len(self.joints)
        for number in range(0, len(self.joints), 2):
            yield Box(0, self.top + ROW * number, self.size[0], ROW, "stripe")
        yield label(12, 40, "action", "muted", BODY)
        for entity, machine in self.columns:
            x = self._middle(entity.name, machine.slot)
            name = machine.cls.__name__
            yield rule(((x, self.top), (x, bottom)))
            yield Group(
                f"machine-{name}",
                ("machine",),
                (
                    label(x, 22, name, "ink", NAME, bold=True, anchor="middle"),
                    label(x, 41, f"one per {entity.name}", "muted", SMALL, anchor="middle"),
                ),
                f"{name}, one per {entity.name}",
            )
        for number, joint in enumerate(self.joints):
            yield self._row(joint, self.top + ROW * (number + 0.5))

    def _row(self, joint: Joint, y: float) -> Group:
        together = len(joint.moved) > 1
        items: list[Item] = [
            label(12, y - 2, joint.action, "ink", NAME, bold=True),
            label(12, y + 15, _call(joint), "muted", SMALL),
        ]
        middles = sorted(self._middle(*pair) for pair in joint.moved)
        if together:
            line = ((middles[0], y), (middles[-1], y))
            items.append(
                Shape(line, stroke="shared", stroke_width=3, closed=False, kind="together")
            )
        for pair in joint.looked_at:
            x = self._middle(*pair)
            items += [Circle(x, y, 6.5, "page"), *mark("ring", x, y, 20, "muted")]
        for pair in joint.moved:
            sent = [s for s in joint.sent if (s.entity, s.slot) == pair]
            items += self._box(sent, self._middle(*pair), y, together)
        titles = f"{joint.action} moves {', '.join('.'.join(p) for p in joint.moved)}"
        return Group(f"action-{joint.action}", ("action",), tuple(items), titles)

    def _box(self, sent: Sequence[Sent], x: float, y: float, together: bool) -> Iterator[Item]:
        role = "shared" if together else "state"
        width = max(map(self._box_width, sent))
        events = _events(sent)
        yield Box(x - width / 2, y - 23, width, 46, f"{role}-fill", role, 11, 1.7)
        ink = "shared" if together else "ink"
        yield label(x, y - 3, events, ink, BODY, bold=True, anchor="middle")
        yield label(x, y + 14, _short(sent[0]), "muted", SMALL, anchor="middle")


def _short(sent: Sent) -> str:
    """The same where the column says which kind it is."""
    return f"each {sent.relation}" if sent.each and sent.relation else whose(sent)


def _call(joint: Joint) -> str:
    return f"({', '.join(joint.parameters)})"

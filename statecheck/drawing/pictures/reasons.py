"""The reasons of a proof in words: what steps do, what guards ask, what is looked at besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.drawing.machine import Machine
from statecheck.modeling import STATE

DOES, ASKS, LOOKS, HOLDS, WITHOUT = (
    "What steps do",
    "What guards ask",
    "What steps look at besides",
    "What holds in every reachable state",
    "What the proof does without",
)
"""The headings, in their order."""


@dataclass(frozen=True)
class Reason:
    """A line below a heading: what it is about, and the words."""

    heading: str
    about: str
    words: str


@dataclass(frozen=True)
class Owned:
    """A machine with the kind of entity that has it, the slot it is in there, and its fields."""

    machine: Machine
    entity: str
    slot: str
    fields: tuple[str, ...]


def reasons(
    parts: Sequence[Mapping[str, Any]],
    owned: Sequence[Owned],
    meanings: Mapping[str, str],
    clauses: Iterable[str],
    untouched: Iterable[str],
) -> Iterator[Reason]:
    """The reasons of a proof, from the parts of its core as a report has them.

    ``meanings`` are the sentences of functions by name, ``untouched`` the state and the fields that
    the proof does without, as ``entity.slot`` or ``entity.slot.field``.
    """
    yield from _does(parts, owned)
    guards = {
        name
        for own in owned
        for transition in own.machine.transitions
        for guard in transition.guards
        for condition in guard.conditions
        for name in condition.names
    }
    asked: dict[str, dict[str, None]] = {}
    looked: dict[str, dict[str, None]] = {}
    for part in (part for part in parts if part["kind"] == "guard"):
        names = [o["function"] for o in part["origins"] if o["function"] in guards]
        if names:
            asked.setdefault(names[0], {})[part["action"]] = None
        else:
            looked.setdefault(plain(part, owned), {})[part["action"]] = None
    for name, actions in asked.items():
        meaning = f"{meanings[name].rstrip('.')}. " if name in meanings else ""
        yield Reason(ASKS, name, f"{meaning}Asked in {listed(actions)}.")
    for words, actions in looked.items():
        yield Reason(LOOKS, "", f"{words[:1].upper()}{words[1:]}: in {listed(actions)}.")
    for clause in clauses:
        yield Reason(HOLDS, "", clause)
    if spared := list(_spared(owned, set(untouched))):
        yield Reason(WITHOUT, "", f"{listed(spared)}.")


def _does(parts: Iterable[Mapping[str, Any]], owned: Iterable[Owned]) -> Iterator[Reason]:
    """The effects by machine: where its state changes, and where its fields do."""
    for own in owned:
        changed: dict[str, dict[str, None]] = {}
        starts: list[str] = []
        for part in parts:
            written = part["function"]
            if written is None or (written["entity"], written["machine"]) != (own.entity, own.slot):
                continue
            if part["kind"] == "start":
                starts.append(" or ".join(written["values"]) or part["text"])
            elif part["kind"] == "effect":
                changed.setdefault(written["field"], {})[part["action"]] = None
        words = [
            f"{'its state changes' if field == STATE else f'{field} changes'} in {listed(actions)}"
            for field, actions in sorted(changed.items(), key=lambda item: item[0] != STATE)
        ]
        words += [f"it starts in {', '.join(starts)}"] if starts else []
        if words:
            yield Reason(DOES, own.machine.name, f"{'; '.join(words)}.")


def _spared(owned: Iterable[Owned], untouched: set[str]) -> Iterator[str]:
    """The parts that a proof does without: whole machines, or some of what they have."""
    for own in owned:
        base = f"{own.entity[:1].lower()}{own.entity[1:]}.{own.slot}"
        names = {base: "the state", **{f"{base}.{field}": field for field in own.fields}}
        spared = [words for name, words in names.items() if name in untouched]
        if len(spared) == len(names):
            yield f"all of {own.machine.name}"
        elif spared:
            yield f"{listed(spared)} of {own.machine.name}"


def listed(names: Iterable[str]) -> str:
    """Names with commas and a last "and"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


_PATH = r"[a-z_]\w*(?:\.\w+)*"
_SIGNS = {"=": "is", "!=": "is not", ">=": "is at least", "<=": "is at most"}


def plain(part: Mapping[str, Any], owned: Sequence[Owned]) -> str:
    """A condition in words where it is simple, else as it is written."""
    text = str(part["text"])
    kinds = [own.entity for own in owned]
    slots = {own.slot for own in owned if kinds.count(own.entity) == 1}
    if found := re.fullmatch(rf"({_PATH})\.{STATE} (=|!=) (\w+)", text):
        return f"{_whose(found[1], slots)} {_SIGNS[found[2]]} {found[3]}"
    if found := re.fullmatch(rf"({_PATH}) (=|!=|>=|<=) ({_PATH})", text):
        left, right = (_whose(path, slots) for path in (found[1], found[3]))
        return f"{left} {_SIGNS[found[2]]} {right}"
    if re.fullmatch(_PATH, text):
        path, _, field = text.rpartition(".")
        return f"{field} is true of {_whose(path, slots)}" if path else text
    return text


def _whose(path: str, slots: set[str]) -> str:
    """A path of references as who belongs to whom; an only machine goes without saying."""
    first, *rest = path.split(".")
    kept = [name for name in rest if name not in slots]
    return "the " + "'s ".join([first, *kept])

"""Blocks in a page of Markdown: where they stand, and which options and claims are in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from statecheck.explorer.documents import LISTS, DocumentError, words

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)")

_OPTION = re.compile(r":(?P<name>[\w-]+):[ \t]*(?P<value>.*)")

FLAGS = ("check", "explore", "no-diagram")
"""The options without a value."""

WORDS = ("caption", "run")
"""The options whose value is a text."""


@dataclass(frozen=True)
class Block:
    """A block: the number of its first line, from 1, what stands behind its name, and its lines."""

    line: int
    argument: str
    lines: tuple[str, ...]

    def options(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The options at the beginning of the block, and the lines after them.

        Raises DocumentError for one that does not exist, or that has no such value.
        """
        options: dict[str, Any] = {}
        for number, line in enumerate(self.lines):
            option = _OPTION.fullmatch(line.strip())
            if option is None:
                return options, self.lines[number:]
            options[option["name"]] = _value(option["name"], option["value"].strip())
        return options, ()


def _value(name: str, value: str) -> Any:
    if name in FLAGS:
        if value:
            raise DocumentError(f":{name}: has no value; {value!r} was given")
        return None
    if name not in (*WORDS, *LISTS, "timeout"):
        known = ", ".join(sorted((*FLAGS, *WORDS, *LISTS, "timeout")))
        raise DocumentError(f":{name}: is no option; those that exist are {known}")
    if not value:
        raise DocumentError(f":{name}: needs a value")
    if name in LISTS:
        return words(value)
    if name == "timeout":
        if not re.fullmatch("[0-9]+", value):
            raise DocumentError(f":timeout: {value}: write it as whole seconds")
        return int(value)
    return value


def replaced(markdown: str, made: Callable[[Block], str]) -> str:
    """A page with something else in the place of each block.

    What is only shown, inside of another block of code, stays. A block that has no end goes on to
    the end of the page, as any other block of code does.
    """
    return "".join(_replaced(markdown.splitlines(keepends=True), made))


def _replaced(lines: list[str], made: Callable[[Block], str]) -> Iterator[str]:
    number = 0
    while number < len(lines):
        opening = _FENCE.fullmatch(lines[number].rstrip())
        if opening is None:
            yield lines[number]
            number += 1
            continue
        end = number + 1
        while end < len(lines) and not _closes(lines[end], opening["fence"]):
            end += 1
        name, _, argument = opening["info"].partition(" ")
        if name == "statecheck":
            inside = tuple(line.strip() for line in lines[number + 1 : end])
            block = Block(number + 1, argument.strip(), inside)
            yield f"\n{opening['indent']}{made(block)}\n\n"
        else:
            yield from lines[number : end + 1]
        number = end + 1


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and set(bare) == {fence[0]}

"""SMT-LIB texts as trees, and when two of them say the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(r";[^\n]*|\(|\)|\|[^|]*\||[^\s()|;]+")

Tree = Any
"""A symbol or literal, as a string, or the trees between two parentheses, as a tuple."""


def read(text: str) -> list[Tree]:
    """The commands of a text, comments left out. Raises ValueError where parentheses do not match,
    or something stands outside of every command.
    """
    stack: list[list[Tree]] = [[]]
    for token in _TOKEN.findall(text):
        if token == "(":  # noqa: S105  (a parenthesis)
            stack.append([])
        elif token == ")":  # noqa: S105
            if len(stack) == 1:
                raise ValueError("parentheses do not match")
            done = tuple(stack.pop())
            stack[-1].append(done)
        elif not token.startswith(";"):
            stack[-1].append(token)
    if len(stack) > 1:
        raise ValueError("parentheses do not match")
    outside = [item for item in stack[0] if isinstance(item, str)]
    if outside:
        raise ValueError(f"{outside[0]!r} stands outside of every command")
    return stack[0]


def sections(text: str) -> list[tuple[str, str]]:
    """A text cut at its ``; == name`` lines; what comes before the first has the name ``""``."""
    parts = re.split(r"^; == (.*)\n", text, flags=re.MULTILINE)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def comments(text: str) -> list[str]:
    """The lines of a text that are comments."""
    return [line[2:] for line in text.splitlines() if line.startswith("; ")]


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def marked(symbol: str, mark: str) -> str:
    """The symbol of a function of another state: ``f!2`` is ``f`` after two steps."""
    return f"{symbol[:-1]}{mark}|" if symbol.startswith("|") else f"{symbol}{mark}"


def replaced(tree: Tree, symbols: Mapping[str, Tree]) -> Tree:
    """A tree with other trees in place of symbols."""
    if isinstance(tree, str):
        return symbols.get(tree, tree)
    return tuple(replaced(part, symbols) for part in tree)


def normal(tree: Tree) -> Tree:
    """A tree in which the order of conjuncts, disjuncts, summands and the sides of an equation does
    not matter.
    """
    if isinstance(tree, str):
        return tree
    parts = [normal(part) for part in tree]
    head = parts[0] if parts else ""
    if head in ("and", "or"):
        inner: list[Tree] = []
        for part in parts[1:]:
            inner += part[1:] if isinstance(part, tuple) and part[0] == head else (part,)
        return (head, *sorted(inner, key=repr))
    if head in ("=", "distinct", "+"):
        return (head, *sorted(parts[1:], key=repr))
    return tuple(parts)

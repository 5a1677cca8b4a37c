"""SMT-LIB texts as trees, and when two of them say the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(r"\s*(;[^\n]*|\(|\)|\|[^|\\\n]*\||[^\s()|;\"\\]+)")

DEPTH = 600
"""No text is nested deeper than this."""

RESERVED = frozenset(
    ("action", "claim", "enabled", "goal", "here", "premise", "range", "reading", "violated", "x")
) | {"trap"}
"""Symbols that a certificate has a use for; a claim's variable of the name has a dot behind it."""

_SIMPLE = re.compile(r"[A-Za-z~!$%^&*_+=<>?/-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*")

Tree = Any
"""A symbol or literal, as a string, or the trees between two parentheses, as a tuple."""


class TooDeep(Exception):  # noqa: N818  (it is refused, not wrong)
    """A text that is nested deeper than any certificate is."""


def read(text: str) -> list[Tree]:
    """The commands of a text, comments left out, which have lines of their own. Raises ValueError
    where parentheses do not match, something stands outside of every command, or a character is
    none that a certificate has.
    """
    return [*_read(text)]


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[Tree, ...]:
    """The commands of a text; kept, for the obligations of a claim share most of theirs."""
    check_characters(text)
    stack: list[list[Tree]] = [[]]
    place = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if start != place:
            break
        place, token = end, match[1]
        if token == "(":  # noqa: S105  (a parenthesis)
            stack.append([])
            if len(stack) > DEPTH:
                raise TooDeep
        elif token == ")":  # noqa: S105
            if len(stack) == 1:
                raise ValueError("parentheses do not match")
            done = tuple(stack.pop())
            stack[-1].append(done)
        elif token.startswith(";"):
            if match.start(1) and text[match.start(1) - 1] != "\n":
                raise ValueError(f"{token[:40]!r} stands beside a command, and not in its own line")
        else:
            stack[-1].append(token)
    if rest := text[place:].lstrip():
        raise ValueError(f"{rest[:20]!r} is no symbol")
    if len(stack) > 1:
        raise ValueError("parentheses do not match")
    outside = [item for item in stack[0] if isinstance(item, str)]
    if outside:
        raise ValueError(f"{outside[0]!r} stands outside of every command")
    return tuple(stack[0])


def check_characters(text: str) -> None:
    """Raise ValueError for a text with a control character: readers would part lines at it, or
    a terminal would obey it.
    """
    if not text.replace("\n", "").isprintable():
        strange = next(c for c in text if c != "\n" and not c.isprintable())
        raise ValueError(f"it has the character {strange!r}")


def sections(text: str) -> list[tuple[str, str]]:
    """A text cut at its ``; == name`` lines; what comes before the first has the name ``""``."""
    parts = re.split(r"^; == (.*)\n", text, flags=re.MULTILINE)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def comments(text: str) -> list[str]:
    """The lines of a text that are comments."""
    return [line[2:] for line in text.splitlines() if line.startswith("; ")]


def text_of(trees: Sequence[Tree]) -> str:
    """The text of some commands, comments left out."""
    return "\n".join(map(_text, trees))


def _text(tree: Tree) -> str:
    return tree if isinstance(tree, str) else f"({' '.join(map(_text, tree))})"


_CORE = ("true", "false", "and", "or", "not", "=>", "ite", "=", "distinct")
_NUMBERS = ("<=", "<", ">=", ">", "+", "-", "*", "div", "mod")
OPERATORS = frozenset((*_CORE, *_NUMBERS))


def free_symbols(tree: Tree, bound: frozenset[str] = frozenset()) -> set[str]:
    """The symbols of a formula that neither it nor the language gives a meaning to."""
    if isinstance(tree, str):
        return set() if tree in bound or tree in OPERATORS or is_number(tree) else {tree}
    if tree and tree[0] in ("forall", "exists"):
        _, variables, body = tree
        return free_symbols(body, bound | {name for name, _ in variables})
    return {symbol for part in tree for symbol in free_symbols(part, bound)}


def quoted(name: str) -> str:
    """A symbol of SMT-LIB; of the model's names only those need quotes that are no simple ones."""
    simple = _SIMPLE.fullmatch(name) is not None
    return name if simple else f"|{name}|"


def is_symbol(text: str) -> bool:
    """Tell whether a text is one symbol."""
    return text.isprintable() and (match := _TOKEN.fullmatch(text)) is not None and bool(match[1])


def is_number(text: str) -> bool:
    """Tell whether a text is the numeral of a number: of each there is one."""
    return text.isascii() and text.isdecimal() and str(int(text)) == text


def number_of(tree: Tree) -> int:
    """The number of a numeral, or of one with a sign. Raises ValueError for any other tree."""
    match tree:
        case str() if is_number(tree):
            return int(tree)
        case ("-", str() as digits) if is_number(digits) and digits != "0":
            return -int(digits)
    raise ValueError(f"{tree} is no number")


def variable(name: str) -> str:
    """The symbol of a claim's variable; entities and named numbers may have names with digits."""
    return quoted(f"{name}." if name in RESERVED or name[-1:].isdigit() else name)


def plain(symbol: str) -> str:
    """The name that a symbol is of."""
    return symbol.strip("|")


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def argument_names(count: int) -> list[str]:
    """The symbols of the arguments of a clause or an axiom: ``x``, ``x-2`` and so on."""
    return ["x", *(f"x-{number}" for number in range(2, count + 1))][:count]


def unmarked(symbol: str) -> str:
    """The symbol of a function, for that of the function after a step."""
    return f"{symbol[:-3]}|" if symbol.endswith("!1|") else symbol.removesuffix("!1")


def marked(symbol: str, mark: str) -> str:
    """The symbol of a function of another state: ``f!2`` is ``f`` after two steps."""
    return f"{symbol[:-1]}{mark}|" if symbol.startswith("|") else f"{symbol}{mark}"


def replaced(tree: Tree, symbols: Mapping[str, Tree]) -> Tree:
    """A tree with other trees in place of symbols."""
    if isinstance(tree, str):
        return symbols.get(tree, tree)
    return tuple(replaced(part, symbols) for part in tree)


def emptied(tree: Tree, sorts: Collection[str]) -> Tree:
    """A tree as it is where there is nothing of some sorts, which no solver supposes: what is said
    of all of them is true, and that there is one is false.
    """
    match tree:
        case str():
            return tree
        case ("forall" | "exists" as head, binding, body):
            if any(pair[1] in sorts for pair in binding):
                return "true" if head == "forall" else "false"
            return (head, binding, emptied(body, sorts))
    return tuple(emptied(part, sorts) for part in tree)


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

"""ivybench's files as mypyvy reads them today.

They say ``old(f(x))`` for the state before a step, and ``f(x)`` for the one after it; mypyvy
now says ``f(x)`` for the former and ``new(f(x))`` for the latter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_TOKEN = re.compile(r"#[^\n]*|\s+|[A-Za-z_][\w']*|.", re.DOTALL)
_DECLARATIONS = (
    *("sort", "mutable", "immutable", "init", "axiom", "definition", "transition"),
    *("invariant", "safety", "theorem", "sat", "unsat"),
)
_MUTABLE = re.compile(r"\bmutable\s+(?:relation|constant|function)\s+(\w+)")
_LABEL = re.compile(r"^(safety|invariant)\s*\[(\w+)\]", re.MULTILINE)


def modernised(text: str) -> str:
    """A file that says ``old`` as one that says ``new``."""
    text = _LABEL.sub(r"\1 [\2_label]", text)  # a label may no longer be a relation's name
    mutable = frozenset(_MUTABLE.findall(text))
    tokens = _TOKEN.findall(text)
    starts = [0, *(n for n, token in enumerate(tokens) if token in _DECLARATIONS)]
    parts = [tokens[a:b] for a, b in zip(starts, [*starts[1:], len(tokens)], strict=True) if a < b]
    return "".join(token for part in parts for token in _declaration(part, mutable))


def _declaration(tokens: Sequence[str], mutable: Collection[str]) -> list[str]:
    """A declaration; one about a step has its body rewritten."""
    if tokens[0] == "transition" or (tokens[0] == "definition" and "old" in tokens):
        body = _body(tokens, mutable)
        return [*tokens[:body], *_rewritten(tokens[body:], mutable)]
    return list(tokens)


def _body(tokens: Sequence[str], mutable: Collection[str]) -> int:
    """Where the formula of a declaration begins: after the names that it modifies."""
    if "modifies" not in tokens:
        return _closed(tokens, tokens.index("(")) if "(" in tokens else len(tokens)
    here, named = tokens.index("modifies") + 1, False
    while here < len(tokens):
        word = tokens[here]
        if word in mutable and not named:
            named = True
        elif word == "," and named:
            named = False
        elif not word.isspace() and not word.startswith("#"):
            break
        here += 1
    return here


def _rewritten(tokens: Sequence[str], mutable: Collection[str]) -> list[str]:
    made: list[str] = []
    here = 0
    while here < len(tokens):
        word, following = tokens[here], here + 1
        if word == "old":
            end = _closed(tokens, tokens.index("(", here))
            made += tokens[following:end]
        elif word in mutable:
            called = following < len(tokens) and tokens[following] == "("
            end = _closed(tokens, following) if called else following
            made += ["new(", *tokens[here:end], ")"]
        else:
            end = following
            made.append(word)
        here = end
    return made


def _closed(tokens: Sequence[str], opened: int) -> int:
    """The place after the bracket that closes one."""
    depth = 0
    for place in range(opened, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place], 0)
        if depth == 0:
            return place + 1
    raise ValueError("a bracket is not closed")

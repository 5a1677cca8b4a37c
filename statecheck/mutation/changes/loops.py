"""Wider, narrower and other loops over entities."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from statecheck.mutation.changes.edits import Edit, Text
from statecheck.mutation.changes.entity_scope import Scope


def loop_edits(text: Text, scope: Scope, loop: ast.For) -> Iterator[Edit]:
    """The loop over the entities of one of another kind, and over some of those of its own."""
    match loop:
        case ast.For(
            target=ast.Name(id=each), iter=ast.Attribute(value=owner, attr=plural) as some
        ):
            kind = scope.kinds.plurals.get(plural)
            if kind is not None:
                for holder in scope.other_holders(owner, plural):
                    other = f"{holder}.{plural}"
                    yield Edit.replace(text, some, "loop-of", other, other)
                yield from _narrower(text, loop, each, plural, scope.kinds.conditions[kind])


def _narrower(
    text: Text, loop: ast.For, each: str, plural: str, conditions: tuple[str, ...]
) -> Iterator[Edit]:
    """The body passes by the entities of which a condition holds; or, of a field, does not."""
    first, last = loop.body[0], loop.body[-1]
    if first.lineno == loop.lineno:
        return
    start, end = text.span(first)[0], text.span(last)[1]
    body = text.between(start, end).replace("\n", "\n    ")
    indent = " " * (first.col_offset + 4)
    for condition in conditions:
        is_state = condition.endswith(".is_active")
        word = condition.removesuffix(".is_active").rpartition(".")[2]
        for sign in ("not ",) if is_state else ("not ", ""):
            guard = f"if {sign}{each}.{condition}:"
            detail = f"{plural}.{'not-' if sign else ''}{word}"
            yield Edit(
                start,
                end,
                f"{guard}\n{indent}{body}",
                "narrow",
                detail,
                f"for {each} in {text.of(loop.iter)}",
                f"for {each} in {text.of(loop.iter)}: {guard}",
                text.span(loop)[0],
            )

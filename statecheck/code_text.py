"""The code of functions: its parts, its source text and its syntax trees."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Iterator
from types import CodeType, FunctionType


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Some code, and that of the functions and classes inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def tree_of(function: FunctionType) -> tuple[ast.Module, int] | None:
    """A function's own syntax tree, not that of what it wraps, and the number of its first line;
    None where its source is not there.
    """
    try:
        lines, first = _lines_of(function)
        return ast.parse(textwrap.dedent("".join(lines))), first
    except (OSError, SyntaxError):
        return None


def _lines_of(function: FunctionType) -> tuple[list[str], int]:
    """The lines of a function's source, and the number of the first.

    ``inspect.getsourcelines`` would ask all modules of the process for their files, which takes
    longer than all else. Raises OSError where there is no source.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not 0 < code.co_firstlineno <= len(lines):
        raise OSError(f"the source of {function.__qualname__} is not there")
    return inspect.getblock(lines[code.co_firstlineno - 1 :]), code.co_firstlineno

"""The syntax trees of functions."""

from __future__ import annotations

import ast
import dis
import types

from statecheck import code_text


def tree_of(function: types.FunctionType) -> ast.AST | None:
    """A function's syntax tree; None where its source is not there. Of one that wraps another it is
    its own.
    """
    found = code_text.tree_of(function)
    return None if found is None else found[0]


def parents_of(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """The node above each node of a tree."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def uses_variable(function: types.FunctionType, name: str) -> bool:
    """Tell whether a function, or one inside of it, reads one of its variables."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        for instruction in dis.get_instructions(code):
            argument = instruction.argval
            loads = instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE"))
            if loads and (argument == name or (isinstance(argument, tuple) and name in argument)):
                return True
    return False

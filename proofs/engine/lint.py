"""Code that would be silently wrong with symbolic values, found in its source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

from model.kernel import ModelError, SystemInfo


def check_identity(info: SystemInfo) -> None:
    """Refuse ``is`` between values: Python never asks a symbolic value what it is identical to.

    Raises ModelError with the line. ``is None`` is allowed, for no value of a system is None.
    """
    machines = [machine.cls for entity in info.entities for machine in entity.machines]
    for cls in (info.cls, *(entity.cls for entity in info.entities), *machines):
        for line, text in _identities(cls):
            file = Path(inspect.getsourcefile(cls) or "?").name
            raise ModelError(f"{file}:{line}: `{text}` compares by identity; write == or !=")


def _identities(cls: type) -> Iterator[tuple[int, str]]:
    try:
        lines, first = inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return
    for node in ast.walk(ast.parse(textwrap.dedent("".join(lines)))):
        if isinstance(node, ast.Compare):
            for operator, operand in zip(node.ops, node.comparators, strict=True):
                none = isinstance(operand, ast.Constant) and operand.value is None
                if isinstance(operator, ast.Is | ast.IsNot) and not none:
                    yield first + node.lineno - 1, ast.unparse(node)

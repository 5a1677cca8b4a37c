"""Loggers: what they are told has no effect, and nothing is decided by how they are set up.

Neither holds where a logger, or what it hands its records on to, is of the author's own making, or
where code asks a logger for its level or its handlers.
"""

from __future__ import annotations

import ast
import logging

from statecheck.single.reading.code import Summary
from statecheck.single.reading.formatting import SAYING
from statecheck.single.reading.purity import is_own_module
from statecheck.single.reading.source.holding import held
from statecheck.single.reading.source.naming import BY_TEXT
from statecheck.single.reading.source.trees import parents_of, tree_of
from statecheck.single.reading.specimen import Specimen

TELLING = SAYING - {"print", "echo", "secho"}
"""Methods of a logger that say something."""

_ASKED = frozenset(
    name for name in dir(logging.root) if name not in TELLING and name[:2] != "__"
) - {"name"}
"""What a logger has besides, such as its level."""

ASKS = (
    "how a program logs is set up outside of it; keep what matters in an attribute of the machine"
)
OWN = "what that does with it cannot be followed; take it away from the logger to have this checked"


def own_part(logger: logging.Logger, cls: type) -> str | None:
    """The class of what is told when a logger is told something, and is of the making of a class's
    author: of the logger itself, a handler, a filter or a formatter; None where nothing is.
    """
    level: logging.Logger | None = logger
    while level is not None:
        handlers = level.handlers
        parts = [level, *level.filters, *handlers, *(h.formatter for h in handlers)]
        parts += [own for handler in handlers for own in handler.filters]
        for part in parts:
            if part is not None and is_own_module(part.__module__, cls):
                return type(part).__name__
        level = level.parent if level.propagate else None
    return None


def why_logging_matters(specimen: Specimen, summary: Summary) -> tuple[str, str] | None:
    """How a function depends on how a program logs, and why that is refused; None if it does not.

    A logger that is found by its name may be any.
    """
    if asked := _asked_of_a_logger(specimen, summary):
        return f"asks a logger for {asked}", ASKS
    around = summary.function.__globals__
    taken = {what for name, what in summary.loads if around.get(name) is logging}
    if taken & {*TELLING, "getLogger", "root", None} or "logging" in summary.imports:
        known = logging.root.manager.loggerDict.values()
        for logger in (logging.root, *(one for one in known if isinstance(one, logging.Logger))):
            if part := own_part(logger, specimen.cls):
                return f"may log to {logger.name}, so to your {part}", OWN
    return None


def _asked_of_a_logger(specimen: Specimen, summary: Summary) -> str | None:
    """The expression by which a function asks a logger for something; None where it does not, or
    only to know whether to say something.
    """
    function = summary.function
    tree = tree_of(function) if (BY_TEXT | _ASKED) & summary.used else None
    if tree is None:
        asked = ((on, what) for on, what in summary.loads if what in _ASKED)
        space = function.__globals__
        loggers = (f"{on}.{w}" for on, w in asked if isinstance(space.get(on), logging.Logger))
        return next(loggers, None)
    parents = parents_of(tree)

    def is_logger(value: ast.expr) -> bool:
        match value:
            case ast.Call(func=ast.Name(id="getLogger") | ast.Attribute(attr="getLogger")):
                return True
            case ast.Name(id=name) if name in local:
                return True
        return isinstance(held(specimen, value, function), logging.Logger)

    local: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_logger(value):
                local.add(name)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if name in _ASKED and is_logger(value):
                if not _is_of_no_use(node, parents):
                    return ast.unparse(node)
            case ast.Call(func=ast.Name(id=name), args=[value, *_]):
                if name in BY_TEXT and is_logger(value):
                    return ast.unparse(node)
    return None


def _is_of_no_use(asked: ast.Attribute, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether an answer is dropped, or decides no more than whether something is said."""
    call = parents.get(asked)
    if not isinstance(call, ast.Call):
        return False
    match parents.get(call):
        case ast.Expr():
            return True
        case ast.If(test=test, body=body, orelse=[]) if test is call:
            return all(map(_says, body))
    return False


def _says(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name in TELLING
    return False

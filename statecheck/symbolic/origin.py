"""Origins: the lines of the model that terms come from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import statemachine


@dataclass(frozen=True, order=True)
class Origin:
    """A line of the model, and the function that it belongs to.

    Code of a generator expression belongs to the function around it.
    """

    file: str
    line: int
    function: str


_LIBRARY = (str(Path(str(statemachine.__file__)).parent), str(Path(__file__).parents[1]))


def is_library(file: str) -> bool:
    """Tell whether a file belongs to the libraries that run a model, and not to the model."""
    return file.startswith(_LIBRARY)


def origin() -> Origin:
    """The innermost line of the model that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return Origin(frame.f_code.co_filename, frame.f_lineno, _function(frame.f_code.co_qualname))


def _function(qualified: str) -> str:
    """The innermost function with a name of its own; ``<lambda>`` where there is none."""
    names = [scope.rpartition(".")[2] for scope in qualified.split(".<locals>.")]
    return next((name for name in reversed(names) if not name.startswith("<")), names[-1])

"""Origins: the lines of the model that terms come from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import statemachine


@dataclass(frozen=True, order=True)
class Origin:
    """A line of the model, and the function that it belongs to."""

    file: str
    line: int
    function: str


_LIBRARY = (str(Path(str(statemachine.__file__)).parent), str(Path(__file__).parents[1]))


def is_library(file: str) -> bool:
    """Whether a file belongs to the libraries that run a model, and not to the model."""
    return file.startswith(_LIBRARY)


def origin() -> Origin:
    """The innermost line of the model that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return Origin(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)

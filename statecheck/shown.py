"""Results that print themselves as reports do, and show themselves in notebooks."""

from __future__ import annotations

import importlib
from typing import Any


class Shown:
    """A value with a text for terminals and HTML for notebooks.

    Both are made by a package that stands far above, and is imported when something is shown.
    """

    def __str__(self) -> str:
        return str(_forms().text(self))

    def _repr_html_(self) -> str:
        """HTML by itself, readable in light and in dark notebooks."""
        return str(_forms().html(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Each form by its media type."""
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _forms() -> Any:
    return importlib.import_module("statecheck.interface.notebook")

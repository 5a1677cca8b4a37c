"""A picture: its name, what it shows, and every form that it can be had in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from statecheck.drawing.canvas.scene import Scene
from statecheck.drawing.tables import Table

TEXTS = {"dot": ".dot", "mermaid": ".mmd", "html-table": ".html", "md": ".md", "rst": ".rst"}
"""The forms that are text, and need no renderer."""

IMAGES = {"svg": ".svg", "png": ".png", "pdf": ".pdf"}
"""The forms that have a theme."""


@dataclass(frozen=True)
class Picture:
    """A picture. ``draw`` may raise ModelError and NoRenderer; forms it does not have are None.
    ``narrow`` draws it for a page as narrow as a telephone.

    ``heading`` is the part of the gallery that it stands in, ``about`` what it shows.
    """

    name: str
    heading: str
    about: str
    draw: Callable[[], Scene]
    dot: Callable[[], str] | None = None
    mermaid: Callable[[], str] | None = None
    table: Callable[[], Table] | None = None
    folded: bool = False
    narrow: Callable[[], Scene] | None = None

    @cached_property
    def scene(self) -> Scene:
        """The scene, in no theme; laid out once."""
        return self.draw()

    def has(self, form: str) -> bool:
        """True if it can be had in a form."""
        texts = {"dot": self.dot, "mermaid": self.mermaid}
        return form in IMAGES or texts.get(form, self.table) is not None

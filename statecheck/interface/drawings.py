"""Drawings of machines, for notebooks and for files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from statecheck.drawing import gallery
from statecheck.drawing.canvas.style import DARK, LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures import anything
from statecheck.interface.notebook import in_both_themes

if TYPE_CHECKING:
    from statemachine import StateChart


@dataclass(frozen=True)
class Drawing:
    """A picture of a machine, which shows itself in notebooks, light and dark.

    ``name`` is the machine's, ``about`` a sentence on it.
    """

    name: str
    about: str
    _picture: Picture = field(repr=False, compare=False)

    def svg(self, *, dark: bool = False) -> str:
        """The picture as an SVG document, on a light page or a dark one.

        Raises ModelError where no program can lay it out here.
        """
        return svg(self._picture.scene, DARK if dark else LIGHT, self.name)

    def mermaid(self) -> str:
        """The picture as the text of a Mermaid state diagram."""
        return gallery.text(self._picture, "mermaid")

    def dot(self) -> str:
        """The picture as a text for Graphviz."""
        return gallery.text(self._picture, "dot")

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return in_both_themes(self.name, self.svg(), self.svg(dark=True))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        forms = {"image/svg+xml": self._repr_svg_(), "text/html": self._repr_html_()}
        return {"text/plain": repr(self), **forms}


def draw(machine: type[StateChart[Any]] | StateChart[Any]) -> Drawing:
    """Draw a python-statemachine class, or the class of an instance.

    Raises ModelError for what is no state machine.
    """
    name = getattr(machine, "__name__", type(machine).__name__)
    picture = anything.picture(machine, name)
    return Drawing(picture.name, picture.about, picture)

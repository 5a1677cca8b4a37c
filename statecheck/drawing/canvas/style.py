"""The look of every picture, in one place: colours by what they mean, sizes, strokes."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

FONT = "Arial, 'Liberation Sans', Arimo, Helvetica, sans-serif"
"""Typefaces of the same widths first; in any other one texts are fitted."""

TITLE, HEADING, NAME, BODY, SMALL = 24.0, 16.0, 15.0, 13.5, 12.5
"""Sizes of text, in the picture's own units: pixels at full size."""

MARGIN = 30.0
"""Free space around a picture."""

WIDTH = 1040.0
"""Pictures aim to be no wider than this, so that they can be read at 900 pixels."""


NARROWEST = 720.0
"""No picture is narrower than this, without its margin."""


@dataclass(frozen=True)
class Theme:
    """Colours by role. Colour never carries a meaning alone."""

    name: str
    colours: MappingProxyType[str, str]


def _theme(name: str, **colours: str) -> Theme:
    return Theme(name, MappingProxyType({k.replace("_", "-"): v for k, v in colours.items()}))


LIGHT = _theme(
    "light",
    page="#ffffff",
    stripe="#f4f7f9",
    ink="#1b2733",
    muted="#52606d",
    line="#52606d",
    rule="#cfd8e0",
    state="#3d5166",
    state_fill="#f2f6fb",
    composite="#005f99",
    composite_fill="#e3f0fa",
    success="#00694e",
    success_fill="#e0f4ec",
    failure="#a53e00",
    failure_fill="#fdebe1",
    shared="#8a2f6d",
    shared_fill="#f9e9f3",
    reached="#443a9c",
    reached_fill="#ecebfa",
    upgrade="#553a00",
    upgrade_fill="#fbe7b2",
    window="#f5c542",
    faint="#63707d",
    faint_fill="#fafbfc",
)

DARK = _theme(
    "dark",
    page="#0d1117",
    stripe="#141a21",
    ink="#e9eef4",
    muted="#a7b4c1",
    line="#95a4b4",
    rule="#303a45",
    state="#95a4b4",
    state_fill="#1b232c",
    composite="#6cb9f2",
    composite_fill="#10293d",
    success="#46d0a2",
    success_fill="#0f2c24",
    failure="#ff9c63",
    failure_fill="#3b1a0c",
    shared="#ec9fd0",
    shared_fill="#331a2b",
    reached="#b5abff",
    reached_fill="#211e40",
    upgrade="#f2c54e",
    upgrade_fill="#33270a",
    window="#c28f14",
    faint="#8391a0",
    faint_fill="#12171d",
)

THEMES = (LIGHT, DARK)
"""Every theme."""

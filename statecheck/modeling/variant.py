"""Variants of a system: some of its constants fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Variant:
    """Constants of the system that are fixed, the name for that, and how reports say it."""

    name: str
    constants: tuple[tuple[str, Any], ...]
    phrase: str = ""


NO_VARIANT = Variant("", ())
"""Every constant of the system is left open."""

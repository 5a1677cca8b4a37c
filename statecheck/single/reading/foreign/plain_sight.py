"""Whatever a function's code shows by itself that hides state, or that chance decides."""

from __future__ import annotations

from collections.abc import Collection

from statecheck.repeatable import is_unordered
from statecheck.single.reading import purity
from statecheck.single.reading.code import Summary
from statecheck.single.reading.foreign.loggers import why_logging_matters
from statecheck.single.reading.source.orders import set_gone_through
from statecheck.single.reading.specimen import Specimen

_ORDER = "the order of a set nobody chooses; keep a list or a tuple, or go through sorted(...)"


def unordered(classes: Collection[type]) -> set[str]:
    """The names of the sets among what classes have, but for those whose order is known."""
    held = [pair for cls in classes for pair in vars(cls).items()]
    return {name for name, value in held if is_unordered(value)}


def hidden_by(
    summary: Summary, specimen: Specimen, sets: Collection[str], own: set[str], *, is_first: bool
) -> tuple[str, str] | None:
    """Something of that kind that a function does, and why it is refused; None for nothing.

    ``sets`` are the names of sets that classes have, ``own`` those of the machine's data;
    ``is_first`` says that it runs only while an instance is made.
    """
    if summary.global_writes:
        name = min(summary.global_writes)
        return f"writes the global {name}, which is no attribute", purity.REASON
    if summary.outer_writes:
        outer = min(summary.outer_writes)
        return f"writes {outer} of the function around it", purity.REASON
    if doors := purity.doors_of(summary) - own - (purity.WHILE_MADE if is_first else set()):
        return f"uses {min(doors)}", purity.why(min(doors))
    if found := set_gone_through(summary.function, sets):
        return f"goes through {found}", _ORDER
    return why_logging_matters(specimen, summary)

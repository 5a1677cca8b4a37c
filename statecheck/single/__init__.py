"""One python-statemachine class, run as it is: its claims are proved, or refuted by a run."""

from statecheck.single.check import check

__all__ = ["check"]

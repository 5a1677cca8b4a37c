"""One python-statemachine class, run as it is.

Comes in: a class, and claims about it as texts. Goes out: a `Report` of claims that were proved, or
refuted by a run that was played on a fresh instance.
"""

from statecheck.single.check import check

__all__ = ["check"]

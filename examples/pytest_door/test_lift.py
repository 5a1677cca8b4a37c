"""Each claim of the catalogue is a test: ``test_lift.py::test_lift::doors.shut``."""

from __future__ import annotations

from lift import CATALOGUE

test_lift = CATALOGUE

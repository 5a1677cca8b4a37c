"""How a test has pytest load the plugin, be it that statecheck is installed here or not."""

from __future__ import annotations

from importlib.metadata import entry_points

_INSTALLED = any(
    point.value == "statecheck.pytest_plugin" for point in entry_points(group="pytest11")
)

ARGUMENTS = () if _INSTALLED else ("-p", "statecheck.pytest_plugin")
"""What pytest's command line needs; a plugin that is installed must not be named again."""

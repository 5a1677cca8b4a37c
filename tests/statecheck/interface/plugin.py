"""How pytest's command line loads the plugin, whether or not statecheck is installed."""

from __future__ import annotations

ARGUMENTS = ("-p", "no:statecheck", "-p", "statecheck.pytest_plugin")
"""An installed plugin has the name of its entry point; this one is loaded in its place."""

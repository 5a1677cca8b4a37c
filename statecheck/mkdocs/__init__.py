"""Diagrams, verdicts, runs and explorers in documentation that MkDocs builds.

Comes in: a block of code that begins with ``statecheck MODULE:CLASS``, with ``statecheck`` among
the plugins of ``mkdocs.yml``. Goes out: HTML in its place, a style sheet, the explorers' files.
"""

from statecheck.mkdocs.plugin import StatecheckPlugin

__all__ = ["StatecheckPlugin"]

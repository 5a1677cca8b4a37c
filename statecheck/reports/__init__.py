"""Reports of a proof run in the forms that people and programs read.

Comes in: results. Goes out: text for a terminal, JSON, JUnit, SARIF, Markdown.
"""

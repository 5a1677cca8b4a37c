"""Pictures of machines, systems, runs and proofs.

Comes in: classes, joint actions, runs and state graphs. Goes out: SVG, PNG, PDF, DOT, Mermaid and
HTML tables, the same bytes each time.
"""

"""Scenes in no theme, their text and marks, and SVG.

Comes in: texts, boxes and curves with roles in place of colours. Goes out: SVG in a theme.
"""

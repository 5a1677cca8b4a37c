"""The solver: questions, time, interruption, and terms whatever they mean.

Comes in: terms. Goes out: answers, models, ground instances, values.
"""

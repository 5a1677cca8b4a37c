"""Names of a model's code beside the state: values, answers from outside, memory.

Comes in: functions and classes of a model. Goes out: what they name, and refusals of it.
"""

"""One class as it stands: its instance, its code, its data and its events.

Comes in: a python-statemachine class. Goes out: a `Specimen` that can be put into any state, the
events with their parameters, the inputs, and an `Inspection` that refuses hidden state.
"""

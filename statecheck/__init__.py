"""Prove or refute what is said of state machines written with python-statemachine."""

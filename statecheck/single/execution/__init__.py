"""The automaton of a class: what every event does in every control state.

Comes in: a specimen, its events and its inputs. Goes out: an `Automaton` whose edges have guards
and updates over symbolic values, where plain ones do not suffice.
"""

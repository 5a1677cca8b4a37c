"""The source of functions, where bytecode says too little.

Comes in: functions. Goes out: their syntax trees, and the attributes that they name by texts.
"""

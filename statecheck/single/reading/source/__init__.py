"""The source of functions, where bytecode says too little: functions come in; their syntax trees
and the attributes that they name by texts go out.
"""

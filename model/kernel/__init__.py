"""A small language for systems of python-statemachine machines; it knows nothing of Exchange.

A *machine* is a python-statemachine class with typed fields. An *entity* owns machines and refers
to other entities. A *system* has any number of each kind of entity and composes their machines by
*actions*, each one atomic step. The same classes run, are searched, are proven and are drawn.
"""

from model.kernel.errors import ActionDisabled, ModelError
from model.kernel.fields import FORGOTTEN, STATE, Field, Record, Start, anything, derived
from model.kernel.machine import Machine
from model.kernel.signature import (
    ActionInfo,
    EntityInfo,
    FieldInfo,
    MachineInfo,
    SystemInfo,
    signature,
)
from model.kernel.system import Entity, Many, System, action, pure

__all__ = [
    "FORGOTTEN",
    "STATE",
    "ActionDisabled",
    "ActionInfo",
    "Entity",
    "EntityInfo",
    "Field",
    "FieldInfo",
    "Machine",
    "MachineInfo",
    "Many",
    "ModelError",
    "Record",
    "Start",
    "System",
    "SystemInfo",
    "action",
    "anything",
    "derived",
    "pure",
    "signature",
]

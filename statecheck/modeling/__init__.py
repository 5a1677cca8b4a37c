"""A small language for systems of python-statemachine machines.

A *machine* is a python-statemachine class with typed fields. An *entity* owns machines and refers
to other entities. A *system* has any number of each kind of entity and composes their machines by
*actions*, each one atomic step. The same classes run, are searched, are proven and are drawn.

Comes in: a user's classes. Goes out: what a system consists of, and plain systems that run.
"""

from statecheck.errors import ActionDisabled, ModelError
from statecheck.modeling.entity import Entity, Many
from statecheck.modeling.fields import (
    FORGOTTEN,
    STATE,
    Field,
    Range,
    Record,
    Start,
    anything,
    derived,
    within,
)
from statecheck.modeling.machine import Machine, MachineState, unread_fields
from statecheck.modeling.maker import Made, Maker, class_of
from statecheck.modeling.observation import (
    History,
    Inapplicable,
    Step,
    TruthValue,
    assume,
    enabled,
    history,
)
from statecheck.modeling.optional import is_none_cell, none_cell, value_cell
from statecheck.modeling.signature import (
    ActionInfo,
    AxiomInfo,
    EntityInfo,
    FieldInfo,
    MachineInfo,
    SystemInfo,
)
from statecheck.modeling.system import (
    System,
    action,
    axiom,
    pure,
    shown,
    shown_value,
    signature,
)
from statecheck.modeling.variant import NO_VARIANT, Variant

__all__ = [
    "FORGOTTEN",
    "NO_VARIANT",
    "STATE",
    "ActionDisabled",
    "ActionInfo",
    "AxiomInfo",
    "Entity",
    "EntityInfo",
    "Field",
    "FieldInfo",
    "History",
    "Inapplicable",
    "Machine",
    "MachineInfo",
    "MachineState",
    "Made",
    "Maker",
    "Many",
    "ModelError",
    "Range",
    "Record",
    "Start",
    "Step",
    "System",
    "SystemInfo",
    "TruthValue",
    "Variant",
    "action",
    "anything",
    "assume",
    "axiom",
    "class_of",
    "derived",
    "enabled",
    "history",
    "is_none_cell",
    "none_cell",
    "pure",
    "shown",
    "shown_value",
    "signature",
    "unread_fields",
    "value_cell",
    "within",
]

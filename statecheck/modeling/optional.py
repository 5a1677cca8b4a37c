"""Fields that may be None: in Python one value, in a state and in a proof two.

One cell of a machine's record says whether such a field is None, and another has the value that it
has otherwise.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Mapping
from typing import Any, get_args

from statecheck.errors import ModelError
from statecheck.modeling.fields import Field, Start


def none_cell(name: str) -> str:
    """The name of the cell that says whether a field is None."""
    return f"{name} is None"


def is_none_cell(name: str) -> bool:
    """Tell whether a cell says of a field whether that is None."""
    return name.endswith(none_cell(""))


def value_cell(name: str) -> str:
    """The name of the field that a cell is of."""
    return name.removesuffix(none_cell(""))


class OptionalField:
    """A descriptor of a field that may be None.

    Where it is, nothing reads the cell of the value, which is that of a former time, or any.
    """

    def __init__(self, name: str) -> None:
        self.name, self.none = name, none_cell(name)

    def __get__(self, machine: Any, owner: type) -> Any:
        if machine is None:
            return self
        record = machine.model
        return None if getattr(record, self.none) else getattr(record, self.name)

    def __set__(self, machine: Any, value: Any) -> None:
        if value is not None:
            setattr(machine.model, self.name, value)
        setattr(machine.model, self.none, value is None)

    def cells(self, declared: Any) -> dict[str, Field]:
        """The fields that stand for it, as it is declared to begin. Raises ModelError."""
        if not isinstance(declared, Field):
            begun = Field(Start.ANYTHING if declared is None else Start.CONSTANT, declared)
            return {self.name: begun, self.none: Field(Start.CONSTANT, declared is None)}
        if declared.start is Start.DERIVED:
            raise ModelError(
                f"the field {self.name} may be None and is derived; let it begin with None, with "
                "a value, or with anything(like), or leave None out"
            )
        return {self.name: declared, self.none: Field(Start.ANYTHING, declared.value is None)}


def may_be_none(annotation: Any) -> bool:
    """Tell whether an annotation, which may be a text, says that a value may be None."""
    if not isinstance(annotation, str):
        return type(None) in get_args(annotation)
    try:
        tree = ast.parse(annotation.strip(), mode="eval").body
    except SyntaxError:
        return False
    if isinstance(tree, ast.Subscript):
        named = ast.unparse(tree.value).rpartition(".")[2]
        return named == "Optional" or (named == "Union" and _names_none(tree.slice))
    return isinstance(tree, ast.BinOp) and _names_none(tree)


def _names_none(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Tuple):
        return any(map(_names_none, tree.elts))
    if isinstance(tree, ast.BinOp):
        return _names_none(tree.left) or _names_none(tree.right)
    return isinstance(tree, ast.Constant) and tree.value is None


def type_of_cell(fields: Mapping[str, Field], name: str, types: Mapping[str, Any]) -> Any:
    """The type of one of a machine's fields; of one that may be None those of its two cells."""
    if is_none_cell(name):
        return bool
    none = none_cell(name)
    if none not in fields:
        if type(None) in get_args(types[name]):
            raise ModelError(
                f"the field {name} may be None, and its annotation has another name for that; "
                "write it out: `type | None`"
            )
        return types[name]
    left = [part for part in get_args(types[name]) if part is not type(None)]
    if len(left) != 1:
        return types[name]
    begun, (type_,) = fields[name], left
    if begun.start is Start.ANYTHING and fields[none].start is Start.CONSTANT:
        # It begins as None, so any value will do; of what is no entity, one.
        begun.start, begun.value = _some_value(type_, begun)
    return type_


def _some_value(type_: Any, field: Field) -> tuple[Start, Any]:
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return Start.CONSTANT, next(iter(type_))
    if isinstance(type_, type) and issubclass(type_, int):
        return Start.CONSTANT, type_(getattr(type_, "LEAST", 0))
    return field.start, field.value

"""The errors of a model: one line each, which says what was asked, what was found, what to do."""

from __future__ import annotations


class ModelError(Exception):
    """The model is not one that this project can run or prove; the message says where and why."""


class ActionDisabled(ModelError):  # noqa: N818  (says what an action is, not what broke)
    """An action was fired in a state in which no transition allows it. Nothing was changed."""


def assigned(cls: type, name: str, *, in_action: bool = True) -> ModelError:
    """The error of code that assigns an attribute which is no field of a machine."""
    where = " in an action" if in_action else ""
    return ModelError(
        f"{cls.__name__}.{name} is assigned{where}, so no proof would see it; data that "
        "changes belongs on a machine, as a field"
    )

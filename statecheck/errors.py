"""The errors of a model: one line each, which says what was asked, what was found, what to do."""

from __future__ import annotations


class ModelError(Exception):
    """The model is not one that this project can run or prove; the message says where and why."""


class ActionDisabled(ModelError):  # noqa: N818  (says what an action is, not what broke)
    """An action was fired in a state in which no transition allows it. Nothing was changed."""


def assigned_in_action(cls: type, name: str) -> ModelError:
    """The error of an action that assigns an attribute which is no field of a machine."""
    return ModelError(
        f"{cls.__name__}.{name} is assigned in an action, so no proof would see it; data that "
        "changes belongs on a machine, as a field"
    )

"""The subjects of questions: one machine, or a system of several; and the options of each."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from typing import Any

from statemachine import StateChart

from statecheck.modeling import Entity, Machine, Made, Maker, ModelError, System, class_of


def subject_of(found: Any) -> Any:
    """The subject that an object is: a function stands for the machines that it makes.

    Raises ModelError for a function that makes none.
    """
    if not isinstance(found, types.FunctionType | types.MethodType):
        return found
    from statecheck.single.reading.instances.makers import maker_of  # noqa: PLC0415  (for these)

    return maker_of(found)


def is_system(subject: object) -> bool:
    """True if a class composes machines, False if it is one machine, or a `Maker` of machines.

    Raises ModelError for what is neither, and for a machine without states.
    """
    if isinstance(subject, Maker):
        return False
    if isinstance(subject, StateChart):
        name = type(subject).__name__
        raise ModelError(
            f"an instance of {name} is given; give the class {name} itself, or a function that "
            "makes such an instance"
        )
    if isinstance(subject, System):
        name = type(subject).__name__
        raise ModelError(
            f"an instance of {name} is given, which has a size; give the class {name} itself"
        )
    if isinstance(subject, type) and issubclass(subject, System):
        return True
    if not isinstance(subject, type) or not issubclass(subject, StateChart):
        kind = type(subject).__name__
        name = getattr(subject, "__name__", None) or f"an object of type {kind}"
        if kind in ("Catalogue", "Project"):
            raise ModelError(
                f"a {kind} has claims of its own, which are proven by: statecheck prove "
                "MODULE:CATALOGUE (in Python, statecheck.prove)"
            )
        if isinstance(subject, type) and issubclass(subject, Entity):
            raise ModelError(
                f"{name} is an Entity, of which a System has any number; name the system"
            )
        raise ModelError(f"{name} is neither a System nor a python-statemachine class")
    if not list(subject.states):
        raise ModelError(f"{subject.__name__} has no states, so there is nothing to check")
    return False


def is_made_alone(subject: Made | type[Any]) -> bool:
    """True if instances are made as users of the library make them, without a system."""
    return not issubclass(class_of(subject), System | Machine)


def check_options(
    subject: Any,
    options: Mapping[str, Collection[str]],
    *,
    has_claims: bool,
    written: Callable[[str], str],
) -> None:
    """Raise ModelError if an option is given that nothing comes of: it would go unnoticed.

    ``options`` are the values by name; ``written`` is how users write an option of a name.
    """
    refused: dict[str, str] = {}
    name = getattr(subject, "__name__", "")
    if is_system(subject):
        refused = {
            "fixed": f"{name} is a system, whose fields nobody sets from outside; leave it out",
            "inputs": f"{name} is a system, whose fields nobody sets from outside; leave it out",
            "harmless": f"{name} is a system, of which nothing is outside; leave it out",
            "accept": f"{name} is a system, which has no standard questions; leave it out",
        }
    else:
        refused = {
            "given": f"{name} is one machine and has no constants to be given",
            "lemmas": f"{name} is one machine, whose invariant is found; claim it with --always",
        }
        if has_claims:
            refused["accept"] = (
                "findings of the standard questions are accepted, which are asked where nothing is "
                "claimed; leave it out"
            )
        else:
            refused |= dict.fromkeys(
                ("given", "fair", "strongly_fair", "never", "finitely", "initially"),
                f"the standard questions about {name} have no use for it; leave it out, or claim "
                "something",
            )
    for option, reason in refused.items():
        for value in list(options.get(option, ()))[:1]:
            raise ModelError(f"{written(option)} {value}: {reason}")


def name_of(subject: Any) -> str:
    """The name by which a class is reported and accepted: MODULE:CLASS, or MODULE:FUNCTION."""
    subject = subject.function if isinstance(subject, Maker) else subject
    return f"{subject.__module__}:{subject.__qualname__}"

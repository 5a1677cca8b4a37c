"""Composition of the base site with extensions of it."""

from __future__ import annotations

from types import GenericAlias

from model.site import Site
from statecheck.modeling import Entity, Many, signature

_KNOWN: dict[tuple[type[Site], ...], type[Site]] = {}


def site_with(*extensions: type[Site]) -> type[Site]:
    """The site with some extensions, which work together.

    Its entities have the machines of all of them, and an action that several extend does what each
    of them adds::

        >>> from model.family.registry import RegistrySite
        >>> from model.family.timeouts import TimeOutSite
        >>> site = site_with(RegistrySite, TimeOutSite)(servers=2, mailboxes=1, attachments=1)
        >>> site.enable_antivirus(site.servers[0])
        Traceback (most recent call last):
            ...
        statecheck.errors.ActionDisabled: enable_antivirus(server1) is disabled: \
Can't Read on when in Off.
        >>> site.timeouts
        False
    """
    if extensions in _KNOWN:
        return _KNOWN[extensions]
    kinds: dict[str, list[type[Entity]]] = {}
    sites: list[type[Site]] = [Site, *extensions]
    for extension in sites:
        for entity in signature(extension).entities:
            kinds.setdefault(entity.plural, []).append(entity.cls)
    annotations = {
        plural: GenericAlias(Many, (_joined(classes),)) for plural, classes in kinds.items()
    }
    namespace = {"__annotations__": annotations, "__module__": __name__, "__doc__": Site.__doc__}
    _KNOWN[extensions] = type("Site", (*extensions, Site), namespace)
    return _KNOWN[extensions]


def _joined(classes: list[type[Entity]]) -> type[Entity]:
    """A kind that is all of the given ones."""
    distinct = dict.fromkeys(classes)
    own = [c for c in distinct if not any(c is not d and issubclass(d, c) for d in distinct)]
    if len(own) == 1:
        return own[0]
    name = own[0].__name__
    return type(name, tuple(own), {"__module__": __name__, "__doc__": own[0].__doc__})

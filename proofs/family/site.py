"""The site with every extension, and the readings that tell the articles apart."""

from __future__ import annotations

from dataclasses import dataclass

from model.family.composition import site_with
from model.family.consumers import ConsumerSite
from model.family.directory import DirectorySite
from model.family.faults import FaultSite
from model.family.registry import RegistrySite
from model.family.scanner import ScannerSite
from model.family.services import ServiceSite
from model.family.since_sp3 import SinceSp3Site
from model.family.timeouts import TimeOutSite
from model.site import Site

EXTENSIONS: tuple[type[Site], ...] = (
    TimeOutSite,
    SinceSp3Site,
    ServiceSite,
    RegistrySite,
    ScannerSite,
    ConsumerSite,
    DirectorySite,
    FaultSite,
)
"""Every extension of the base site."""

FAMILY: type[Site] = site_with(*EXTENSIONS)
"""The site with all of them."""


@dataclass(frozen=True)
class Reading:
    """A truth that no article settles: a constant of the site, and what it says if it is true."""

    constant: str
    text: str


READINGS = (
    Reading("timeouts", "whoever waits for a scan may time out, on any Store.exe"),
    Reading("any_service", "any antivirus service at the source may fail a move"),
    Reading("avapi_from_sp3", "no Store.exe before SP3 has AVAPI"),
    Reading("scans_at_start_only", "the background scan begins only when the store starts"),
    Reading("sticky", "what a bypass releases stays released (A2)"),
)
"""The readings. The first Store.exe with the Move Mailbox fix is left open in all of them."""

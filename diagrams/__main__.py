"""``python -m diagrams``: print the machines of the model as Mermaid state diagrams."""

from __future__ import annotations

import sys

import click

from diagrams.mermaid import state_diagram
from model.kernel import signature
from model.site import Site

MACHINES = {
    machine.cls.__name__: machine.cls
    for entity in signature(Site).entities
    for machine in entity.machines
}
"""The machines of the site by name."""


@click.command()
@click.argument("machines", nargs=-1, type=click.Choice(tuple(MACHINES)), metavar="[MACHINE]...")
def main(machines: tuple[str, ...]) -> None:
    """Print machines as Mermaid state diagrams: all of them, or those that are named."""
    for name in machines or MACHINES:
        click.echo(f"%% {name}\n{state_diagram(MACHINES[name])}")


if __name__ == "__main__":
    sys.exit(main())

"""A state as one number: each cell has bits of its own, so that few operations read or write many.

A cell of Booleans, members or entities has as many bits as its values need, any other 32.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Any

from statecheck.modeling import STATE, Entity, MachineInfo, ModelError, System

Code = int
"""The numbers of the values of some cells, each in its place."""

WIDE = 32
"""So many bits has a cell of which it is not known how many values it may have."""


class ValueTable:
    """Numbers the values of a cell that occur, in ``bits`` bits; 1, True and an IntEnum's 1 are
    different values.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.values: list[Any] = []
        self._numbers: dict[tuple[type, Any], int] = {}

    def number(self, value: Any) -> int:
        """The number of a value. Raises ModelError where there are too many of them."""
        number = self._numbers.setdefault((type(value), value), len(self.values))
        if number == len(self.values):
            if number >> self.bits:
                raise ModelError(f"{value!r} is one value more than the type of its cell has")
            self.values.append(value)
        return number


class Packing:
    """Where each of some cells has its bits: ``places`` gives the lowest of them, and a number that
    has as many ones. Packings are added by putting the bits of the second above those of the first.
    """

    def __init__(self, tables: Sequence[ValueTable]) -> None:
        self.tables = tuple(tables)
        self.bits = 0
        places: dict[int, tuple[int, int]] = {}
        # Above the others are the wide cells: their numbers are small, so codes are small, too.
        for cell, table in sorted(enumerate(self.tables), key=lambda pair: pair[1].bits):
            places[cell] = self.bits, (1 << table.bits) - 1
            self.bits += table.bits
        self.places = [places[cell] for cell in range(len(self.tables))]
        self.ones = (1 << self.bits) - 1

    def __add__(self, other: Packing) -> Packing:
        both = Packing(())
        both.tables = self.tables + other.tables
        both.places = self.places + [(low + self.bits, ones) for low, ones in other.places]
        both.bits = self.bits + other.bits
        both.ones = (1 << both.bits) - 1
        return both

    def pack(self, numbers: Iterable[int]) -> Code:
        """The code of a number for each cell."""
        return self.put(enumerate(numbers))

    def unpack(self, code: Code) -> list[int]:
        """The number in each cell."""
        return [code >> shift & ones for shift, ones in self.places]

    def put(self, numbers: Iterable[tuple[int, int]]) -> Code:
        """The code that has numbers in some cells, and 0 in the others."""
        code = 0
        for cell, number in numbers:
            code |= number << self.places[cell][0]
        return code

    def mask(self, cells: Iterable[int]) -> Code:
        """The code that has all the bits of some cells, and no other."""
        return self.put((cell, self.places[cell][1]) for cell in cells)

    def values(self, code: Code) -> list[Any]:
        """The value of each cell."""
        return [
            table.values[code >> shift & ones]
            for table, (shift, ones) in zip(self.tables, self.places, strict=True)
        ]


def table_of(type_: Any, system: System) -> ValueTable:
    """A table for a cell of a type; two values more than it has may occur: none, and forgotten."""
    count = None
    if isinstance(type_, type):
        if issubclass(type_, Entity):
            count = len(system.entities_of(system.info.entity(type_)))
        elif issubclass(type_, enum.Enum) and not issubclass(type_, enum.Flag):
            count = len(type_)
        elif issubclass(type_, bool):
            count = 2
    return ValueTable(WIDE if count is None else (count + 1).bit_length())


def tables_of(machine: MachineInfo, system: System) -> dict[str, ValueTable]:
    """A table for the state of a machine, and for each of its fields."""
    tables = {STATE: ValueTable((len(machine.states) + 1).bit_length())}
    return tables | {info.name: table_of(info.type, system) for info in machine.fields}

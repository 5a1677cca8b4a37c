"""What a writer may hope for: to get in, once everybody else has left."""

from __future__ import annotations

from examples.readers_writers import Library, Writer
from statecheck import Catalogue

CATALOGUE = Catalogue(Library)


@CATALOGUE.recoverable("library.gets_in", "Ways back")
def gets_in(library: Library, writer: Writer) -> bool:
    """A writer can always get in."""
    return writer.access.within.is_active

"""Bytes that lie outside of the database, as the database knows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that one object owns. The same bytes of another owner are another blob, so nobody removes them for two."""

    owner: str
    """The id of the file or of the skill version."""

    sha256: str
    size_bytes: int

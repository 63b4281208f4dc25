"""What a backup says of itself, as its last entry: one that has none was never finished."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from agentops.base.errors import StorageError
from agentops.wire.problems import check
from agentops.wire.shape import Shape

LARGEST_BYTES = 16 * 1024 * 1024
"""Some hundred thousand lost blobs; all else takes a few hundred bytes."""

_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Size = Annotated[int, Field(ge=0)]


class Part(Shape):
    """One entry and its digest. An entry of `blobs/` is named by its own and is not listed."""

    name: str
    size_bytes: _Size
    sha256: _Digest


class Manifest(Shape):
    """The whole backup."""

    format: Literal["agentops-backup"]
    format_version: Annotated[int, Field(ge=1)]
    agentops: str
    taken_at: str
    schema_steps: _Size
    database: Part
    keys: list[Part]
    blobs: _Size
    """How many different contents there are."""

    lost: list[str]
    """Whose bytes could not be found when the backup was taken, or were not what they had been."""

    vault_key_id: str | None
    """The key without which nobody opens the secrets in the database; it need not be among `keys`."""


FORMAT_VERSION = 1


def read(text: bytes) -> Manifest:
    """Return the manifest.

    Raises:
        StorageError: it is none, or a newer version's.
    """
    try:
        data: Any = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise StorageError("The backup's manifest is not JSON.", hint="Use another backup.") from error
    version = data.get("format_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StorageError(
            f"The backup has format {version}; this version of agentops knows {FORMAT_VERSION}.",
            hint="Restore it with the newer agentops that wrote it.",
        )
    manifest, problems = check(Manifest, data)
    if manifest is None:
        first = problems[0]
        place = ".".join(map(str, first.path))
        raise StorageError(f"The backup's manifest is off: {place} {first.message}.", hint="Use another backup.")
    return manifest

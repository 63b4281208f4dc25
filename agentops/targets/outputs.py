"""The files that a session wrote, fetched from any target that speaks the Files API."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from agentops.base.errors import TargetError
from agentops.reconcile.target import Body
from agentops.targets.live import LiveTarget
from agentops.targets.sessions import Sessions

_BETAS = "managed-agents-2026-04-01"
_MOST_BYTES = 256 * 1024 * 1024


async def fetched(target: LiveTarget, session_id: str, folder: Path) -> Sequence[str]:
    """Write the outputs of a session into a folder and return their paths there.

    Raises:
        TargetError: a file cannot be read, or they are more than anybody would check.
    """
    await Sessions(target).read(session_id)
    found = _newest(await Sessions(target).written(session_id))
    size = sum(each["size_bytes"] for each in found.values())
    if size > _MOST_BYTES:
        raise TargetError(f"the outputs of {session_id} have {size:,} bytes, at most {_MOST_BYTES:,} are fetched")
    for path, each in sorted(found.items()):
        content = await target.pages.content(f"files/{quote(each['id'], safe='')}/content", _BETAS)
        if content is None:
            raise TargetError(f"{target.label} no longer has the file {each['id']}", hint="run the command again")
        _written(folder / path, content)
    return sorted(found)


def _written(place: Path, content: bytes) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    except OSError as error:
        raise TargetError(f"{place.name} cannot be kept: {error.strerror}") from None


def _newest(files: Sequence[Body]) -> dict[str, Body]:
    """Return the files by path; of several with one path the newest, which a list has first."""
    found: dict[str, Body] = {}
    for each in files:
        found.setdefault(_inside(str(each["filename"])), each)
    return found


def _inside(name: str) -> str:
    """Return the path without what would lead out of the folder: a server says what it likes."""
    parts = [each for each in PurePosixPath(name.replace("\0", "")).parts if each not in ("/", "..", ".")]
    return "/".join(parts) or "unnamed"

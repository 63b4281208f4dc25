"""What a file becomes when it is uploaded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agentops.base.clock import timestamp
from agentops.engine.core.json import parsed, written

_REMEMBERED = timedelta(days=30)
"""How long an expired file is still spoken of. Source: platform.claude.com/docs/en/build-with-claude/files."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What came with a file's bytes."""

    filename: str
    media_type: str
    expires_in_s: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """When a file's bytes go, and when the file does; never, if None."""

    expires_at: str | None = None
    gone_at: str | None = None

    @classmethod
    def of(cls, upload: Upload, created_at: str) -> "Life":
        """Return the life of a file that was uploaded at a moment."""
        if upload.expires_in_s is None:
            return cls()
        expires = datetime.fromisoformat(created_at) + timedelta(seconds=upload.expires_in_s)
        return cls(timestamp(expires), timestamp(expires + _REMEMBERED))


def body(upload: Upload, *, file_id: str, size_bytes: int, created_at: str, expires_at: str | None) -> str:
    """Return the answer's JSON. Source: SDK 2.11.0 `types/beta/beta_file_metadata.py`.

    What a person uploads is for sessions to read and cannot be downloaded again; what sessions write can.
    """
    return written(
        {
            "type": "file",
            "id": file_id,
            "filename": upload.filename,
            "mime_type": upload.media_type,
            "size_bytes": size_bytes,
            "created_at": created_at,
            "downloadable": False,
            "expires_at": expires_at,
            "scope": None,
        }
    )


def mounted(body: str, *, copy_id: str, session_id: str, at: str) -> str:
    """Return the answer's JSON of a session's own copy, which lives as long as the session does.

    Source: SDK 2.11.0 `types/beta/beta_file_scope.py`.
    """
    scope = {"type": "session", "id": session_id}
    own = {"id": copy_id, "created_at": at, "downloadable": False, "expires_at": None, "scope": scope}
    return written({**parsed(body), **own})


def produced(upload: Upload, *, file_id: str, session_id: str, size_bytes: int, at: str) -> str:
    """Return the answer's JSON of a file that a session wrote: it lives as long as the session, and can be downloaded.

    Source: SDK 2.11.0 `types/beta/beta_file_scope.py`, `beta_file_metadata.py`.
    """
    plain = body(upload, file_id=file_id, size_bytes=size_bytes, created_at=at, expires_at=None)
    return written({**parsed(plain), "downloadable": True, "scope": {"type": "session", "id": session_id}})

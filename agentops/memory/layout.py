"""Where notes live in a store, and how large its files may grow."""

import re
import unicodedata
from posixpath import basename

from agentops.memory.notes import NoteKind

INDEX = "/MEMORY.md"
"""The one file that is always loaded."""

ARCHIVE = "/archive"
"""Where superseded and retired notes go. Not in the index."""

INDEX_LINES = 200
INDEX_BYTES = 25 * 1024
"""Units: bytes of UTF-8, as all sizes here."""

FILE_NOTES = 40
FILE_BYTES = 8 * 1024
HEAD_BYTES = 1024
"""What a file's notes leave free for its head."""

ARCHIVE_BYTES = 64 * 1024
CLAIM_CHARACTERS = 240
PATH_BYTES = 1024
PATH_SEGMENTS = 20

_FOLDERS = {
    NoteKind.PREFERENCE: "/preferences",
    NoteKind.FACT: "/facts",
    NoteKind.PITFALL: "/pitfalls",
    NoteKind.PLAYBOOK: "/playbooks",
    NoteKind.DECISION: "/decisions",
    NoteKind.REFERENCE: "/references",
}
_KINDS = {folder: kind for kind, folder in _FOLDERS.items()}
_SLUGS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_CHARACTERS = 60
_TEXT_SUFFIXES = (".md", ".markdown", ".txt")


def folder_of(kind: NoteKind) -> str:
    """Return the folder of a kind, `/pitfalls` for one."""
    return _FOLDERS[kind]


def kind_at(path: str) -> NoteKind | None:
    """Return the kind of the notes at a path, or None where anything may stand."""
    found = re.match(r"/[^/]+(?=/)", path)
    return _KINDS.get(found[0]) if found else None


def is_note_file(path: str) -> bool:
    """Tell whether a path is a file of notes: text in the folder of a kind."""
    return path.endswith(".md") and kind_at(path) is not None


def is_archived(path: str) -> bool:
    """Tell whether a path is in the archive."""
    return path.startswith(f"{ARCHIVE}/")


def is_read(path: str) -> bool:
    """Tell whether a path's lines count as notes: text, wherever it stands, but not the index and not the archive."""
    if path == INDEX or is_archived(path):
        return False
    return path.endswith(_TEXT_SUFFIXES) or "." not in basename(path)


def archive_of(kind: NoteKind) -> str:
    """Return the first file of a kind's archive."""
    return f"{ARCHIVE}{folder_of(kind)}.md"


def slug(words: str) -> str:
    """Return words as a name of a file, without suffix; nothing usable is `general`."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return _NO_SLUG.sub("-", plain)[:_SLUG_CHARACTERS].strip("-") or "general"


def path_for(kind: NoteKind, about: str) -> str:
    """Return where a note goes that nobody gave a place."""
    return f"{folder_of(kind)}/{slug(about)}.md"


def continued(path: str, part: int) -> str:
    """Return the path of a file's part: `booking.md`, `booking-2.md`, ..."""
    stem, dot, suffix = path.rpartition(".")
    return path if part == 1 else f"{stem}-{part}{dot}{suffix}"


def is_part(path: str, of: str) -> bool:
    """Tell whether a path is a file, or one that continues it."""
    stem, dot, suffix = of.rpartition(".")
    return path == of or re.fullmatch(f"{re.escape(stem)}-[1-9][0-9]*{re.escape(dot + suffix)}", path) is not None


def path_trouble(path: str) -> str:
    """Return why notes cannot be written to a path, or nothing when they can.

    Source: dreaming note 3 (20 segments, ASCII slugs), SDK 2.11.0 `types/beta/memory_stores/memory_create_params.py`.
    """
    segments = path.split("/")[1:]
    if not path.startswith("/") or not all(_SLUGS.fullmatch(segment) for segment in segments):
        return "is no path: it begins with / and its parts are letters, digits, dots, dashes and underscores"
    if len(segments) > PATH_SEGMENTS or len(path) > PATH_BYTES:
        return f"is too deep or too long: at most {PATH_SEGMENTS} parts and {PATH_BYTES} bytes"
    if not path.endswith(".md"):
        return "is no file of text: it ends with .md"
    if path == INDEX or is_archived(path):
        return "is written by code alone: name a file beside it"
    return ""

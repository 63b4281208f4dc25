"""Memories: the texts in a store, and the rules for their paths."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal
from unicodedata import category, is_normalized

from pydantic import AfterValidator, Field

from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, LongText, Omissible, Shape

LARGEST_CONTENT_BYTES: Final = 102_400
LONGEST_PATH_BYTES: Final = 1024
MOST_SEGMENTS: Final = 20

_UNSEEN = {"Cc": "control", "Cf": "format", "Zl": "line separator", "Zp": "paragraph separator"}


def path_problems(path: str) -> Iterator[Problem]:
    """Yield what keeps the text from being a memory's path.

    Source: SDK 2.11.0 `types/beta/memory_stores/memory_create_params.py`.
    """
    size = len(path.encode("utf-8", "surrogatepass"))
    if size > LONGEST_PATH_BYTES:
        yield Problem((), "too-long", f"must be at most {LONGEST_PATH_BYTES} bytes, is {size}")
    if not path.startswith("/"):
        yield Problem((), "bad-format", "must begin with /")
    yield from _segment_problems(path.removeprefix("/").split("/"))
    if unseen := next((each for each in path if category(each) in _UNSEEN), None):
        kind = _UNSEEN[category(unseen)]
        yield Problem((), "bad-format", f"must not hold {kind} characters, holds U+{ord(unseen):04X}")
    if not is_normalized("NFC", path):
        yield Problem((), "bad-format", "must be in Unicode Normalization Form C")


def _segment_problems(segments: list[str]) -> Iterator[Problem]:
    if len(segments) > MOST_SEGMENTS:
        yield Problem((), "too-many", f"must have at most {MOST_SEGMENTS} segments, has {len(segments)}")
    if "" in segments:
        yield Problem((), "bad-format", "must not have an empty segment")
    if "." in segments or ".." in segments:
        yield Problem((), "bad-format", "must not have the segments . or ..")


def content_problems(content: str) -> Iterator[Problem]:
    """Yield what keeps the text from being a memory's content. Source: `memory_create_params.py`, 100 kB."""
    size = len(content.encode("utf-8", "surrogatepass"))
    if size > LARGEST_CONTENT_BYTES:
        yield Problem((), "too-long", f"must be at most {LARGEST_CONTENT_BYTES} bytes, is {size}")


MemoryPath = Annotated[str, AfterValidator(lambda path: obeying(path, path_problems(path)))]
MemoryContent = Annotated[str, AfterValidator(lambda content: obeying(content, content_problems(content))), LongText()]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), Form("64 lower-case hexadecimal digits")]


class MemoryCreate(Shape):
    """What creates a memory. Source: SDK 2.11.0 `types/beta/memory_stores/memory_create_params.py`."""

    path: MemoryPath
    content: MemoryContent | None


class Precondition(Shape):
    """What the stored content must be. Source: SDK 2.11.0 `…/beta_managed_agents_precondition_param.py`."""

    type: Literal["content_sha256"]
    content_sha256: Omissible[Sha256] = None


class MemoryUpdate(Shape):
    """What changes or renames a memory. Source: SDK 2.11.0 `types/beta/memory_stores/memory_update_params.py`."""

    path: MemoryPath | None = None
    content: MemoryContent | None = None
    precondition: Omissible[Precondition] = None

"""The file that a plan is saved to: digests and preconditions, no values; read as the word of a stranger."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentops.base.errors import UsageError

FORMAT_VERSION = 1
LARGEST = 64 * 2**20
"""Units: bytes. A plan of 100,000 steps has half of it."""
_MOST_STEPS = 200_000

Word = Annotated[str, Field(max_length=1024, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""A name or a sentence; what controls a terminal has no place in it."""
Digest = Annotated[str, Field(max_length=64, pattern=r"^[\w-]*$")]
Fields = Annotated[Mapping[Word, Digest], Field(max_length=100)]


class _Shape(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SavedTarget(_Shape):
    """Which target the plan is for."""

    name: Word
    """As `--target` takes it; nothing for the one of ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY."""

    label: Word
    url: Word
    organization: Word = ""
    workspace: Word = ""
    """Whose objects the credential reached, as far as the target told."""


class SavedTree(_Shape):
    """Which tree was planned."""

    path: Annotated[Word, Field(min_length=1)]
    commit: Word = ""
    is_dirty: bool = False
    """Whether it held what is in no commit."""


class SavedMemory(_Shape):
    """One memory that is to be written."""

    before: Digest = ""
    """What it holds while the plan holds; nothing for one that is still to be made."""

    after: Digest


class SavedStep(_Shape):
    """One change of one object, and under which conditions it is what was approved."""

    address: Word
    object: Word
    action: Word
    live_id: Word = ""
    version: int | None = None
    updated_at: Word = ""
    live: Fields = Field(default_factory=dict)
    """Of an object that is there: a digest of each field that the step or our marks are about."""

    wanted: Fields = Field(default_factory=dict)
    """A digest of each declared field, names in the place of ids."""

    manifest: Digest = ""
    """Of all that the manifest says about the object, whatever the versions are that it pins."""

    source: Word = ""
    memories: Annotated[Mapping[Word, SavedMemory], Field(max_length=10_000)] = Field(default_factory=dict)


class SavedPlan(_Shape):
    """A plan as it was approved."""

    format_version: Literal[1] = 1
    tool_version: Word
    plan_id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    made_at: Word
    owner: Word
    target: SavedTarget
    tree: SavedTree
    options: dict[str, Any] = Field(default_factory=dict)
    """What was allowed beyond the safe default."""

    steps: Annotated[tuple[SavedStep, ...], Field(max_length=_MOST_STEPS)] = ()


def written(saved: SavedPlan) -> str:
    """Return the text of the file: equal plans, equal texts."""
    return json.dumps(saved.model_dump(mode="json", exclude_defaults=True) | _HEAD, indent=1, sort_keys=True) + "\n"


_HEAD = {"format_version": FORMAT_VERSION}


def parsed(text: str | bytes, name: str) -> SavedPlan:
    """Return what a file says. `name` is how people call the file.

    Raises:
        UsageError: it is no plan, or not one that this version reads.
    """
    if len(text) > LARGEST:
        raise UsageError(f"{name} is larger than any saved plan ({LARGEST // 2**20} MiB)", hint=_AGAIN)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{name} is no saved plan: it is not JSON", hint=_AGAIN) from None
    if not isinstance(found, dict) or "plan_id" not in found or "format_version" not in found:
        raise UsageError(f"{name} is no saved plan", hint=_AGAIN)
    if found["format_version"] != FORMAT_VERSION:
        version = str(found["format_version"])[:20]
        raise UsageError(
            f"{name} has format version {version!r}; this agentops reads {FORMAT_VERSION}",
            hint="apply it with the version that made it, or plan again",
        )
    if "summary" in found:
        raise UsageError(f"{name} is what `plan -o json` prints, not a saved plan", hint=_AGAIN)
    try:
        return SavedPlan.model_validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise UsageError(f"{name} is no saved plan: {_fault(error)}", hint=_AGAIN) from None


_AGAIN = "write one with `agentops plan --out plan.json`"


def _fault(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))[:100]
    return f"`{ascii(place)[1:-1]}`: {first['msg'][:200].lower()}"

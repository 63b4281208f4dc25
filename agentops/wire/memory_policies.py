"""What a memory repository's policy.yaml says: how strict gates are, what only people change, what a dream may at most.

An extension: the vendor's API has no gates.
"""

from typing import Annotated, Literal

from pydantic import Field

from agentops.wire.shape import Form, Omissible, Shape

Gate = Literal[
    "secrets",
    "personal_data",
    "invisible_characters",
    "smuggled_instructions",
    "capabilities",
    "schema_and_links",
    "size_budget",
    "protected_paths",
    "change_share",
    "evidence_coverage",
    "taint",
    "literals",
    "meaning_kept",
    "contradiction",
    "forgotten",
    "duplicates",
    "lint",
    "replay",
]
"""The gates' names, in the order in which they judge."""

Strictness = Literal["block", "warn", "off"]

PathPattern = Annotated[str, Field(min_length=2, max_length=1024, pattern=r"^/"), Form("a pattern that begins with /")]
_Share = Annotated[float, Field(ge=0, le=1, strict=False)]
_StoreName = Annotated[str, Field(min_length=1, max_length=256)]


class StorePolicy(Shape):
    """What holds for one store, or for all."""

    gates: Omissible[dict[Gate, Strictness]] = None
    """Gates that are not named are as strict as they were built."""

    protected: Omissible[Annotated[list[PathPattern], Field(max_length=1000)]] = None
    """Paths that only people change: `*` stands for anything within a folder, `**` across folders."""

    most_changed: Omissible[_Share] = None
    """The share of existing notes that one dream may change or take out."""

    most_growth: Omissible[_Share] = None
    """The share that a store may grow in one dream."""


class MemoryPolicy(StorePolicy):
    """What the file says: for all stores, and what single stores have otherwise."""

    stores: Omissible[dict[_StoreName, StorePolicy]] = None

"""The probes under `tests/data/scanning`: texts, what is to be found in them, and how much of it was."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentops.memory.scanning.hits import Hit

_DATA = Path(__file__).parents[2] / "data" / "scanning"
_SEAM = "¦"
"""Stands in each secret of the files, so that no scanner of repositories takes it for a real one."""

Find = Callable[[str], Iterator[Hit]]


@dataclass(frozen=True)
class Probe:
    part: str
    what: str
    text: str


def probes(name: str, part: str | None = None) -> list[Probe]:
    lines = (_DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    found = [Probe(**json.loads(each)) for each in lines]
    return [Probe(each.part, each.what, each.text.replace(_SEAM, "")) for each in found if part in (None, each.part)]


def missed(find: Find, name: str, part: str | None = None) -> list[str]:
    """Return the probes in which nothing is found."""
    return [each.text for each in probes(name, part) if not any(find(each.text))]


def alarms(find: Find) -> list[tuple[str, list[Hit]]]:
    """Return the harmless texts in which something is found."""
    return [(each.text, found) for each in probes("benign") if (found := list(find(each.text)))]

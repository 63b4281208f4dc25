"""What a person said in a pull request's body: which boxes are unticked, and what dream the body is about."""

import re
from dataclasses import dataclass

_BOX = re.compile(r"^[-*+] \[(?P<mark>[ xX])\] `(?P<id>[0-9a-f]{12})`", re.MULTILINE)
_HEAD = re.compile(r"<!-- agentops store=(?P<store>[a-z0-9-]+) dream=(?P<dream>[A-Za-z0-9_-]+) -->")


@dataclass(frozen=True, slots=True)
class Ticks:
    """The boxes of a body."""

    store: str
    dream: str
    """Empty where the body is not one of ours, or about live edits only."""

    ticked: frozenset[str]
    unticked: frozenset[str]

    @property
    def offered(self) -> frozenset[str]:
        """Return every operation that the body has a box for."""
        return self.ticked | self.unticked


def read(body: str) -> Ticks:
    """Return what the boxes say; one that is there twice counts as unticked when either is."""
    text = body.replace("\r\n", "\n")  # forges answer with what a browser sent
    head = _HEAD.search(text)
    boxes = [(found["id"], found["mark"] != " ") for found in _BOX.finditer(text)]
    unticked = frozenset(each for each, is_ticked in boxes if not is_ticked)
    ticked = frozenset(each for each, is_ticked in boxes if is_ticked) - unticked
    dream = head["dream"] if head and head["dream"] != "none" else ""
    return Ticks(head["store"] if head else "", dream, ticked, unticked)

"""What an apply did, as Markdown for the page of a run and for a pull request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from agentops.reconcile.views.markdown import About
from agentops.reconcile.views.untrusted import cell, code, prose

_ROWS: Final = 140
"""Of 400 characters each at most: below what a forge takes."""

_FIRST: Final = ("failed", "skipped", "done")

Json = Mapping[str, Any]


def outcome_markdown(outcome: Json, about: About) -> str:
    """Return the outcome, made from its JSON shape: what failed first."""
    return "\n".join(_lines(outcome, about)) + "\n"


def _lines(outcome: Json, about: About) -> Iterator[str]:
    count = outcome["summary"]
    yield f"### {about.title}"
    if outcome["is_complete"]:
        yield f"\n**Applied: {count['done']} done.**"
    else:
        told = f"{count['done']} done, {count['failed']} failed, {count['skipped']} skipped"
        yield f"\n**Applied in part: {told}.** Run the job again: it goes on with what is missing."
    results = sorted(outcome["results"], key=lambda each: _rank(each["state"]))
    if results:
        yield "\n| State | Object | Action | |\n|---|---|---|---|"
        yield from _rows(results)
    facts = ([f"commit {code(about.commit[:12])}"] if about.commit else []) + about.links()
    if facts:
        yield f"\n{' · '.join(facts)}"


def _rows(results: Sequence[Json]) -> Iterator[str]:
    for each in results[:_ROWS]:
        said = ". ".join(text for text in (each["detail"], each["hint"]) if text)
        shown = cell(said) if prose(said) != said else said
        yield f"| {each['state']} | {cell(each['address'])} | {each['action']} | {shown} |"
    if len(results) > _ROWS:
        yield f"\n*{len(results) - _ROWS} more are in the log.*"


def _rank(state: str) -> int:
    return _FIRST.index(state) if state in _FIRST else len(_FIRST)

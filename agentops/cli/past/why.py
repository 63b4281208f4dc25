"""Why something is as it is: its lines and their commits, beside how it stands on the target. One JSON shape."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from agentops.base.paint import Paint, on_one_line
from agentops.cli.past.blaming import blamed
from agentops.cli.past.places import Asked, Written, written
from agentops.manifests.document import Tree

_MOST_SHOWN = 10
_VERDICTS = {
    "in_sync": "in sync",
    "update": "the manifest says something else: the next apply brings it",
    "clear": "declared no more: the next apply clears it",
    "drift": "somebody changed it there: the next apply undoes that",
    "conflict": "changed here and there: `agentops plan` shows both",
    "converged": "already as the manifest says",
    "not_ours": "not declared, so it is whatever the target makes of it",
    "not_live": "none: a thing of this kind has no object of its own there",
}
_WHO = {"us": "agentops", "somebody_else": "somebody else", "unknown": "agentops, or somebody after it"}


def why_json(tree: Tree, asked: Asked, live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer; `live` is how it stands, or why nobody can tell."""
    place = written(tree, asked)
    return {
        "format_version": 1,
        "asked": str(asked),
        "written": _written(place),
        "git": _git(tree, place),
        "live": live,
    }


def _written(place: Written) -> dict[str, Any]:
    return {
        "address": str(place.document.address),
        "path": [*place.path],
        "is_declared": place.is_declared,
        "file": place.file,
        "lines": [place.first, place.last] if place.is_declared else None,
        "via": place.via,
        "names": [
            str(each.address or each.text) for each in place.document.references if _is_in(each.path, place.path)
        ],
    }


def _is_in(path: Sequence[Any], place: Sequence[Any]) -> bool:
    return bool(place) and tuple(path[: len(place)]) == tuple(place)


def _git(tree: Tree, place: Written) -> dict[str, Any]:
    if not place.is_declared:
        return {"missing": "nothing is written", "commits": [], "uncommitted": []}
    text = tree.texts.get(place.file)
    return blamed(place.file, text.text if text else "", place.first, place.last)


# For a terminal


def why_text(answer: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield the lines of an answer, made from its JSON shape."""
    place, git, live = answer["written"], answer["git"], answer["live"]
    yield paint("bold", on_one_line(answer["asked"]))
    yield from _place_lines(place)
    yield ""
    yield paint("bold", "In git")
    yield from _git_lines(git)
    yield ""
    yield paint("bold", f"On the target{': ' + on_one_line(live['target']) if live.get('target') else ''}")
    yield from _live_lines(live)


def _place_lines(place: Mapping[str, Any]) -> Iterator[str]:
    if not place["is_declared"]:
        yield f"  not declared in {on_one_line(place['file'])}"
    else:
        first, last = place["lines"]
        yield f"  {on_one_line(place['file'])}:{first}{f'-{last}' if last != first else ''}"
    if place["via"]:
        yield f"  through {on_one_line(place['via'])}"
    for each in place["names"]:
        yield f"  names {on_one_line(each)}: `agentops why {on_one_line(each)}`"


def _git_lines(git: Mapping[str, Any]) -> Iterator[str]:
    if git["missing"]:
        yield f"  unknown: {on_one_line(git['missing'])}"
    if git["uncommitted"]:
        yield f"  not committed yet: {_lines(git['uncommitted'])}"
    for each in git["commits"][:_MOST_SHOWN]:
        at = datetime.fromisoformat(each["at"])
        yield f"  {each['commit'][:12]}  {at:%Y-%m-%d}  {on_one_line(each['author'])}: {on_one_line(each['subject'])}"
        request = f", pull request {each['pull_request']}" if each["pull_request"] else ""
        older = "; this clone is shallow: they may be older" if each["is_boundary"] else ""
        yield f"      {_lines(each['lines'])}{request}{older}"
    if len(git["commits"]) > _MOST_SHOWN:
        yield f"  and {len(git['commits']) - _MOST_SHOWN} more commits"


def _live_lines(live: Mapping[str, Any]) -> Iterator[str]:
    from agentops.reconcile.views.values import short

    if live.get("verdict"):
        yield f"  verdict: {_VERDICTS.get(live['verdict'], live['verdict'])}"
    if live["missing"]:
        yield f"  unknown: {on_one_line(live['missing'])}"
    if not live.get("id"):
        return
    version = f", version {live['version']}" if live["version"] else ""
    yield f"  {live['id']}{version}"
    if live["value"] is not None:
        yield f"  value: {short(live['value'])}"
    if since := live["since"]:
        yield f"  so since version {since['version']}{_moment(since['at'])}, by {_who(since)}"
    last = live["last_write"]
    yield f"  last written by {_who(last)}{_moment(last['at'])}"
    if live["sessions"]:
        yield f"  sessions: {', '.join(each['id'] for each in live['sessions'])}"
    elif live["sessions"] is not None:
        yield "  no session uses this version yet"


def _who(write: Mapping[str, Any]) -> str:
    tool = f" {write['tool']}" if write.get("tool") and write["by"] == "us" else ""
    source = f" from {on_one_line(write['source'])}" if write["source"] else ""
    if write["by"] == "somebody_else" and write["after"]:
        return f"somebody else, after version {write['after']} of agentops{source}"
    return f"{_WHO[write['by']]}{tool}{source}"


def _moment(text: Any) -> str:
    return f" ({on_one_line(str(text))[:16].replace('T', ' ')})" if text else ""


def _lines(runs: Sequence[Sequence[int]]) -> str:
    told = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return f"line {told}" if len(runs) == 1 and runs[0][0] == runs[0][1] else f"lines {told}"

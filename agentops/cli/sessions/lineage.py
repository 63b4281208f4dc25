"""Who ran in a session, in which order and why, as one tree of plain data: what programs get, and people see drawn."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from agentops.cli.sessions import words
from agentops.cli.sessions.gathering import Gathered
from agentops.cli.sessions.waiting import CALLS

Node = dict[str, Any]
Event = Mapping[str, Any]

ADVISOR = "anthropic.advisor"
"""Source: documented, managed-agents page multiagent-orchestration."""

_SENT, _RECEIVED = "agent.thread_message_sent", "agent.thread_message_received"
_STATUS = "session.thread_status_"
_ASKED = {"user.message": "message", "user.define_outcome": "outcome"}


def tree(found: Gathered, now: datetime) -> Node:
    """Return the primary thread with everything that it began beneath it, in order."""
    return _Tree(found, now).root()


class _Tree:
    """One session, taken apart."""

    def __init__(self, found: Gathered, now: datetime) -> None:
        self._found = found
        self._now = now
        self._primary = found.threads[0]
        self._feed = [each for each in found.feeds[self._primary["id"]] if each.get("processed_at")]

    def root(self) -> Node:
        runs = _runs(self._feed, self._now)
        children = [each for each in runs.values() if each["type"] == "workflow_run"]
        places = _places(self._feed)
        for each in self._found.threads[1:]:
            node = self._thread(each)
            place = runs.get(places.get(each["id"], "")) or runs.get(each.get("workflow_run_id") or "")
            (children if place is None else place["children"]).append(node)
        children += [*_evaluations(self._feed, self._now), *_asked(self._feed)]
        return {**self._thread(self._primary), "children": _in_order(children)}

    def _thread(self, thread: Mapping[str, Any]) -> Node:
        feed = [each for each in self._found.feeds[thread["id"]] if not each.get("session_thread_id")]
        changes = [each for each in self._feed if _is_change(each, thread["id"])]
        agent = thread["agent"]
        return {
            "type": "thread",
            "id": thread["id"],
            "agent": agent.get("name") or ADVISOR,
            "model": agent["model"] if agent["type"] == "advisor" else agent["model"]["id"],
            "status": thread["status"],
            "stop": _stop(changes),
            "started_at": next((each["processed_at"] for each in changes), thread["created_at"]),
            "seconds": _seconds(changes, self._now, thread),
            "requests": sum(each["type"] == "span.model_request_end" for each in feed),
            "tool_calls": sum(each["type"] in CALLS for each in feed),
            "errors": [words.error(each["error"]) for each in feed if each["type"] == "session.error"],
            "usage": thread.get("usage"),
            "messages": list(self._messages(thread)),
            "children": [],
        }

    def _messages(self, thread: Mapping[str, Any]) -> Iterator[Node]:
        """Yield what was said between a child and who began it, both ways; what its own feed alone has, from there."""
        if thread["id"] == self._primary["id"]:
            return
        reasons = _reasons(self._feed)
        is_known = False
        for each in self._feed:
            if each["type"] == _SENT and each["to_session_thread_id"] == thread["id"]:
                is_known = True
                yield _message(each, "to", reasons.get(each["id"]))
            elif each["type"] == _RECEIVED and each["from_session_thread_id"] == thread["id"]:
                yield _message(each, "from", None)
        if not is_known:
            yield from (
                _message(each, "to", None) for each in self._found.feeds[thread["id"]] if each["type"] == _RECEIVED
            )


def _message(event: Event, way: str, reason: str | None) -> Node:
    text = words.text_of(event["content"])
    return {"at": event["processed_at"], "way": way, "text": text, **({"reason": reason} if reason else {})}


def _reasons(feed: Sequence[Event]) -> dict[str, str]:
    """Return why messages were sent, as the calls say that led to them: a call holds the words of its message.

    How such calls look is not published; ours name a `reason`.
    """
    found: dict[str, str] = {}
    calls: list[Event] = []
    for each in feed:
        if each["type"] == "agent.tool_use" and isinstance(each.get("input"), Mapping):
            calls.append(each)
        elif each["type"] == _SENT:
            text = words.text_of(each["content"])
            made = next((call for call in calls if text in call["input"].values()), None)
            if made is not None:
                calls.remove(made)
                if isinstance(reason := made["input"].get("reason"), str):
                    found[each["id"]] = reason
    return found


def _is_change(event: Event, thread_id: str) -> bool:
    return bool(event["type"].startswith(_STATUS)) and event["session_thread_id"] == thread_id


def _stop(changes: Sequence[Event]) -> str | None:
    if not changes or changes[-1]["type"] != f"{_STATUS}idle":
        return None
    stop: str = changes[-1]["stop_reason"]["type"]
    return stop


def _seconds(changes: Sequence[Event], now: datetime, thread: Mapping[str, Any]) -> float:
    """Return how long a thread ran: from each time it began to what came next, or to this moment."""
    if not changes:
        return float((thread.get("stats") or {}).get("active_seconds") or 0)
    moments = [(each["type"], datetime.fromisoformat(each["processed_at"])) for each in changes]
    ends = [*moments, ("", now)]
    return sum(
        (end - begun).total_seconds() for (kind, begun), (_, end) in pairwise(ends) if kind == f"{_STATUS}running"
    )


def _runs(feed: Sequence[Event], now: datetime) -> dict[str, Node]:
    """Return workflow runs by id, and their phases by the event that begins each."""
    found: dict[str, Node] = {}
    names: dict[tuple[str, str], str] = {}
    for each in feed:
        run_id = each.get("workflow_run_id")
        match each["type"]:
            case "workflow_run.created":
                names |= {(run_id or "", phase["id"]): phase["name"] for phase in each["phases"]}
                found[run_id or ""] = _span("workflow_run", each, now, name=each["name"], id=run_id)
            case "workflow_run.status_running" | "workflow_run.status_idle" if run_id in found:
                found[run_id]["status"] = each["type"].removeprefix("workflow_run.status_")
            case "workflow_run.phase_started" if run_id in found:
                phase_id = each["workflow_run_phase_id"]
                phase = _span("phase", each, now, name=names.get((run_id, phase_id), phase_id), id=phase_id)
                found[each["id"]] = phase
                found[run_id]["children"].append(phase)
            case "workflow_run.phase_ended" if each["phase_started_id"] in found:
                _end(found[each["phase_started_id"]], each, "ended")
            case "workflow_run.status_ended" if run_id in found:
                error = each["result"].get("error") or {}
                _end(found[run_id], each, each["result"]["type"], error.get("message"))
    return found


def _places(feed: Sequence[Event]) -> dict[str, str]:
    """Return in which phase the threads of workflow runs were begun: the one of its run that was last begun then."""
    phases: dict[str, str] = {}
    found: dict[str, str] = {}
    for each in feed:
        run_id = each.get("workflow_run_id") or ""
        if each["type"] == "workflow_run.phase_started":
            phases[run_id] = each["id"]
        elif each["type"] == "workflow_run.phase_ended":
            phases.pop(run_id, None)
        elif each["type"] == "session.thread_created" and run_id in phases:
            found[each["session_thread_id"]] = phases[run_id]
    return found


def _evaluations(feed: Sequence[Event], now: datetime) -> list[Node]:
    found: dict[str, Node] = {}
    for each in feed:
        if each["type"] == "span.outcome_evaluation_start":
            found[each["id"]] = _span("evaluation", each, now, iteration=each["iteration"], id=each["outcome_id"])
        elif each["type"] == "span.outcome_evaluation_end":
            # What was interrupted before it began has no beginning. Source: documented, define-outcomes.
            begun = each["outcome_evaluation_start_id"] or each["id"]
            node = found.setdefault(
                begun, _span("evaluation", each, now, iteration=each["iteration"], id=each["outcome_id"])
            )
            _end(node, each, each["result"], each.get("explanation"))
            node["usage"] = each.get("usage")
    return list(found.values())


def _asked(feed: Sequence[Event]) -> Iterator[Node]:
    for each in feed:
        if kind := _ASKED.get(each["type"]):
            text = each["description"] if kind == "outcome" else words.text_of(each["content"])
            yield {"type": kind, "id": each["id"], "started_at": each["processed_at"], "text": text}


def _span(kind: str, event: Event, now: datetime, **more: Any) -> Node:
    at = event["processed_at"]
    seconds = (now - datetime.fromisoformat(at)).total_seconds()
    return {
        "type": kind,
        **more,
        "status": "running",
        "started_at": at,
        "seconds": seconds,
        "note": None,
        "children": [],
    }


def _end(node: Node, event: Event, status: str, note: str | None = None) -> None:
    until = datetime.fromisoformat(event["processed_at"])
    seconds = (until - datetime.fromisoformat(node["started_at"])).total_seconds()
    node |= {"status": status, "seconds": seconds, "note": note}


def _in_order(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes by the moment at which each began; of one moment, what was asked comes first."""
    ordered = sorted(nodes, key=lambda each: (each["started_at"], each["type"] not in _ASKED.values()))
    for each in ordered:
        if "children" in each:
            each["children"] = _in_order(each["children"])
    return ordered

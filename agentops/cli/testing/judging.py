"""Whether what happened is what a test expects; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.base.paths import Path
from agentops.cli.sessions import words
from agentops.cli.testing.shape import Expectations, WantedCall
from agentops.engine.models.script import Matches, Words

Event = Mapping[str, Any]

_CALLS = ("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use")
_QUOTED_LINES = 12


@dataclass(frozen=True, slots=True)
class Happened:
    """What a session did."""

    events: Sequence[Event]
    stop: str
    files: Mapping[str, str]
    """What it wrote to `/mnt/session/outputs`, by path there."""

    is_late: bool = False
    """Whether it did not rest in time."""

    @property
    def said(self) -> str:
        """Return everything that the agent said."""
        return "\n\n".join(words.text_of(each["content"]) for each in self.events if each["type"] == "agent.message")

    @property
    def calls(self) -> list[Event]:
        """Return the calls of tools in their order."""
        return [each for each in self.events if each["type"] in _CALLS]

    @property
    def requests(self) -> int:
        """Return how often the model was asked."""
        return sum(each["type"] == "span.model_request_start" for each in self.events)

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """Return the session's errors."""
        return [each["error"] for each in self.events if each["type"] == "session.error"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that does not hold."""

    path: Path
    """Where it stands in the test."""

    message: str
    details: tuple[str, ...] = ()


def failures(expected: Expectations, happened: Happened, timeout_s: int) -> tuple[Failure, ...]:
    """Return what does not hold, errors first: they explain the rest."""
    if happened.is_late:
        return (Failure(("timeout_s",), f"the session did not rest within {timeout_s} s", _last(happened)),)
    found = (_errors, _stop, _requests, _says, _tools, _files)
    return tuple(dict.fromkeys(failure for each in found for failure in each(expected, happened)))


def _errors(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    for each in happened.errors:
        if each["type"] not in expected.errors:
            yield Failure(("expect", "errors"), f"there was an error: {words.error(each)}")


def _stop(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    if happened.stop == expected.stop:
        return
    details = []
    if happened.stop == "requires_action":
        asked = [each for each in happened.calls if each.get("evaluated_permission") == "ask"]
        details = [f"it waits with {words.call(each['name'], each['input'])}" for each in asked[-1:]]
        details.append("`confirm: allow` or `confirm: deny` in the test answers")
    message = f"the session ended with {happened.stop}, expected {expected.stop}"
    yield Failure(("expect", "stop"), message, tuple(details))


def _requests(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    if expected.max_requests is not None and happened.requests > expected.max_requests:
        message = f"the model was asked {happened.requests} times, expected at most {expected.max_requests}"
        yield Failure(("expect", "max_requests"), message)


def _says(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    for index, each in enumerate(expected.says):
        if not _holds(each, happened.said):
            said = words.result(happened.said or "(nothing)", _QUOTED_LINES)
            details = (f"- {_wanted(each)}", *(f"+ {line}".rstrip() for line in said))
            yield Failure(("expect", "says", index), f"the agent never said {_wanted(each)}", details)


def _tools(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    """Find each wanted call behind the one before."""
    at = 0
    marks: list[str] = []
    for index, each in enumerate(expected.tools):
        wanted = WantedCall(tool=each) if isinstance(each, str) else each
        found = next((n for n, call in enumerate(happened.calls[at:], at) if _is_call(wanted, call)), None)
        if found is None:
            after = f" after call {at}" if at else ""
            message = f"{_described(wanted)} was never called{after}"
            made = [f"  {n} {words.call(call['name'], call['input'])}" for n, call in enumerate(happened.calls, 1)]
            details = (*marks, f"- {_described(wanted)}", "calls that were made:", *(made or ["  none"]))
            yield Failure(("expect", "tools", index), message, details)
            return
        marks.append(f"  {_described(wanted)} (call {found + 1})")
        at = found + 1


def _files(expected: Expectations, happened: Happened) -> Iterator[Failure]:
    for name, wanted in expected.files.items():
        path = ("expect", "files", name)
        text = happened.files.get(name)
        if text is None:
            there = ", ".join(sorted(happened.files)) or "nothing"
            yield Failure(path, f"{name} was not written; /mnt/session/outputs holds {there}")
        elif wanted is not None and not _holds(wanted, text):
            shown = words.result(text or "(nothing)", _QUOTED_LINES)
            details = (f"- {_wanted(wanted)}", *(f"+ {line}".rstrip() for line in shown))
            yield Failure(path, f"{name} does not hold {_wanted(wanted)}", details)


def _is_call(wanted: WantedCall, call: Event) -> bool:
    sent = call["input"]
    return call["name"] == wanted.tool and all(
        name in sent and _holds(each, sent[name] if isinstance(sent[name], str) else words.value(sent[name]))
        for name, each in wanted.input.items()
    )


def _described(wanted: WantedCall) -> str:
    fields = " and ".join(f"{name} {_wanted(each)}" for name, each in wanted.input.items())
    return f"{wanted.tool} with {fields}" if fields else wanted.tool


def _holds(wanted: Words, text: str) -> bool:
    return wanted in text if isinstance(wanted, str) else re.search(wanted.matches, text, re.MULTILINE) is not None


def _wanted(wanted: Words) -> str:
    return f"what matches {wanted.matches!r}" if isinstance(wanted, Matches) else repr(wanted)


def _last(happened: Happened) -> tuple[str, ...]:
    return tuple(f"last call: {words.call(each['name'], each['input'])}" for each in happened.calls[-1:])

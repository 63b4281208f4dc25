"""A report as GitHub workflow commands: each problem at its line of the pull request.

Source: docs.github.com, "Workflow commands for GitHub Actions"; a step shows its first ten errors and warnings.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.views.text import summary_line

_SHOWN = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report_github(document: Mapping[str, Any]) -> str:
    """Return a report's JSON shape as one command a line, errors first; nothing when it is empty."""
    found = sorted(document["diagnostics"], key=lambda each: list(_COMMANDS).index(each["severity"]))
    lines = [_command(each) for each in found]
    if len(lines) > _SHOWN:
        message = f"{summary_line(document['summary'])}; GitHub shows the first {_SHOWN}, the log holds all"
        lines.insert(0, f"::{_COMMANDS[found[0]['severity']]} title=agentops::{_data(message)}")
    return "\n".join(lines)


def _command(diagnostic: Mapping[str, Any]) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in _properties(diagnostic))
    label = diagnostic["label"]
    told = [diagnostic["message"] + (f": {label}" if label else ""), *diagnostic["notes"]]
    told += (f"{near['place']['file']}:{near['place']['line']}: {near['label']}" for near in diagnostic["related"])
    return f"::{_COMMANDS[diagnostic['severity']]} {properties}::{_data(chr(10).join(told))}"


def _properties(diagnostic: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    place = diagnostic["place"]
    if place:
        yield from (("file", place["file"]), ("line", place["line"]), ("endLine", place["end_line"]))
        if place["line"] == place["end_line"]:
            # Columns of a place over several lines are refused.
            yield from (("col", place["column"]), ("endColumn", place["end_column"]))
    yield "title", diagnostic["code"]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

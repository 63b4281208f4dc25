"""A report as GitHub workflow commands: each problem at its line of the pull request.

Source: docs.github.com, "Workflow commands for GitHub Actions"; a step shows its first ten errors and warnings.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from agentops.base.views.text import summary_line

SHOWN = 10
"""Units: commands of a kind in a step."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report_github(document: Mapping[str, Any], first: Collection[str] = ()) -> str:
    """Return a report's JSON shape as one command a line, errors first; nothing when it is empty.

    Of the files `first`, those of a pull request, it speaks before all else. What GitHub would drop is left out, and
    counted.
    """
    found = sorted(document["diagnostics"], key=lambda each: (_rank(each), _is_elsewhere(each, first)))
    of_each = {severity: [each for each in found if each["severity"] == severity] for severity in _COMMANDS}
    count = summary_line(document["summary"])
    return "\n".join(line for severity, those in of_each.items() for line in _shown(severity, those, count))


def _shown(severity: str, those: Sequence[Mapping[str, Any]], count: str) -> Iterator[str]:
    if len(those) > SHOWN:
        message = f"{count}; GitHub shows the first {SHOWN} of a kind, the log holds all"
        yield f"::{_COMMANDS[severity]} title=agentops::{_data(message)}"
        those = those[: SHOWN - 1]
    yield from map(_command, those)


def _rank(diagnostic: Mapping[str, Any]) -> int:
    return list(_COMMANDS).index(diagnostic["severity"])


def _is_elsewhere(diagnostic: Mapping[str, Any], first: Collection[str]) -> bool:
    return diagnostic["place"] is None or diagnostic["place"]["file"] not in first


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

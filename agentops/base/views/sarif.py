"""A report as SARIF 2.1.0, for code scanning. Source: OASIS, sarif-v2.1.0-os."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import agentops

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_ROOT = "%SRCROOT%"
"""The name that code scanning gives to the top of the repository."""


def report_sarif(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report's JSON shape as one SARIF run."""
    slugs = list(document["codes"])
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "agentops",
                        "semanticVersion": agentops.__version__,
                        "rules": [_rule(slug, code) for slug, code in document["codes"].items()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, slugs) for each in document["diagnostics"]],
            }
        ],
    }


def _rule(slug: str, code: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": slug,
        "shortDescription": {"text": code["title"]},
        "help": {"text": code["explanation"], "markdown": code["explanation"]},
        "defaultConfiguration": {"level": _LEVELS[code["severity"]]},
    }


def _result(diagnostic: Mapping[str, Any], slugs: list[str]) -> dict[str, Any]:
    told = [". ".join(each for each in (diagnostic["message"], diagnostic["label"]) if each), *diagnostic["notes"]]
    result: dict[str, Any] = {
        "ruleId": diagnostic["code"],
        "ruleIndex": slugs.index(diagnostic["code"]),
        "level": _LEVELS[diagnostic["severity"]],
        "message": {"text": "\n".join(told)},
    }
    # Code scanning refuses results without a location: what is about the whole tree is about its top.
    whole = {"physicalLocation": {"artifactLocation": {"uri": ".", "uriBaseId": _ROOT}}}
    result["locations"] = [_location(diagnostic["place"]) if diagnostic["place"] else whole]
    if diagnostic["related"]:
        result["relatedLocations"] = [
            {"id": number, **_location(near["place"]), "message": {"text": near["label"]}}
            for number, near in enumerate(diagnostic["related"], 1)
        ]
    return result


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    is_absolute = place["file"].startswith("/")
    artifact = {"uri": quote(place["file"])} | ({} if is_absolute else {"uriBaseId": _ROOT})
    region = {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}

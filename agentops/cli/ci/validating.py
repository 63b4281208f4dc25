"""Validation in a pipeline: problems at their lines of the pull request, first those in files that it changes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentops.base.errors import AgentopsError
from agentops.base.views.github import report_github
from agentops.base.views.sarif import report_sarif
from agentops.base.views.text import report_text
from agentops.cli.ci.log import command
from agentops.cli.ci.pipeline import Pipeline
from agentops.cli.ci.results import write_outputs, write_summary, write_text
from agentops.cli.ci.running import ran
from agentops.cli.output import say
from agentops.reconcile.views.untrusted import fenced

_SUMMARY_LINES = 400


def validate(run: Pipeline, path: str, base: str, sarif: Path | None) -> int:
    """Check the manifests, say what is wrong with them where the forge shows it, and return the exit code."""
    found = ran("validate", path)
    document = found.document
    counts: Mapping[str, int] = document["summary"]
    if document["diagnostics"]:
        say(report_text(document))
        if run.forge == "github":
            command(run, report_github(document, first=changed_files(base or run.base)).splitlines())
        write_summary(run, _markdown(document))
    else:
        say(f"ok: {document['checked']['documents']} documents in {document['checked']['files']} files")
    if sarif:
        write_text(sarif, json.dumps(report_sarif(document), indent=2) + "\n")
    write_outputs(run, {"errors": str(counts["errors"]), "warnings": str(counts["warnings"])})
    return found.status


def changed_files(base: str) -> frozenset[str]:
    """Return the files that differ from a commit, as this clone knows it; none where it does not."""
    from agentops.cli.history.git import Question, ask

    if not base:
        return frozenset()
    flags = ("-r", "-z", "--name-only", "--no-renames", "--relative", "--end-of-options")
    try:
        answer = ask(Path(), Question(["diff-tree", *flags, base, "HEAD"]))
    except AgentopsError:
        return frozenset()
    return frozenset(each for each in answer.out.decode("utf-8", "replace").split("\0") if each)


def _markdown(document: Mapping[str, Any]) -> str:
    lines = report_text(document).splitlines()
    if len(lines) > _SUMMARY_LINES:
        lines = [*lines[:_SUMMARY_LINES], f"({len(lines) - _SUMMARY_LINES} more lines are in the log)", lines[-1]]
    return f"### agentops validate\n\n{fenced(each[:300] for each in lines)}\n"

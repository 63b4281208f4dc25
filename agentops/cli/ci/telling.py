"""What a plan is told with: in the log, on the page of the run, in outputs, in a file for the next job."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentops.base.errors import EXIT_PROBLEMS
from agentops.base.paint import printable
from agentops.base.views.text import report_text
from agentops.cli.ci.pipeline import Pipeline
from agentops.cli.ci.results import SUMMARY_LIMIT, write_outputs, write_summary, write_text
from agentops.cli.ci.running import Ran
from agentops.cli.output import say, stdout_paint, write_lines
from agentops.reconcile.views.markdown import About, plan_markdown
from agentops.reconcile.views.text import plan_text
from agentops.reconcile.views.untrusted import code, fenced

PLAN_FILE = "plan.json"
_NONE = {"errors": 0, "warnings": 0, "notes": 0, "files": 0}


def tell(run: Pipeline, found: Ran, folder: Path, *, is_offline: bool) -> int:
    """Tell of a plan, or of why there is none; return the exit code: 1 where nothing can be applied."""
    document = found.document
    write_text(folder / PLAN_FILE, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    if "error" in document:
        say(failure_text(document))
        write_summary(run, failure_markdown(document, run))
        write_outputs(run, {"plan-id": "", "has-changes": False, "is-blocked": True, "plan-file": ""})
        return found.status or EXIT_PROBLEMS
    if document["diagnostics"]:
        say(_report(document["diagnostics"]))
    write_lines(plan_text(document, stdout_paint()))
    write_summary(run, plan_markdown(document, about(run, document, is_offline=is_offline), SUMMARY_LIMIT))
    is_blocked = bool(document["is_blocked"])
    facts: dict[str, str | bool] = {
        "plan-id": str(document["plan_id"]),
        "has-changes": bool(document["steps"]),
        "is-blocked": is_blocked,
    }
    write_outputs(run, {**facts, "plan-file": str(folder / PLAN_FILE)})
    return EXIT_PROBLEMS if is_blocked else 0


def about(run: Pipeline, document: Mapping[str, Any], *, is_offline: bool) -> About:
    """Return what is told beside the plan."""
    if is_offline:
        note = "Manifests were compared with manifests. No target was asked: drift is not in it."
        return About("agentops offline plan", run.commit, run.run_url, note)
    how = f"Merging approves exactly this plan: it is applied with `agentops apply --expect {document['plan_id']}`."
    return About("agentops plan", run.commit, run.run_url, how)


def failure_text(document: Mapping[str, Any]) -> str:
    """Return why a command could not go on."""
    error, report = document["error"], _report(document.get("diagnostics", ()))
    hint = f"\n  {printable(error['hint'])}" if error.get("hint") else ""
    return report or f"error: {printable(error['message'])}{hint}"


def failure_markdown(document: Mapping[str, Any], run: Pipeline) -> str:
    """Return why a command could not go on, for a forge."""
    lines = failure_text(document).splitlines()
    shown = [each[:240] for each in lines[:150]] + ([f"({len(lines) - 150} more lines)"] if len(lines) > 150 else [])
    return "\n".join(
        ["### agentops plan", "", "**There is no plan.**", "", fenced(shown), "", f"commit {code(run.commit[:12])}"]
    )


def _report(diagnostics: Any) -> str:
    return report_text({"diagnostics": diagnostics, "summary": _NONE}).rpartition("\n\n")[0] if diagnostics else ""

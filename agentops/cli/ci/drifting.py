"""Drift as one issue: opened when somebody changes the target, kept up to date, closed when all is as it should be."""

from collections.abc import Mapping
from typing import Any

from agentops.base.errors import EXIT_DONE
from agentops.cli.ci import talk
from agentops.cli.ci.markers import of_drift
from agentops.cli.ci.pipeline import Pipeline
from agentops.cli.ci.results import SUMMARY_LIMIT, write_outputs, write_summary
from agentops.cli.ci.running import Ran, ran
from agentops.cli.ci.telling import failure_markdown, failure_text
from agentops.cli.output import say, stdout_paint, write_lines
from agentops.memory_repo.forges.answers import member, number, text
from agentops.memory_repo.forges.http import Call, Client
from agentops.reconcile.views.drift import drift_text
from agentops.reconcile.views.markdown import LIMIT, About, drift_markdown

TITLE = "Drift: the target is not what the manifests say"


async def report(run: Pipeline, path: str, target: str) -> int:
    """Look for drift, and keep the issue about it; return the exit code, which is 0 for what was told."""
    found: Ran = ran("drift", path, *(["--target", target] if target else []))
    document = found.document
    if "error" in document:
        say(failure_text(document))
        write_summary(run, failure_markdown(document, run))
        return found.status
    write_lines(drift_text(document, stdout_paint()))
    about = About("agentops drift", run.commit, run.run_url)
    write_summary(run, drift_markdown(document, about, SUMMARY_LIMIT))
    write_outputs(run, {"has-drift": bool(document["steps"])})
    async with talk.client_of(run) as client:
        dialect = talk.dialect_of(run)
        assert isinstance(dialect, talk.GitHub), "issues are kept on GitHub"
        say(f"issue: {await _keep(client, dialect, document, about)}")
    return EXIT_DONE


async def _keep(client: Client, dialect: talk.GitHub, document: Mapping[str, Any], about: About) -> str:
    marker = of_drift(document)
    me = await talk.myself(client, dialect)
    known = await _ours(client, dialect, marker, me)
    body = f"{marker}\n{drift_markdown(document, about, LIMIT)}"
    if document["steps"] and known is None:
        call = dialect.open_issue(TITLE, body)
        await client.write(call, lambda _: True, lambda: _is_there(client, dialect, marker, me))
        return "opened"
    if known is None:
        return "none is needed"
    number_of_it = number(known, "number")
    if not document["steps"]:
        await client.write(
            dialect.edit_issue(number_of_it, {"state": "closed", "state_reason": "completed"}), lambda _: True
        )
        return f"{number_of_it} closed: nothing has drifted"
    if text(known, "body") != body:
        await client.write(dialect.edit_issue(number_of_it, {"body": body}), lambda _: True)
    return f"{number_of_it} says it"


async def _ours(client: Client, dialect: talk.GitHub, marker: str, me: str) -> Mapping[str, Any] | None:
    call: Call = dialect.issues()
    async for each in client.pages(call, lambda data: data):
        is_ours = member(each, "user", "login") == me and "pull_request" not in each
        if is_ours and text(each, "body").startswith(marker):
            return dict(each)
    return None


async def _is_there(client: Client, dialect: talk.GitHub, marker: str, me: str) -> bool | None:
    return True if await _ours(client, dialect, marker, me) else None

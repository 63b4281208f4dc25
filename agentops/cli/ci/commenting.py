"""One comment on the pull request for each target, edited in place. A comment is help: without it no job fails."""

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from agentops.base.errors import AgentopsError, UsageError
from agentops.base.paint import printable
from agentops.cli.ci import markers, talk
from agentops.cli.ci.log import command
from agentops.cli.ci.pipeline import Pipeline
from agentops.cli.ci.telling import about
from agentops.cli.output import say
from agentops.reconcile.views.markdown import LIMIT, plan_markdown

_PLAN_BYTES = 32 << 20
_MARKER_ROOM = 200


async def comment_plan(run: Pipeline, document: Mapping[str, Any]) -> str:
    """Have the pull request's comment show a plan that we made ourselves; return what was done."""
    number = _number(run)
    body = plan_markdown(document, about(run, document, is_offline=False), LIMIT - _MARKER_ROOM)
    return await _put(run, number, f"{markers.of_plan(document, run.commit)}\n{body}")


async def comment_foreign(run: Pipeline, file: Path) -> str:
    """Have the comment show a plan that another run left, one without any right: it is data, and approves nothing.

    Which pull request it is about tells the forge's own event, never the file.
    """
    if run.after is None:
        raise UsageError("this run is not about another one", hint="run it on `workflow_run`")
    document = read_foreign(file)
    dialect = talk.dialect_of(run)
    assert isinstance(dialect, talk.GitHub), "only GitHub runs after other runs"
    async with talk.client_of(run) as client:
        number = await talk.open_for(client, dialect, run.after)
        if number is None:
            return "not written: the pull request is closed, or has moved on"
        told = about(run, document, is_offline=True)
        body = plan_markdown(document, told, LIMIT - _MARKER_ROOM)
        return await talk.put(client, dialect, number, f"{markers.of_offline(run.after.commit)}\n{body}")


def read_foreign(file: Path) -> Mapping[str, Any]:
    """Return a plan that somebody else wrote.

    Raises:
        UsageError: it is not of the shape that a plan has.
    """
    from agentops.reconcile.views.schema import faults

    try:
        with file.open("rb") as stream:
            content = stream.read(_PLAN_BYTES + 1)
        document = json.loads(content) if len(content) <= _PLAN_BYTES else None
    except (OSError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UsageError(f"{file} is no JSON object of at most {_PLAN_BYTES >> 20} MiB", hint="nothing is told of it")
    if found := faults("plan", document):
        raise UsageError(f"{file} is no plan: {found[0]}", hint="nothing is told of it")
    return document


async def helpfully(run: Pipeline, said: Callable[[], Awaitable[str]]) -> None:
    """Comment; if that fails, say so, and let the job go on."""
    try:
        say(f"comment: {await said()}")
    except AgentopsError as error:
        told = f"no comment was written: {error.message}" + (f" ({error.hint})" if error.hint else "")
        if run.forge == "github":
            command(run, [f"::warning title=agentops::{_line(told)}"])
        else:
            say(f"warning: {_line(told)}")


def _line(text: str) -> str:
    return printable(" ".join(text.split())).replace("%", "%25")


def _number(run: Pipeline) -> int:
    if run.number is None:
        raise UsageError("this run is about no pull request", hint="run it on `pull_request`")
    return run.number


async def _put(run: Pipeline, number: int, words: str) -> str:
    async with talk.client_of(run) as client:
        return await talk.put(client, talk.dialect_of(run), number, words)

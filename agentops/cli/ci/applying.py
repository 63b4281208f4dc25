"""Apply after a merge: exactly the plan that the pull request showed, or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentops.base.errors import EXIT_DONE, EXIT_STALE, RefusedPlan
from agentops.cli.ci import markers, talk
from agentops.cli.ci.commenting import helpfully
from agentops.cli.ci.pipeline import Pipeline
from agentops.cli.ci.results import SUMMARY_LIMIT, write_outputs, write_summary
from agentops.cli.ci.running import Ran, ran
from agentops.cli.ci.telling import failure_markdown, failure_text
from agentops.cli.output import say
from agentops.reconcile.views.markdown import LIMIT, About, plan_markdown
from agentops.reconcile.views.outcome import outcome_markdown

Json = Mapping[str, Any]
_MARKER_ROOM = 200


async def apply_approved(run: Pipeline, arguments: Sequence[str], expected: str) -> int:
    """Plan, see that it is what was approved, apply it, tell of it, and return the exit code."""
    now = ran("plan", *arguments)
    if "error" in now.document:
        say(failure_text(now.document))
        write_summary(run, failure_markdown(now.document, run))
        return now.status
    write_outputs(run, {"plan-id": now.document["plan_id"], "has-changes": bool(now.document["steps"])})
    if not now.document["steps"] and not now.document["is_blocked"]:
        say("nothing to apply: the target is as the manifests say")
        write_outputs(run, {"is-applied": False})
        return EXIT_DONE
    number = await _number(run)
    approved = expected or await _approved(run, now.document, number)
    if approved != now.document["plan_id"]:
        return await _stale(run, now.document, approved, number)
    done = ran("apply", *arguments, "--expect", approved)
    return await _told(run, done, now.document, number)


async def _approved(run: Pipeline, document: Json, number: int | None) -> str:
    """Return the plan that our comment showed on the pull request that was merged.

    Raises:
        RefusedPlan: nobody has seen a plan.
    """
    hint = "look at `agentops plan`, and run this with `--expect` and its id"
    if not run.forge:
        raise RefusedPlan("no pull request approved a plan: this is no pipeline", hint=hint)
    if number is None:
        raise RefusedPlan(f"commit {run.commit[:12]} was not merged by a pull request: no plan is approved", hint=hint)
    async with talk.client_of(run) as client:
        dialect = talk.dialect_of(run)
        me = await talk.myself(client, dialect)
        found = await talk.ours(client, dialect, number, markers.begun(document), me)
    shown = markers.approved(found.body) if found else None
    if shown is None:
        raise RefusedPlan(f"pull request {number} shows no plan for {document['target']}", hint=hint)
    return shown


async def _number(run: Pipeline) -> int | None:
    if run.number is not None or not run.forge:
        return run.number
    async with talk.client_of(run) as client:
        return await talk.merged_by(client, talk.dialect_of(run), run.commit)


async def _stale(run: Pipeline, document: Json, approved: str, number: int | None) -> int:
    title = "agentops: not applied, the plan is another one now"
    moved = f"Plan `{approved}` was approved, and the tree or the target moved since."
    how = f"{moved} To apply this one: `--expect {document['plan_id']}`."
    told = About(title, run.commit, run.run_url, how)
    say(f"error: plan {approved} was approved, but the plan is now {document['plan_id']}; nothing was changed")
    write_summary(run, plan_markdown(document, told, SUMMARY_LIMIT))
    write_outputs(run, {"is-applied": False})
    await _comment(run, document, number, plan_markdown(document, told, LIMIT - _MARKER_ROOM))
    return EXIT_STALE


async def _told(run: Pipeline, done: Ran, planned: Json, number: int | None) -> int:
    if "error" in done.document:
        say(failure_text(done.document))
        body = failure_markdown(done.document, run)
    else:
        body = outcome_markdown(done.document["outcome"], About("agentops apply", run.commit, run.run_url))
    write_summary(run, body)
    write_outputs(run, {"is-applied": done.status == 0})
    await _comment(run, planned, number, body)
    return done.status


async def _comment(run: Pipeline, document: Json, number: int | None, body: str) -> None:
    if number is None:
        return
    words = f"{markers.of_result(document, run.commit)}\n{body}"

    async def put() -> str:
        async with talk.client_of(run) as client:
            return await talk.put(client, talk.dialect_of(run), number, words)

    await helpfully(run, put)

"""`agentops why`: which commit wrote a line, and what became of it on the target."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import AgentopsError, InvalidManifests, UsageError
from agentops.cli.folding import write_folded
from agentops.cli.output import output_option, stdout_paint, write_json
from agentops.cli.planning import Asked, Meeting, Planned, Wanted, home_of, target_option, wanted_in, with_plan_of

if TYPE_CHECKING:
    from agentops.cli.past.places import Asked as Question


@click.command()
@click.argument("address", metavar="ADDRESS[.FIELD]")
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--offline", is_flag=True, help="Ask git alone, and no target.")
@target_option
@output_option
def why(address: str, path: Path, offline: bool, target: str | None, output: str) -> None:
    """Show which commits wrote ADDRESS or one of its fields, what is live of it, since when, and who uses that."""
    from agentops.cli.past.places import Asked as Question
    from agentops.cli.past.places import written
    from agentops.cli.past.why import why_json, why_text

    if offline and target:
        raise UsageError("--offline asks no target", hint="leave --target out")
    question, wanted = Question.parse(address), wanted_in(path, Asked.ALL_BUT_SECRETS)
    written(wanted.tree, question)  # what a person mistyped is told before anybody is asked
    live = (
        _unknown("nobody was asked: --offline") if offline else _live(wanted, Meeting(target, home_of(path)), question)
    )
    answer = why_json(wanted.tree, question, live)
    if output == "json":
        write_json(answer)
    else:
        write_folded(why_text(answer, stdout_paint()))


def _live(wanted: Wanted, meeting: Meeting, question: "Question") -> dict[str, Any]:
    """Return how it stands; a target that cannot be asked is half an answer, not none."""
    from agentops.cli.past.places import written
    from agentops.cli.past.standing import standing
    from agentops.reconcile.planner import PlanOptions

    async def use(planned: Planned) -> dict[str, Any]:
        return await standing(planned, question.address, written(planned.tree, question))

    try:
        return with_plan_of(wanted, meeting, PlanOptions(), use)
    except InvalidManifests:
        raise
    except AgentopsError as error:
        return _unknown(error.message)


def _unknown(why: str) -> dict[str, Any]:
    return {"missing": why, "id": None}

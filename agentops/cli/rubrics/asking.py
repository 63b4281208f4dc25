"""Which model judges what no check settles: the flag's, the rubric's, or the environment's."""

import os
from dataclasses import replace

from agentops.base.errors import UsageError
from agentops.cli.models import ModelFlags, has_model
from agentops.cli.rubrics.finding import Rubric, with_model

_WAYS = "--checks-only grades what code settles; --model-script FILE plays a model without one"
_PLAYED = "scripted"


def refuse_without_model(flags: ModelFlags) -> None:
    """Refuse to begin when nobody would answer.

    Raises:
        UsageError: no endpoint is set, and no flag plays a model.
    """
    if not has_model(flags, is_embedded=True):
        hint = f"set ANTHROPIC_API_KEY, or AGENTOPS_MODEL_BASE_URL (and AGENTOPS_MODEL_API_KEY); {_WAYS}"
        raise UsageError("no model is configured that could judge what no check settles", hint=hint)


def asked(rubric: Rubric, flags: ModelFlags, model: str | None) -> Rubric:
    """Return the rubric with the model that is to be asked.

    Raises:
        UsageError: nobody names one.
    """
    if model is not None:
        return with_model(rubric, model)
    if rubric.graded.model is not None:
        return rubric
    is_played = flags.model_script is not None or flags.replay is not None
    named = os.environ.get("AGENTOPS_MODEL_NAME", "").strip() or (_PLAYED if is_played else "")
    if not named:
        raise UsageError(
            f"{rubric.document.address} names no model that grades",
            hint=f"--model ID names one, so does `grader: {{model: …}}` in the manifest; {_WAYS}",
        )
    return replace(rubric, graded=replace(rubric.graded, model=named))

"""An agent's model: from an id or an object to the object that answers show."""

from agentops.engine.core.json import Json
from agentops.wire.models import DEFAULT_LEVEL, MODELS


def resolved(sent: str | Json, stored: Json | None = None) -> Json:
    """Return the model with every field; on an update, `stored` lends its effort to the same model.

    Everything else of a sent model replaces what was there.
    Source: SDK 2.11.0 `types/beta/beta_managed_agents_model_config_params.py`.
    """
    model: Json = {"id": sent} if isinstance(sent, str) else sent
    kept = stored["effort"]["type"] if stored and stored["id"] == model["id"] and "effort" not in model else None
    known = MODELS.get(model["id"])
    effort = model.get("effort") or kept or (known.default_effort if known else DEFAULT_LEVEL)
    return {
        "id": model["id"],
        "effort": {"type": effort} if isinstance(effort, str) else effort,
        "speed": model.get("speed") or "standard",
        "inference_geo": model.get("inference_geo"),
    }

"""The model of an agent, from its short form to the object that answers show."""

from typing import Any

import pytest

from agentops.engine.core import models


@pytest.mark.parametrize("sent", ["m", {"id": "m"}, {"id": "m", "effort": None, "speed": None}])
def test_every_short_form_resolves_to_the_same_object(sent: Any) -> None:
    assert models.resolved(sent) == {
        "id": "m",
        "effort": {"type": "high"},
        "speed": "standard",
        "inference_geo": None,
    }


@pytest.mark.parametrize(
    ("model", "effort"), [("claude-opus-5-5", "medium"), ("claude-haiku-5-5", "medium"), ("claude-opus-5", "high")]
)
def test_a_model_of_the_platform_has_its_own_default(model: str, effort: str) -> None:
    stored = models.resolved({"id": model, "effort": "low"})
    assert models.resolved(model)["effort"] == models.resolved({"id": model, "effort": None}, stored)["effort"]
    assert models.resolved(model)["effort"] == {"type": effort}


@pytest.mark.parametrize("effort", ["max", {"type": "max"}])
def test_effort_is_shown_as_an_object(effort: object) -> None:
    assert models.resolved({"id": "m", "effort": effort})["effort"] == {"type": "max"}


def test_effort_survives_an_update_of_the_same_model_only() -> None:
    stored = models.resolved({"id": "m", "effort": "low", "speed": "fast", "inference_geo": "us"})
    assert models.resolved("m", stored) == {
        "id": "m",
        "effort": {"type": "low"},
        "speed": "standard",
        "inference_geo": None,
    }
    assert models.resolved("n", stored)["effort"] == {"type": "high"}
    assert models.resolved({"id": "m", "effort": None}, stored)["effort"] == {"type": "high"}

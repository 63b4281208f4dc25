"""Paths: each route's own path leads to it, and nothing else does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Match, Route

from agentops.engine.api.app import ROUTES
from agentops.engine.api.paths import Found, Paths

PATHS = Paths(ROUTES)


def led(path: str) -> Any:
    return PATHS.find(path)


@pytest.mark.parametrize(("path", "resource"), ROUTES, ids=[path for path, _ in ROUTES])
def test_a_route_is_found_by_its_path(path: str, resource: Any) -> None:
    assert led(path.replace("{", "").replace("}", "").replace(":", "_")) == (resource, named(path), path)


def named(path: str) -> dict[str, str]:
    parameters = [each.strip("{}") for each in path.split("/") if "{" in each]
    return {each.removesuffix(":path"): each.replace(":", "_") for each in parameters}


@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/agents/", "/v1//agents", "//v1/agents", "/v1/agents/a/", "/v1/agents//archive", "v1/agents"],
)
def test_a_path_of_no_route_leads_nowhere(path: str) -> None:
    assert led(path) is None


def test_a_parameter_may_take_the_rest_of_the_path() -> None:
    found = led("/v1/models/vendor/model:tag")
    assert found is not None
    assert found[1] == {"model_id": "vendor/model:tag"}


WORDS = sorted({segment for path, _ in ROUTES for segment in path.split("/") if "{" not in segment})
ONE_BY_ONE = [(Route(path, resource), resource) for path, resource in ROUTES]


@given(st.sampled_from(ROUTES), st.lists(st.sampled_from(["x", "x y", "é"]), min_size=7, max_size=7), st.data())
def test_a_path_leads_where_starlette_would_lead_it(
    route: tuple[str, Any], values: list[str], data: st.DataObject
) -> None:
    segments = [
        value if "{" in segment else segment for segment, value in zip(route[0].split("/"), values, strict=False)
    ]
    changed = data.draw(st.integers(0, len(segments)))
    path = "/".join(
        (*segments[:changed], *data.draw(st.lists(st.sampled_from(WORDS), max_size=1)), *segments[changed:])
    )
    scope = {"type": "http", "path": path, "method": "GET"}
    matches = [(resource, route.matches(scope), route.path) for route, resource in ONE_BY_ONE]
    full = (Found(there, more["path_params"], own) for there, (how, more), own in matches if how is Match.FULL)
    first = next(full, None)
    if first is None or not {*first.named.values()} & {*WORDS}:  # a route's own word is never an id
        assert led(path) == first

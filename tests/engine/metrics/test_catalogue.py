"""What is written about metrics is true: the page, the dashboard and the alerts name what there is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import pytest
import yaml

from .catalogue import PAGE, Shown, exposed, page, shown, table

DEPLOY = PAGE.parents[1] / "deploy"
_SELECTOR = re.compile(r"(agentops_\w+|\bup\b)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GIVEN = {"job", "instance"}
"""Labels that Prometheus adds."""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return exposed(tmp_path_factory.mktemp("metrics"))


@pytest.fixture(scope="module")
def metrics(text: str) -> list[Shown]:
    return shown(text)


def test_the_page_tells_of_every_metric(metrics: list[Shown]) -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(written, table(metrics)), "python -m tests.engine.metrics.catalogue writes it"


def test_names_say_what_is_counted_and_in_which_unit(metrics: list[Shown]) -> None:
    for each in metrics:
        assert re.fullmatch(r"agentops_[a-z0-9_]+", each.name)
        assert (each.kind == "counter") == each.name.endswith("_total")
        assert each.told.endswith(".")
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)(_|$)", each.name)
        if each.kind == "histogram":
            assert each.name.endswith("_seconds")


def alerts() -> list[dict[str, object]]:
    found = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (str(each["expr"]) for each in alerts())
    board = json.loads((DEPLOY / "grafana" / "agentops.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (each["expr"].replace("$__rate_interval", "5m") for each in panel.get("targets", ()))


@pytest.mark.parametrize("expression", [*expressions()])
def test_every_expression_parses_and_names_what_there_is(expression: str, metrics: list[Shown]) -> None:
    promql_parser.parse(expression)
    known = {each.name: each.labels for each in metrics}
    known |= {f"{each.name}_{part}": each.labels for each in metrics if each.kind == "histogram" for part in PARTS}
    found = _SELECTOR.findall(expression)
    assert found
    for name, matchers in found:
        assert name in known or name == "up", name
        for label, operator, wanted in _MATCHER.findall(matchers):
            if label in _GIVEN:
                continue
            assert label in known[name], (name, label)
            values = wanted.split("|") if "~" in operator else [wanted]
            assert {*values} <= known[name][label], (name, label, wanted)
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        labels = {label for name, _ in found for label in known.get(name, ())}
        assert {each.strip() for each in grouped.split(",")} <= labels | _GIVEN


PARTS = ("bucket", "sum", "count")


def test_every_alert_says_how_bad_it_is_and_where_to_read_on() -> None:
    head = (DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8").partition("groups:")[0]
    assert len({each["alert"] for each in alerts()}) == len(alerts())
    for each in alerts():
        labels, annotations = each["labels"], each["annotations"]
        assert isinstance(labels, dict)
        assert isinstance(annotations, dict)
        assert labels["severity"] in ("critical", "warning")
        assert set(annotations) == {"summary", "runbook"}
        file, _, anchor = annotations["runbook"].partition("#")
        assert anchor in re.findall(r"[a-z-]+", head)
        page = PAGE.parents[1] / file
        if page.exists():
            assert anchor in headings(page.read_text(encoding="utf-8"))


def headings(text: str) -> set[str]:
    """Return the anchors of a page, as GitHub makes them."""
    found = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in found}


def test_the_board_is_one_that_grafana_can_read() -> None:
    board = json.loads((DEPLOY / "grafana" / "agentops.json").read_text(encoding="utf-8"))
    panels = board["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for each in panels:
        place = each["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not taken & cells, each["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_a_server_that_has_just_begun_shows_zeros_and_no_gaps(text: str) -> None:
    for name in ("agentops_firings_total", "agentops_delivery_attempts_total", "agentops_database_errors_total"):
        assert f"{name}{{" in text
    assert Path(PAGE).exists()

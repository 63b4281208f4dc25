"""The metrics that are counted where things happen. One registry a server, none of the process: two may live in one.

Children are looked up once and kept by the plain values that they stand for: prometheus_client's own `labels` takes
longer than all the rest of a count.
"""

import platform
from collections.abc import Callable, Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from agentops import __version__
from agentops.engine.core.conversation import Usage
from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.model_table import Model
from agentops.engine.core.runs import prices
from agentops.engine.meter import FiringOutcome, SandboxOutcome, ToolOutcome
from agentops.engine.metrics import labels
from agentops.engine.store.port import Gain

T = TypeVar("T")

_REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_MODEL_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_TOOL_S = (0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120, 600)
_START_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 30)
_TRANSACTION_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)
_LAG_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_LATE_S = (0.1, 1, 5, 15, 30, 60, 300, 900, 3600)
"""Units: seconds. Chosen around what was measured: an answer takes half a millisecond, a sandbox 150."""

_CUSTOM_RESULTS = {"user.custom_tool_result": "custom", "user.tool_result": "self_hosted"}
"""Whose results come from outside, by the type of the event that brings them."""

_EVENT_TYPES_MAX = 100
"""The types of a log are a closed set of some fifty; no more are ever shown, whatever a later version writes."""


class Children(dict[tuple[str, ...], T]):
    """The children of a metric by their labels, each looked up once; the caller keeps the labels to closed sets."""

    def __init__(self, make: Callable[..., T]) -> None:
        """Take what looks one up."""
        self._make = make

    def __missing__(self, key: tuple[str, ...]) -> T:
        """Look one up for the first time."""
        child = self[key] = self._make(*key)
        return child


class Families:
    """Counts, for one server."""

    def __init__(self, models: Sequence[Model], database: str) -> None:
        """Begin at nothing; `database` is the kind of database that the server is on."""
        self.registry = registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(namespace="agentops", registry=registry)
        self._models = labels.models(models)
        self._http(registry)
        self._sessions(registry)
        self._machines(registry)
        self._alone(registry)
        self._begin()
        build = Gauge(
            "agentops_build_info",
            "Which agentops this is; always 1.",
            ["version", "python", "database"],
            registry=registry,
        )
        build.labels(__version__, platform.python_version(), database).set(1)

    def _http(self, registry: CollectorRegistry) -> None:
        self._requests = Children(
            Counter(
                "agentops_http_requests_total",
                "Requests to the API that are over, by the template of their route and the class of their status.",
                ["route", "method", "status"],
                registry=registry,
            ).labels
        )
        self._request_seconds = Children(
            Histogram(
                "agentops_http_request_duration_seconds",
                "How long until an answer began; a stream's own length does not count.",
                ["route", "method"],
                buckets=_REQUEST_S,
                registry=registry,
            ).labels
        )
        self._requests_in_progress = Gauge(
            "agentops_http_requests_in_progress",
            "Requests that are being answered, open streams too.",
            registry=registry,
        )

    def _sessions(self, registry: CollectorRegistry) -> None:
        self._asked = Children(
            Counter(
                "agentops_model_requests_total",
                "Requests to models by how they ended: ok, cancelled, or the type of the error.",
                ["model", "outcome"],
                registry=registry,
            ).labels
        )
        self._asked_seconds = Children(
            Histogram(
                "agentops_model_request_duration_seconds",
                "How long models took to answer, to the end of the answer.",
                ["model"],
                buckets=_MODEL_S,
                registry=registry,
            ).labels
        )
        self._tokens = Children(
            Counter(
                "agentops_model_tokens_total",
                "Tokens that models took: input, output, cache_read, cache_creation.",
                ["model", "kind"],
                registry=registry,
            ).labels
        )
        self._dollars = Children(
            Counter(
                "agentops_model_list_cost_dollars_total",
                "What the tokens cost at list prices; models without a known price are not in it.",
                ["model"],
                registry=registry,
            ).labels
        )
        self._calls = Children(
            Counter(
                "agentops_tool_calls_total",
                "Tool calls by how they ended: ok, error, unavailable, cancelled.",
                ["tool", "outcome"],
                registry=registry,
            ).labels
        )
        self._call_seconds = Children(
            Histogram(
                "agentops_tool_call_duration_seconds",
                "How long tool calls took that ran here.",
                ["tool"],
                buckets=_TOOL_S,
                registry=registry,
            ).labels
        )
        self._events = Children(
            Counter(
                "agentops_session_events_total",
                "Events of sessions that took effect, by type.",
                ["type"],
                registry=registry,
            ).labels
        )
        self._outcomes = Children(
            Counter(
                "agentops_outcome_evaluations_total",
                "Evaluations of outcomes that came to their end, by result.",
                ["result"],
                registry=registry,
            ).labels
        )

    def _machines(self, registry: CollectorRegistry) -> None:
        self._sandbox_starts = Children(
            Counter(
                "agentops_sandbox_starts_total", "Sandboxes that were to be started.", ["outcome"], registry=registry
            ).labels
        )
        self._sandbox_seconds = Histogram(
            "agentops_sandbox_start_duration_seconds",
            "How long sandboxes took to be ready.",
            buckets=_START_S,
            registry=registry,
        )
        self._sandboxes = Gauge("agentops_sandboxes_running", "Sandboxes that run.", registry=registry)
        self._sandbox_deaths = Counter(
            "agentops_sandbox_failures_total", "Sandboxes that died while they were used.", registry=registry
        )
        self._transactions = Children(
            Histogram(
                "agentops_database_transaction_duration_seconds",
                "How long transactions took, with the wait for their turn: read, glance, write, append.",
                ["kind"],
                buckets=_TRANSACTION_S,
                registry=registry,
            ).labels
        )
        self._database_errors = Children(
            Counter(
                "agentops_database_errors_total",
                "Transactions that the database failed: contention, unreachable, disk_full, other.",
                ["kind"],
                registry=registry,
            ).labels
        )
        self.loop_lag = Histogram(
            "agentops_event_loop_lag_seconds",
            "How much later than due the event loop came to a task that waits for a quarter of a second.",
            buckets=_LAG_S,
            registry=registry,
        )

    def _alone(self, registry: CollectorRegistry) -> None:
        self._attempts = Children(
            Counter(
                "agentops_delivery_attempts_total",
                "Attempts to deliver a webhook message, by how they ended.",
                ["outcome"],
                registry=registry,
            ).labels
        )
        self._attempt_seconds = Histogram(
            "agentops_delivery_attempt_duration_seconds",
            "How long attempts to deliver took.",
            buckets=_TOOL_S,
            registry=registry,
        )
        self._firings = Children(
            Counter(
                "agentops_firings_total",
                "Scheduled runs of deployments: on_time, late, failed.",
                ["outcome"],
                registry=registry,
            ).labels
        )
        self._firing_lateness = Histogram(
            "agentops_firing_lateness_seconds",
            "How long after its moment, jitter included, a scheduled deployment was run.",
            buckets=_LATE_S,
            registry=registry,
        )

    def _begin(self) -> None:
        """Show what has never happened as a zero: from a series that appears with a one nobody sees it happen."""
        for family, values in (
            (self._sandbox_starts, ("ok", "failed")),
            (self._database_errors, sorted(labels.DATABASE_ERRORS)),
            (self._outcomes, sorted(labels.OUTCOME_RESULTS)),
            (self._attempts, sorted(labels.DELIVERY_OUTCOMES)),
            (self._firings, ("on_time", "late", "failed")),
        ):
            for each in values:
                _ = family[each,]

    # --- the port ----------------------------------------------------------------------------------------------------

    def answering(self) -> None:
        """Count a request that came in."""
        self._requests_in_progress.inc()

    def answered(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        self._requests_in_progress.dec()
        where, how = route or labels.NO_ROUTE, labels.among(labels.METHODS, method)
        self._requests[where, how, labels.among(labels.STATUS_CLASSES, f"{status // 100}xx")].inc()
        self._request_seconds[where, how].observe(seconds)

    def asked(self, model: Json, outcome: str, seconds: float, usage: Usage | None) -> None:
        """Count a request to a model."""
        name = self._models.get(model["id"], labels.OTHER)
        self._asked[name, labels.among(labels.MODEL_OUTCOMES, outcome)].inc()
        self._asked_seconds[name,].observe(seconds)
        if usage is None:
            return
        self._tokens[name, "input"].inc(usage.input_tokens)
        self._tokens[name, "output"].inc(usage.output_tokens)
        self._tokens[name, "cache_read"].inc(usage.cache_read_input_tokens)
        self._tokens[name, "cache_creation"].inc(usage.cache_creation_input_tokens)
        if (rate := prices.rate(model)) is not None:
            self._dollars[name,].inc(prices.token_cents(rate, usage) / 100)

    def ran(self, tool: str, server: str | None, outcome: ToolOutcome, seconds: float) -> None:
        """Count a tool call that ended here."""
        name = "mcp" if server is not None else labels.among(labels.TOOLS, tool)
        self._calls[name, outcome].inc()
        self._call_seconds[name,].observe(seconds)

    def committed(self, entries: Sequence[Entry]) -> None:
        """Count what a running session's log has got."""
        for each in entries:
            if each.at is None:
                continue
            self._count_event(each.type)
            if each.type == "span.outcome_evaluation_end":
                self._outcomes[labels.among(labels.OUTCOME_RESULTS, str(each.body.get("result"))),].inc()

    def gained(self, gains: Sequence[Gain]) -> None:
        """Count what clients sent into logs with effect at once."""
        for each in (event for gain in gains for event in gain.events):
            if each.processed_at is None or not each.type.startswith("user."):
                continue
            self._count_event(each.type)
            if (tool := _CUSTOM_RESULTS.get(each.type)) is not None:
                self._calls[tool, "error" if parsed(each.body).get("is_error") else "ok"].inc()

    def _count_event(self, kind: str) -> None:
        is_shown = (kind,) in self._events or len(self._events) < _EVENT_TYPES_MAX
        self._events[kind if is_shown else labels.OTHER,].inc()

    def sandbox_started(self, outcome: SandboxOutcome, seconds: float) -> None:
        """Count a sandbox that was to be started."""
        self._sandbox_starts[outcome,].inc()
        if outcome == "ok":
            self._sandboxes.inc()
            self._sandbox_seconds.observe(seconds)

    def sandbox_ended(self, *, is_failure: bool) -> None:
        """Count a sandbox that was stopped, or died."""
        self._sandboxes.dec()
        if is_failure:
            self._sandbox_deaths.inc()

    def transacted(self, kind: str, seconds: float, error: str | None) -> None:
        """Count a transaction."""
        self._transactions[kind,].observe(seconds)
        if error is not None:
            self._database_errors[labels.among(labels.DATABASE_ERRORS, error),].inc()

    def delivered(self, outcome: str, seconds: float) -> None:
        """Count an attempt to deliver a webhook message."""
        self._attempts[labels.among(labels.DELIVERY_OUTCOMES, outcome),].inc()
        self._attempt_seconds.observe(seconds)

    def fired(self, outcome: FiringOutcome, late_s: float) -> None:
        """Count a scheduled run."""
        self._firings[outcome,].inc()
        self._firing_lateness.observe(late_s)

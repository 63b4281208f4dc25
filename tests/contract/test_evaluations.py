"""What graders found: kept once, criterion by criterion, listed newest first and by what it is of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest
from anthropic import BadRequestError
from pydantic import AwareDatetime

from agentops.base.clock import ManualClock, timestamp
from agentops.engine.core.conversation import Usage
from agentops.engine.core.evaluations import Evaluation, rubric_digest, rubric_title
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.engine.operations import evaluations
from agentops.engine.store.port import Transaction

from .conftest import Servers
from .extensions import Answer, Page, read
from .given import MODEL, a_session, refused
from .sdk import Api

EVALUATIONS = "/v1/x-agentops/evaluations"
RUBRIC = "# Incident report\n\nIt has a cause."
FINDINGS = (
    Finding("sections", Degree.MET, "The command ended with 0.", "check", is_required=True),
    Finding("cause", Degree.PARTLY, "It says likely without a mechanism.", "grader", weight=3.0),
)

Record = Callable[[Evaluation], None]


class FindingShape(Answer):
    criterion_id: str
    degree: Literal["met", "partially_met", "not_met"]
    reason: str
    settled_by: Literal["check", "grader"]
    weight: float
    required: bool


class EvaluationShape(Answer):
    type: Literal["outcome_evaluation_record"]
    session_id: str
    outcome_id: str
    iteration: int
    rubric: dict[str, str | None]
    agent: dict[str, str | int]
    result: Literal["satisfied", "needs_revision", "max_iterations_reached", "failed", "interrupted"]
    score: float | None
    findings: list[FindingShape]
    usage: dict[str, int]
    started_at: AwareDatetime
    created_at: AwareDatetime


@pytest.fixture
def record(request: pytest.FixtureRequest, api: Api, servers: Servers) -> Record:
    """Return what keeps an evaluation below the API, as the runner does in the commit that logs its end."""
    engine = servers.server(request.node.callspec.params["api"]).engine

    def keep(evaluation: Evaluation) -> None:
        def work(tx: Transaction) -> None:
            evaluations.record(tx, engine.settings.workspace, evaluation)

        servers.run(engine._database.append(work))

    return keep


def an_evaluation(session: Any, clock: ManualClock, **fields: Any) -> Evaluation:
    began = timestamp(clock.now())
    clock.advance(timedelta(seconds=2))
    found = Evaluation(
        session_id=session.id,
        outcome_id="outc_01First",
        iteration=0,
        rubric_digest=rubric_digest(RUBRIC),
        rubric_title=rubric_title(RUBRIC),
        agent_id=session.agent.id,
        agent_version=session.agent.version,
        model=session.agent.model.id,
        result="needs_revision",
        score=0.25,
        findings=FINDINGS,
        usage=Usage(900, 80),
        started_at=began,
        ended_at=timestamp(clock.now()),
    )
    return replace(found, **fields)


def listed(api: Api, **query: Any) -> list[EvaluationShape]:
    return [EvaluationShape.model_validate(each) for each in read(api, EVALUATIONS, Page, **query).data]


def test_an_evaluation_is_kept_once_with_all_that_was_found(api: Api, clock: ManualClock, record: Record) -> None:
    session = a_session(api)
    began = clock.now()
    made = an_evaluation(session, clock)
    record(made)
    record(replace(made, result="satisfied"))
    assert [each.model_dump(mode="json", exclude={"created_at", "started_at"}) for each in listed(api, limit=1)] == [
        {
            "type": "outcome_evaluation_record",
            "session_id": session.id,
            "outcome_id": "outc_01First",
            "iteration": 0,
            "rubric": {"title": "Incident report", "digest": rubric_digest(RUBRIC)},
            "agent": {"id": session.agent.id, "version": 1, "model": MODEL},
            "result": "needs_revision",
            "score": 0.25,
            "findings": [
                {
                    "criterion_id": "sections",
                    "degree": "met",
                    "reason": "The command ended with 0.",
                    "settled_by": "check",
                    "weight": 1.0,
                    "required": True,
                },
                {
                    "criterion_id": "cause",
                    "degree": "partially_met",
                    "reason": "It says likely without a mechanism.",
                    "settled_by": "grader",
                    "weight": 3.0,
                    "required": False,
                },
            ],
            "usage": {
                "input_tokens": 900,
                "output_tokens": 80,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }
    ]
    (only,) = listed(api, session_id=session.id)
    assert (only.started_at, only.created_at) == (began, clock.now())


def test_evaluations_are_found_by_what_they_are_of_and_when(api: Api, clock: ManualClock, record: Record) -> None:
    one, other = a_session(api), a_session(api)
    title = f"Reports of {one.id}"
    for session, outcome, iteration in ((one, "outc_01A", 0), (one, "outc_01A", 1), (one, "outc_01B", 0)):
        record(an_evaluation(session, clock, outcome_id=outcome, iteration=iteration, rubric_title=title))
    record(an_evaluation(other, clock, rubric_title=None, score=None, findings=()))
    everything = [("outc_01B", 0), ("outc_01A", 1), ("outc_01A", 0)]

    def names(**query: Any) -> list[tuple[str, int]]:
        return [(each.outcome_id, each.iteration) for each in listed(api, **query)]

    for query in ({"session_id": one.id}, {"agent_id": one.agent.id}, {"rubric": title}):
        assert names(**query) == everything, query
    assert names(session_id=one.id, outcome_id="outc_01A") == everything[1:]
    assert names(session_id=other.id, rubric=title) == []
    (free,) = listed(api, session_id=other.id)
    assert (free.rubric["title"], free.score, free.findings) == (None, None, [])
    middle = listed(api, session_id=one.id)[1].created_at.isoformat()
    bounds = {"gt": everything[:1], "gte": everything[:2], "lt": everything[2:], "lte": everything[1:]}
    for bound, wanted in bounds.items():
        assert names(session_id=one.id, **{f"created_at[{bound}]": middle}) == wanted, bound


def test_evaluations_are_read_page_by_page_and_go_with_their_session(
    api: Api, clock: ManualClock, record: Record
) -> None:
    session = a_session(api)
    for iteration in range(3):
        record(an_evaluation(session, clock, iteration=iteration))
    first = read(api, EVALUATIONS, Page, session_id=session.id, limit=2)
    second = read(api, EVALUATIONS, Page, session_id=session.id, limit=2, page=first.next_page)
    assert [each["iteration"] for each in [*first.data, *second.data]] == [2, 1, 0]
    assert second.next_page is None
    api.sessions.delete(session.id)
    assert listed(api, session_id=session.id) == []


@pytest.mark.stateless
@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"page": "page_made-up"}, "page"),
        ({"session_id": ""}, "session_id"),
        ({"rubric": "r" * 257}, "rubric"),
        ({"created_at[gte]": "yesterday"}, "created_at[gte]"),
    ],
    ids=str,
)
def test_a_query_that_makes_no_sense_is_refused(api: Api, query: dict[str, Any], word: str) -> None:
    refused(BadRequestError, lambda: read(api, EVALUATIONS, Page, **query), word)


@pytest.mark.stateless
def test_an_id_that_nothing_has_finds_nothing(api: Api) -> None:
    assert listed(api, session_id="sesn_01Nobodys") == []


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Incident report\n\n## Criteria", "Incident report"),
        ("\n# A note \n", "A note"),
        ("It is short.", None),
        ("## Criteria\n# Late", None),
        ("# \n", None),
        (f"# {'t' * 300}", "t" * 256),
    ],
)
def test_a_rubric_is_called_by_the_heading_it_begins_with(text: str, title: str | None) -> None:
    assert rubric_title(text) == title

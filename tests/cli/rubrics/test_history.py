"""`agentops rubric history`: what graders found so far, and how versions and models compare."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops import embedded
from agentops.base.paint import Paint
from agentops.cli.rubrics import history, told
from agentops.engine.core.conversation import Usage
from agentops.engine.core.evaluations import Evaluation, Result, body, rubric_digest
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.engine.operations import evaluations
from agentops.engine.server import Engine
from agentops.engine.store.port import Transaction
from agentops.targets import live
from tests.cli.shell import Shell
from tests.conftest import BETA

from .conftest import GOOD, a_script

BLANK = Evaluation(
    session_id="sesn_01A",
    outcome_id="outc_01A",
    iteration=0,
    rubric_digest="a",
    rubric_title="A good note",
    agent_id="agent_01A",
    agent_version=1,
    model="claude-opus-5-5",
    result="needs_revision",
    score=0.5,
    findings=(Finding("kind", Degree.NOT, "Rude.", "grader"), Finding("short", Degree.MET, "Short.", "check")),
    usage=Usage(),
    started_at="2026-11-21T08:00:00.000000Z",
    ended_at="2026-11-21T08:30:00.000000Z",
)


def records(*found: Evaluation) -> Sequence[history.Record]:
    return [json.loads(body(each)) for each in found]


def an_outcome(name: str, results: Sequence[Result], version: int = 1) -> list[Evaluation]:
    """Return the evaluations of an outcome, whose score grows with each."""
    return [
        replace(BLANK, outcome_id=name, agent_version=version, iteration=at, result=each, score=0.5 + at / 4)
        for at, each in enumerate(results)
    ]


def test_versions_are_compared_by_what_became_of_their_outcomes() -> None:
    found = history.standings(
        records(
            *an_outcome("a", ["needs_revision", "satisfied"]),
            *an_outcome("b", ["needs_revision", "needs_revision", "max_iterations_reached"]),
            *an_outcome("c", ["needs_revision"]),
            *an_outcome("d", ["interrupted"]),
            *an_outcome("e", ["satisfied"], version=2),
        ),
        "agent",
    )
    first, second = found
    assert (first.key, first.outcomes, first.decided, first.satisfied) == ("agent_01A v1", 4, 2, 1)
    assert (first.pass_rate, first.first_score, first.iterations) == (0.5, 0.5, 2.0)
    assert first.missed == (("kind", 4),)
    assert (second.pass_rate, second.iterations) == (1.0, 1.0)


def test_what_nobody_knows_is_not_made_up() -> None:
    (only,) = history.standings(records(replace(BLANK, iteration=1, score=None)), "model")
    assert (only.key, only.outcomes, only.pass_rate) == ("claude-opus-5-5", 1, None)
    assert (only.first_score, only.iterations, only.missed) == (None, None, ())
    shown = list(told.comparison(records(replace(BLANK, iteration=1, score=None)), "model", {}, Paint()))
    assert shown[1].split() == ["claude-opus-5-5", "1", "-", "-", "-", "-"]


def test_a_comparison_says_that_the_rubric_changed_meanwhile() -> None:
    changed = records(BLANK, replace(BLANK, outcome_id="b", rubric_digest="b"))
    assert "2 texts of the rubric" in list(told.comparison(changed, "model", {}, Paint()))[-1]


@pytest.fixture
def remembered(project: Shell) -> Shell:
    """A shell whose embedded engine keeps two evaluations of one session, and one by another rubric."""
    digest = rubric_digest(project("rubric", "show", "note").out)
    asyncio.run(_filled(digest))
    return project


async def _filled(digest: str) -> None:
    async with embedded.engine(Path(".agentops")) as engine:
        agent, session = await _begun(engine)
        mine = replace(BLANK, session_id=session, agent_id=agent)
        kept = (
            replace(mine, rubric_digest="an earlier text"),
            replace(mine, iteration=1, rubric_digest=digest, result="satisfied", score=1.0, findings=()),
            replace(mine, iteration=2, rubric_title="Another"),
        )

        def record(tx: Transaction) -> None:
            for each in kept:
                evaluations.record(tx, engine.settings.workspace, each)

        await engine._database.write(record)


async def _begun(engine: Engine, *events: dict[str, Any]) -> tuple[str, str]:
    """Begin a session of a new agent, and return the ids of both."""
    headers = {"anthropic-beta": BETA, "authorization": f"Bearer {engine.credential.reveal()}"}
    transport = httpx2.ASGITransport(app=engine.app)
    async with httpx2.AsyncClient(base_url=embedded.URL, transport=transport, headers=headers) as http:

        async def made(path: str, **fields: Any) -> str:
            return str((await http.post(f"/v1/{path}", json=fields)).json()["id"])

        tools = [{"type": "agent_toolset_20260401"}]
        agent = await made("agents", name="Writer", model="claude-opus-5-5", tools=tools)
        environment = await made("environments", name="Desk")
        return agent, await made("sessions", agent=agent, environment_id=environment, initial_events=list(events))


def test_the_history_of_a_rubric_is_shown_newest_first(remembered: Shell) -> None:
    head, newest, oldest, _, note = remembered("rubric", "history", "note").out.splitlines()
    assert head.split()[:3] == ["ENDED", "SESSION", "EVALUATION"]
    assert newest.split()[3:] == ["2", "Writer", "v1", "claude-opus-5-5", "1.00", "satisfied"]
    assert oldest.split()[3:] == ["1*", "Writer", "v1", "claude-opus-5-5", "0.50", "needs", "revision", "kind"]
    assert note.startswith("* graded by another text")
    session = newest.split()[2]
    read = remembered("rubric", "history", "note", "--session", session, "-o", "json").json["evaluations"]
    assert [each["iteration"] for each in read] == [1, 0]
    assert remembered("rubric", "history", "note", "--since", "2026-11-22").out == "No evaluations.\n"
    assert remembered("rubric", "history", "bare").out == "No evaluations.\n"
    compared = remembered("rubric", "history", "note", "--by", "agent").out
    assert "Writer v1  1         100 % of 1  0.50         2.0       kind (1)" in compared
    by = remembered("rubric", "history", "note", "--by", "model", "-o", "json").json
    assert (by["groups"][0]["model"], by["groups"][0]["pass_rate"], by["rubric_texts"]) == ("claude-opus-5-5", 1.0, 2)


def test_a_target_that_keeps_none_is_told_as_such(project: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    vendors = httpx2.MockTransport(lambda _: httpx2.Response(404, json={"type": "error"}))
    opened = live.LiveTarget.__init__
    monkeypatch.setattr(live.LiveTarget, "__init__", lambda self, endpoint: opened(self, endpoint, vendors))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test-0123456789")
    said = project("rubric", "history", "note", status=1).err
    assert "https://api.anthropic.com keeps no history of evaluations" in said
    assert "agentops serve" in said


@pytest.mark.usefixtures("sandbox")
def test_what_a_session_was_graded_by_is_in_the_history(project: Shell) -> None:
    rubric = {"type": "text", "content": project("rubric", "show", "note").out}
    outcome = {"type": "user.define_outcome", "description": "Thank them.", "rubric": rubric}

    async def begin() -> None:
        async with embedded.engine(Path(".agentops")) as engine:
            await _begun(engine, outcome)

    asyncio.run(begin())
    script = Path(a_script())
    writing = "  - when: {{agent: Writer, turn: {turn}}}\n    call: [{{tool: write, input: {input}}}]\n"
    for turn, content in ((1, "Thanks."), (3, GOOD)):
        note = json.dumps({"file_path": "/mnt/session/outputs/note.md", "content": content})
        script.write_text(script.read_text() + writing.format(turn=turn, input=note))
    script.write_text(script.read_text() + "  - {when: {agent: Writer}, say: Done., times: 2}\n")
    project("session", "tail", "last", "--model-script", str(script))
    found = project("rubric", "history", "note", "-o", "json").json["evaluations"]
    assert [(each["iteration"], each["result"], each["score"]) for each in found] == [
        (1, "satisfied", 1.0),
        (0, "needs_revision", 0.75),
    ]
    assert [each["criterion_id"] for each in found[1]["findings"] if each["degree"] != "met"] == ["headings"]
    assert "another text of the rubric" not in project("rubric", "history", "note").out

"""`agentops doctor` says what the target keeps without acting on it, and says so where it cannot know."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.engine.core.capabilities import CAPABILITIES, State, answered


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "AGENTOPS_TARGET", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert run(cli, ["init", str(tmp_path)]) == 0
    return tmp_path


class Elsewhere(BaseHTTPRequestHandler):
    """A server that has every list, and says of its capabilities what the test wants: None is a 404."""

    table: Any = None
    lists: Any = {"data": [], "next_page": None}  # noqa: RUF012 - never changed, only replaced
    status = 200

    def do_GET(self) -> None:
        answer = self.table if "x-agentops" in self.path else self.lists
        body = json.dumps(answer).encode()
        self.send_response(404 if answer is None else self.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


class Many(ThreadingHTTPServer):
    """A server that takes all whom a doctor sends at once: who finds the door full knocks again a second later."""

    request_queue_size = 32


@pytest.fixture
def elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Elsewhere]]:
    handler = type("Handler", (Elsewhere,), {})
    with Many(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-somewhere-else-0123456789")
        yield handler
        server.shutdown()
        thread.join()


def test_our_engine_tells_what_it_does_not_act_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["doctor", str(project)]) == 0
    said = capsys.readouterr().out.partition("Not acted on by the target:")[2]
    told = [tuple(line.split()[:2]) for line in said.splitlines() if line]
    assert told == [(each.state, each.name) for each in CAPABILITIES if each.state is not State.AVAILABLE]


def test_a_look_leaves_nothing_behind(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(project.rglob("*"))
    assert run(cli, ["doctor", str(project)]) == 0
    assert sorted(project.rglob("*")) == before
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    monkeypatch.chdir(nowhere)
    for looking in (["list"], ["show", "last"], ["tail", "last"]):
        assert run(cli, ["session", *looking]) == 2
        assert f"there is no project in {nowhere}" in capsys.readouterr().err
    assert run(cli, ["doctor"]) == 1
    assert not [*nowhere.iterdir()]


def test_the_whole_table_is_in_the_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["doctor", str(project), "-o", "json"]) == 0
    out = capsys.readouterr().out
    said = json.loads(out[out.index("{") :])
    assert said["capabilities"] == answered()["data"]
    assert said["checks"][-1]["state"] == "ok"


@pytest.mark.parametrize("table", [None, {}, {"data": "many"}, {"data": [1]}])
def test_a_target_that_does_not_tell_is_said_not_to(
    project: Path, elsewhere: type[Elsewhere], table: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.table = table
    assert run(cli, ["doctor", str(project)]) == 0
    said = capsys.readouterr().out
    assert "○ capabilities   the target does not tell what it does with each field" in said
    assert "Not acted on" not in said


def test_what_a_target_says_stays_on_its_line(
    project: Path, elsewhere: type[Elsewhere], capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.table = {"data": [{"name": "a\nb", "state": "stored\x1b[2J", "note": None}, {}]}
    assert run(cli, ["doctor", str(project)]) == 0
    said = capsys.readouterr().out
    assert "a b" in said
    assert "\x1b[2J" not in said


@pytest.mark.parametrize("where", ["true", ""])
def test_a_key_that_shadows_a_federated_identity_is_found(
    elsewhere: type[Elsewhere],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    where: str,
) -> None:
    capsys.readouterr()
    monkeypatch.setenv("ANTHROPIC_FEDERATION_RULE_ID", "fdrl_1")
    monkeypatch.setenv("CI", where)
    assert run(cli, ["doctor", str(project), "-o", "json"]) == (1 if where else 0)
    (check,) = (each for each in json.loads(capsys.readouterr().out)["checks"] if each["name"] == "identity")
    assert check["state"] == ("failed" if where else "warning")
    assert "ANTHROPIC_API_KEY is set" in check["fact"]


def facts(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return {each["name"]: each["fact"] for each in json.loads(capsys.readouterr().out)["checks"]}


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
def test_it_says_which_credential_is_used(
    elsewhere: type[Elsewhere],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
) -> None:
    del elsewhere
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv(variable, "one-of-the-test-0123456789")
    capsys.readouterr()
    assert run(cli, ["doctor", str(project), "-o", "json"]) == 0
    found = facts(capsys)
    assert found["credential"] == f"the one in {variable}"
    assert found["target"].endswith(f"(by ANTHROPIC_BASE_URL and {variable})")


@pytest.mark.parametrize("status", [200, 401])
def test_a_doctor_sends_nobody_to_the_doctor(
    elsewhere: type[Elsewhere],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
) -> None:
    monkeypatch.setattr(elsewhere, "status", status)
    monkeypatch.setattr(elsewhere, "lists", {} if status == 401 else "no list")
    capsys.readouterr()
    assert run(cli, ["doctor", str(project), "-o", "json"]) == 1
    said = facts(capsys)["connection"]
    assert "; check " in said, "the way out"
    assert "doctor" not in said


def test_one_problem_is_one_problem(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "agents.d/prompts/reviewer.md").unlink()
    capsys.readouterr()
    assert run(cli, ["doctor", str(project), "-o", "json"]) == 1
    assert facts(capsys)["manifests"].startswith("1 problem in ")

"""Tasks for agents, with the real command: shown, asked about, interrupted, followed, and over lost connections."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

import pytest

from .command import PATIENCE_S, Command, bare_environment
from .nursery import born
from .server import serving
from .terminal import CTRL_C, at_terminal

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

AGENTS = """\
apiVersion: agentops/v1
kind: Agent
metadata: {name: doer}
spec: {model: claude-sonnet-5-5, tools: [{type: agent_toolset_20260401}]}
---
apiVersion: agentops/v1
kind: Agent
metadata: {name: asker}
spec:
  model: claude-sonnet-5-5
  tools: [{type: agent_toolset_20260401, default_config: {permission_policy: {type: always_ask}}}]
---
apiVersion: agentops/v1
kind: Rubric
metadata: {name: note}
spec:
  criteria: [{id: there, text: The report is there., check: {exists: /mnt/session/outputs/report.md}}]
"""
SCRIPT = """\
turns:
  - think: true
    say: I look first.
    call: [{tool: bash, input: {command: "seq 12"}}]
  - when: {tool_result: "12"}
    say: All there.
  - when: {tool_result: not today}
    say: Then not.
  - say: And now this.
    times: forever
"""
REPORT = "; echo '# Report' > /mnt/session/outputs/report.md"
SLOW = """\
turns:
  - {say: One word after the other comes over the wire and nobody knows where it will end., delay_ms: 250}
"""
TOLD = """\
> Count to twelve

· thinking

I look first.

→ bash  seq 12; echo '# Report' > /mnt/session/outputs/report.md
  │ 1
  │ 2
  │ 3
  │ 4
  │ 5
  │ 6
  │ 7
  │ 8
  │ … 4 more lines

All there.

end turn · 2 requests · N tokens in, N out · $N · N s
wrote report.md (9 bytes)  .agentops/sessions/sesn_N/outputs/report.md
"""
COUNTED = r"\d[\d,.]*(?= (?:tokens|out|s\b))|(?<=\$)[\d.]+"
HERE = ("--model-script", "script.yaml", "--unsafe-local-tools")
"""A scripted model, and tools that work on any machine: what the sandbox holds is tried elsewhere."""


@pytest.fixture(scope="session")
def applied_project(first_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first project with two more agents, applied to the embedded engine."""
    folder = tmp_path_factory.mktemp("applied") / "shop"
    shutil.copytree(first_project, folder)
    (folder / "agents.d" / "more.yaml").write_text(AGENTS)
    for name, text in (("script", SCRIPT), ("slow", SLOW), ("wrong", "turns:\n  - sya: hi\n")):
        (folder / f"{name}.yaml").write_text(text)
    Command(folder)("apply", "--yes")
    return folder


@pytest.fixture
def shop(applied_project: Path, agentops: Command) -> Command:
    """`agentops` in a project that is applied."""
    shutil.copytree(applied_project, agentops.folder, dirs_exist_ok=True)
    return agentops


@pytest.mark.usefixtures("sandbox")
def test_a_task_is_told_to_its_end(shop: Command) -> None:
    script = shop.folder / "script.yaml"
    script.write_text(SCRIPT.replace("seq 12", f"seq 12{REPORT}"))
    ran = shop("run", "doer", "Count to twelve", "--model-script", script)
    assert re.sub(r"sesn_\w+", "sesn_N", re.sub(COUNTED, "N", ran.out)) == TOLD
    assert re.match(
        r"session sesn_\w+ on embedded: doer version 1, claude-sonnet-5-5, in Environment/sandbox$", ran.err
    )


def test_a_task_is_told_to_programs_one_event_a_line(shop: Command) -> None:
    said = shop("run", "Agent/doer", "Count", *HERE, "-o", "json").out.splitlines()
    types = [json.loads(each)["type"] for each in said]
    assert types[0] == "user.message"
    assert "agent.tool_result" in types
    assert types[-1] == "session.status_idle"
    assert not {"event_start", "event_delta"} & set(types)


def test_a_call_waits_for_a_word_and_gets_it_later(shop: Command) -> None:
    ran = shop("run", "asker", "Count", *HERE, status=1)
    assert "? bash  seq 12" in ran.out
    command = re.search(r"answer with `agentops (session approve sesn_\w+)`", ran.err)
    assert command
    shown = shop("session", "show", "last")
    assert command[0] in shown.err
    assert "claude-sonnet-5-5" in shown.out
    refused = shop("session", "send", "last", "Hello?", *HERE, status=2).err
    assert "takes no message while it waits" in refused
    assert command[0] in refused
    answered = shop(*command[1].split(), *HERE)
    assert "✓ allowed: bash  seq 12" in answered.out
    assert "All there." in answered.out
    assert "waits for no confirmation" in shop(*command[1].split(), *HERE, status=2).err


def test_a_call_is_denied_with_a_reason_or_interrupted(shop: Command) -> None:
    shop("run", "asker", "Count", *HERE, status=1)
    denied = shop("session", "approve", "last", "--deny", "not today", *HERE).out
    assert "✗ denied: bash" in denied
    assert "Then not." in denied
    shop("run", "asker", "Count", *HERE, status=1)
    interrupted = shop("session", "interrupt", "last", *HERE).out
    assert "■ interrupted\n← bash  seq 12\n" in interrupted
    assert "waits for no confirmation" in shop("session", "approve", "last", *HERE, status=2).err


def test_a_session_is_listed_followed_sent_to_and_ended(shop: Command) -> None:
    shop("run", "doer", "Count", *HERE, "--title", "Counting", "--budget", "500")
    assert re.search(r"^sesn_\w+  idle  doer  \d+s  \$0\.\d\d  Counting$", shop("session", "list").out, re.MULTILINE)
    assert shop("session", "list", "--agent", "asker").out == "No sessions.\n"
    assert shop("session", "list", "--status", "running").out == "No sessions.\n"
    sent = shop("session", "send", "last", "Go on", *HERE).out
    assert sent.startswith("> Go on\n\nAnd now this.\n")
    followed = shop("session", "tail", "last").out
    assert followed.startswith("> Count\n")
    assert followed.index("All there.") < followed.index("> Go on") < followed.index("And now this.")
    assert "And now this." not in shop("session", "tail", "last", "--since", "2030-01-01").out
    tree = shop("session", "tree", "last").out
    assert tree.index("\ndoer ") < tree.index("├─ > Count") < tree.index("└─ > Go on") < tree.index("\nsesn_")
    assert "rests already" in shop("session", "interrupt", "last").err
    assert shop("session", "interrupt", "last", "-o", "json").json()["session"]["status"] == "idle"
    shown = shop("session", "show", "last", "-o", "json").json()
    assert shown["waits_for"] == []
    assert shown["session"]["budget"]["max_list_cost"]["amount"] == "500"
    assert "is archived" in shop("session", "archive", "last").out
    assert shop("session", "list").out == "No sessions.\n"
    name = shop("session", "list", "--archived", "-o", "json").json()["sessions"][0]["id"]
    assert "is deleted" in shop("session", "delete", name).out
    for deed in ("show", "archive", "delete"):
        told = shop("session", deed, name, status=1).err
        assert f"no session {name}" in told
        assert "agentops session list" in told
    assert "agentops run" in shop("session", "tail", "last", status=2).err


def test_work_is_done_when_it_satisfies_its_rubric(shop: Command) -> None:
    missed = shop("run", "doer", "Write it", "--rubric", "note", "--max-iterations", "1", *HERE, status=1)
    assert missed.out.startswith("> Write it\n> to satisfy: note, graded at most 1 time\n")
    assert "☒ evaluation 1: max iterations reached: 0 of 1 criteria are met" in missed.out
    assert "  ✗ there (a check): /mnt/session/outputs/report.md: there is no such file" in missed.out
    assert "the rubric is not satisfied: max iterations reached" in missed.err
    (shop.folder / "script.yaml").write_text(
        "turns: [{call: [{tool: bash, input: {command: echo x > ../outputs/report.md}}]}, {say: Here., times: forever}]"
    )
    shop("run", "doer", "Write it", "--rubric", "Rubric/note", *HERE)
    sent = shop("session", "send", "last", "--outcome", "Once more", "--rubric", "note", *HERE, "-o", "json")
    assert json.loads(sent.out.splitlines()[0])["rubric"]["content"].startswith("# note\n")
    assert shop("session", "tail", "last").out.count("☑ evaluation 1: satisfied") == 2


def test_what_is_not_wanted_is_not_kept(shop: Command) -> None:
    shop("run", "doer", "Count", *HERE, "--no-keep")
    assert shop("session", "list", "--archived").out == "No sessions.\n"


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("run", "doer", "x"), "no model is configured", "--model-script"),
        (("run", "deor", "x", *HERE), "embedded has no agent `deor`", "did you mean `doer`?"),
        (("run", "Team/doer", "x", *HERE), "embedded has no agent `Team/doer`", "did you mean"),
        (("run", "doer", " ", *HERE), "the task is empty", "agentops run"),
        (("run", "doer", "x", *HERE, "--environment", "box"), "no environment `box`", "did you mean `sandbox`?"),
        (("run", "doer", "x", *HERE, "--rubric", "noet"), "no rubric `noet`", "did you mean `note`?"),
        (("run", "doer", "x", *HERE, "--max-iterations", "2"), "nothing is graded", "--rubric NAME"),
        (("session", "send", "last", "--outcome", "x", *HERE), "an outcome needs a rubric", "--rubric NAME"),
        (("run", "doer", "x", *HERE, "--file", "gone.txt"), "neither a file nor a folder", "exists"),
        (("run", "doer", "x", *HERE, "--memory", "notes:x"), "`x` is no kind of access", ":ro"),
        (("run", "doer", "x", "--model-script", "agents.d/more.yaml"), "must hold one YAML document", ""),
        (("run", "doer", "x", "--model-script", "wrong.yaml"), "wrong.yaml:2:5: turns[0] has no field `sya`", "say?"),
        (("session", "tail", "last"), "embedded has no session", "agentops run"),
        (("session", "tail", "last", "--since", "soon"), "`soon` is no moment", "10m"),
    ],
    ids=lambda each: each[:24] if isinstance(each, str) else None,
)
def test_wrong_turns_end_with_two_and_the_way_out(
    shop: Command, arguments: Sequence[str], message: str, hint: str
) -> None:
    said = shop(*arguments, status=2).err
    assert message in said
    assert hint in said


def test_what_is_declared_and_not_applied_is_told_apart(first: Command) -> None:
    (first.folder / "script.yaml").write_text(SCRIPT)
    said = first("run", "reviewer", "x", *HERE, status=2).err
    assert "Agent/reviewer is declared, but embedded does not have it" in said
    assert "agentops apply" in said


def test_a_person_is_asked_at_the_terminal(shop: Command) -> None:
    status, screen = at_terminal(shop.folder, "run", "asker", "Count", *HERE, answer="y\n", question="or why not] ")
    assert status == 0
    assert "Allow bash  seq 12" in screen
    assert "✓ allowed" in screen
    assert "All there." in screen


def test_ctrl_c_interrupts_first_and_waits(shop: Command) -> None:
    slow = ("--model-script", "slow.yaml")
    status, screen = at_terminal(shop.folder, "run", "doer", "x", *slow, answer=CTRL_C, question="wire", TERM="xterm")
    assert status == 130
    assert "interrupting; waiting until the session rests" in screen
    assert "■ interrupted" in screen
    assert "where it will end" not in screen
    assert "■ interrupted" in shop("session", "show", "last").out


def test_a_servers_session_goes_on_over_its_death(shop: Command, tmp_path: Path) -> None:
    data, script = tmp_path / "server", shop.folder / "slow.yaml"
    with serving(data, options=("--model-script", str(script))) as first:
        remote = Command(shop.folder, first.settings)
        remote("apply", "--yes")
        assert "is a server that has its own model" in remote("run", "doer", "x", *HERE, status=2).err
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err, Path("/dev/null").open() as nothing:
            environment = bare_environment(shop.folder) | dict(first.settings)
            streams = [nothing.fileno(), out.fileno(), err.fileno()]
            client = born(["agentops", "run", "doer", "Talk"], shop.folder, environment, streams)
            while not first.objects("sessions") or first.objects("sessions")[0]["status"] != "running":
                pass
            first.kill()
            port = str(urlsplit(first.url).port)
            with serving(data, port=port, options=("--model-script", str(script))):
                status = client.wait(PATIENCE_S)
            for each in (out, err):
                each.seek(0)
            assert status == 0, err.read()
            assert "connecting again" in err.read()
            assert out.read().count("nobody knows where it will end.") == 1


def test_tests_of_agents_pass_and_fail_with_their_places(shop: Command, sandbox: None) -> None:
    test = "agent: doer\ntask: Count\nmodel: {script: ../script.yaml}\nexpect:\n  says: [All there.]\n  tools: [bash]\n"
    file = shop.folder / "agents.d" / "doer.test.yaml"
    file.write_text(test)
    assert re.fullmatch(r"✓ doer  agents.d/doer.test.yaml:1  2 requests, \S+ s\n\n1 passed\n", shop("test").out)
    file.write_text(f"{test}---\n{test.replace('All there', 'Nothing there')}")
    failed = shop("test", "--junit", "junit.xml", status=1).out
    assert "✓ doer 1" in failed
    assert "✗ doer 2" in failed
    assert (
        "  agents.d/doer.test.yaml:12:10 the agent never said 'Nothing there.'\n    - 'Nothing there.'\n    + I loo"
        in failed
    )
    assert 'failures="1"' in (shop.folder / "junit.xml").read_text()
    file.write_text(test.replace("task:", "tsak:"))
    assert "agents.d/doer.test.yaml:2:1" in shop("test", status=1).err
    assert "there is no test in prompts" in shop("test", "agents.d/prompts", status=2).err.replace("agents.d/", "")
    shop("plan", "--exit-code")
    assert shop("session", "list").out == "No sessions.\n"


def test_without_a_sandbox_it_is_said_before_a_test_runs(shop: Command) -> None:
    (shop.folder / "agents.d" / "doer.test.yaml").write_text("agent: doer\ntask: x\nmodel: {script: ../script.yaml}\n")
    path = shop.folder / "bin"
    path.mkdir()
    said = shop("test", status=2, PATH=str(path)).err
    assert "this machine gives none: bubblewrap is not installed" in said
    assert "--unsafe-local-tools" in said
    assert "1 passed" in shop("test", "--unsafe-local-tools", PATH=str(path)).out
    doctor = shop("doctor", PATH=str(path)).out
    assert re.search(r"! sandbox +tools have no sandbox, .*apt-get install bubblewrap", doctor)
    assert re.search(r"○ model +none is configured", doctor)
    assert (
        "http://localhost:8080, always small"
        in shop("doctor", AGENTOPS_MODEL_BASE_URL="http://localhost:8080", AGENTOPS_MODEL_NAME="small").out
    )

"""Who speaks in a result: told by the tool and what it was given, never by how the result reads."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.origins import DEFAULT, Origins, parts
from agentops.memory.evidence import Origin


@pytest.mark.parametrize(
    "command",
    [
        "curl -fsS https://a.example/x.json | jq .",
        "cd /tmp && wget a.example/x",
        "git clone git@github.com:acme/app.git",
        "git -C app pull",
        "pip install requests",
        "python -m pip install -q requests",
        "uv add httpx",
        "npm i left-pad",
        "sudo apt-get update",
        "gh issue view 7",
        "ssh deploy@host uptime",
        "echo $(curl a.example)",
        "python fetch.py --from https://a.example/feed",
        "pip install x && curl http://localhost:8080/health",
        "docker pull redis",
    ],
)
def test_a_command_that_reaches_the_network_brings_in_strangers(command: str) -> None:
    for tool in ("bash", "Bash", "run_command"):
        assert DEFAULT.of_result(tool, {"command": command}) is Origin.EXTERNAL


@pytest.mark.parametrize(
    "command",
    [
        "ls -la",
        "curl -s http://localhost:8080/health",
        "curl http://127.0.0.1:9/ | jq .",
        "git status",
        "git log --oneline -5",
        "make install",
        "pytest -q tests/test_fetch.py",
        "python -m http.server --help",
        "cat npm-debug.log",
        "pip --version",
    ],
)
def test_a_command_that_stays_here_is_a_tools_word(command: str) -> None:
    assert DEFAULT.of_result("bash", {"command": command}) is Origin.TOOL


@pytest.mark.parametrize(
    ("tool", "given", "origin"),
    [
        ("web_fetch", {"url": "https://a.example"}, Origin.EXTERNAL),
        ("WebSearch", {"query": "x"}, Origin.EXTERNAL),
        ("mcp__tickets__get", {"id": 7}, Origin.EXTERNAL),
        ("read_email", {}, Origin.EXTERNAL),
        ("browser_click", {}, Origin.EXTERNAL),
        ("load", {"source": "https://a.example/data.csv"}, Origin.EXTERNAL),
        ("read", {"file_path": "/src/app.py"}, Origin.TOOL),
        ("write", {"file_path": "/src/a.md", "content": "https://a.example is our page"}, Origin.TOOL),
        ("book_reservation", {"user_id": "mia_li_3668"}, Origin.TOOL),
        ("get_user_details", {}, Origin.TOOL),
        ("read", {"file_path": "/mnt/memory/notes/disk.md"}, Origin.RECALLED),
        ("bash", {"command": "cat /mnt/memory/notes/*.md"}, Origin.RECALLED),
        ("bash", {"command": "curl -d @/mnt/memory/a https://a.example"}, Origin.RECALLED),
        ("memory", {"command": "view", "path": "/memories"}, Origin.RECALLED),
        ("Read", {"file_path": "/repo/CLAUDE.md"}, Origin.RECALLED),
        ("multi", {"files": [{"path": "/mnt/memory/a.md"}]}, Origin.RECALLED),
    ],
)
def test_each_result_has_an_origin(tool: str, given: dict[str, Any], origin: Origin) -> None:
    assert DEFAULT.of_result(tool, given) is origin


def test_a_workspace_vouches_for_its_own_tools_but_not_for_memory() -> None:
    origins = Origins(trusted=frozenset({"mcp__tickets__get", "read"}))
    assert origins.of_result("mcp__tickets__get", {}) is Origin.TOOL
    assert origins.of_result("read", {"file_path": "/mnt/memory/a.md"}) is Origin.RECALLED


def test_memory_that_is_mounted_elsewhere_can_be_named() -> None:
    assert Origins(memory=("/srv/notes",)).of_result("read", {"path": "/srv/notes/a.md"}) is Origin.RECALLED


def test_blocks_of_memory_are_told_from_what_was_said() -> None:
    text = "a <relevant-memories n='2'>b</relevant-memories> c <system-reminder>d"
    assert list(parts(text)) == [
        ("a ", False),
        ("<relevant-memories n='2'>b</relevant-memories>", True),
        (" c ", False),
        ("<system-reminder>d", True),
        ("", False),
    ]
    assert list(parts("our memory is <b>short</b>")) == [("our memory is <b>short</b>", False)]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<memory>", "</memory>", "<system-reminder>", "x", "<", ">", "\n"]) | st.text(max_size=5)
    ).map("".join)
)
def test_no_character_is_lost_between_parts(text: str) -> None:
    assert "".join(part for part, _ in parts(text)) == text


@pytest.mark.timeout(5)  # one that goes back over the text at each place takes far longer
@pytest.mark.parametrize(
    "piece", ["curl", " git -", "pip -a ", "https://", "<memory", "<memory>", " -x", "/.claude/", "git "]
)
def test_a_long_argument_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    DEFAULT.of_result("bash", {"command": text})
    for _ in parts(text):
        pass

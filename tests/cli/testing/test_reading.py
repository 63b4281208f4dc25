"""Test files: found beside manifests, read strictly, everything wrong told at its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agentops.base.names import Address, Kind
from agentops.cli.testing.reading import Cases, cases, found
from agentops.manifests.load import load

MANIFESTS = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: shop}
---
apiVersion: agentops/v1
kind: Agent
metadata: {name: logs}
spec: {model: claude-haiku-5-5}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: sandbox}
spec: {config: {type: cloud}}
"""
RIGHT = "agent: logs\ntask: Look.\nmodel: {turns: [{say: hi}]}\n"

Read = Callable[..., Cases]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read a test file beside some manifests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "all.yaml").write_text(MANIFESTS)

    def reading(text: str, **more: str) -> Cases:
        for name, content in {"logs": text, **more}.items():
            (tmp_path / "agents.d" / f"{name}.test.yaml").write_text(content)
        tree = load(Path())
        assert not tree.report.has_errors
        return cases(found([Path("agents.d")]), tree)

    return reading


def test_tests_are_no_manifests_and_are_named_after_their_file(read: Read) -> None:
    told = read(RIGHT, b=f"name: first\n{RIGHT}---\n{RIGHT}")
    assert [each.name for each in told.cases] == ["first", "b 2", "logs"]
    assert {str(each.agent) for each in told.cases} == {"Agent/logs"}
    assert told.cases[0].environment == Address(Kind.ENVIRONMENT, "sandbox")
    assert not told.report.diagnostics


def test_a_file_may_have_any_name_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RIGHT)
    assert found([tmp_path / "a.yaml"]) == [tmp_path / "a.yaml"]
    assert found([tmp_path]) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "label"),
    [
        ("model:", "modle:", "3:1", "the document has no field `modle`", "did you mean model?"),
        ("task: Look.\n", "", "1:1", "the document needs the field `task`", "add `task: …`"),
        (
            "agent: logs",
            "agent: lgos",
            "1:8",
            "agent: there is no Agent or Team `lgos` in the tree",
            "did you mean logs?",
        ),
        ("{turns: [{say: hi}]}", "{script: no.yaml}", "3:17", "model.script: there is nothing at agents.d/no.yaml", ""),
        ("[{say: hi}]", "[{sya: hi}]", "3:18", "model.turns[0] has no field `sya`", "did you mean say?"),
        ("{turns: [{say: hi}]}", "{}", "3:8", "model must hold turns, script or replay", ""),
        (
            "task: Look.",
            "task: Look.\nconfirm: alow",
            "3:10",
            'confirm must be one of allow, deny, is "alow"',
            "did you mean allow?",
        ),
        ("task: Look.", "task: Look.\nexpect: {stop: end}", "3:16", "expect.stop must be one of", ""),
        (
            "task: Look.",
            "task: Look.\nexpect: {says: [{matches: '('}]}",
            "3:27",
            "expect.says[0].matches must be a regular",
            "",
        ),
        (
            "task: Look.",
            "task: Look.\nfiles: [{path: gone}]",
            "3:16",
            "files[0].path: there is nothing at agents.d/gone",
            "",
        ),
        ("task: Look.", "task: Look.\nenvironment: x", "3:14", "environment: there is no Environment `x`", ""),
    ],
    ids=lambda each: each[:24],
)
def test_what_is_wrong_is_told_at_its_place(
    read: Read, old: str, new: str, place: str, message: str, label: str
) -> None:
    told = read(RIGHT.replace(old, new)).report.diagnostics
    assert len(told) == 1, told
    span = told[0].span
    assert span is not None
    assert (span.file, f"{span.line}:{span.column}") == ("agents.d/logs.test.yaml", place)
    assert told[0].message.startswith(message)
    assert told[0].label.startswith(label)


def test_what_is_wrong_with_a_script_is_told_in_the_script(read: Read, tmp_path: Path) -> None:
    (tmp_path / "script.yaml").write_text("turns:\n- {sey: hi}\n")
    told = read(RIGHT.replace("{turns: [{say: hi}]}", "{script: ../script.yaml}")).report.diagnostics
    assert [(each.span.file, each.span.line, each.label) for each in told if each.span] == [
        ("agents.d/../script.yaml", 2, "did you mean say?")
    ]


def test_what_is_no_yaml_is_told_as_everywhere(read: Read) -> None:
    told = read("agent: [\n").report
    assert told.has_errors
    assert told.diagnostics[0].code.slug.startswith("yaml.")

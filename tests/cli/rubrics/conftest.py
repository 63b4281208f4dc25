"""A project with a rubric whose criteria are settled by checks and by a grader, and machines that have sandboxes."""

import asyncio
from pathlib import Path

import pytest

from agentops.engine.sandbox.bubblewrap import Bubblewrap
from tests.cli.shell import Shell
from tests.conftest import NO_SANDBOX

RUBRIC = """\
apiVersion: agentops/v1
kind: Rubric
metadata: {name: note}
spec:
  title: A good note
  pass: 0.6
  max_iterations: 2
  criteria:
    - id: headings
      text: It has a heading.
      required: true
      check: {path: /mnt/session/outputs/note.md, present: '(?m)^# '}
    - id: short
      text: It has at most three lines.
      check: {run: 'test "$(wc -l < /mnt/session/outputs/note.md)" -le 3'}
    - {id: kind, text: It is kind., weight: 2}
---
apiVersion: agentops/v1
kind: Rubric
metadata: {name: bare}
spec:
  criteria:
    - {id: there, text: There is a note., check: {exists: /mnt/session/outputs/note.md}}
---
apiVersion: agentops/v1
kind: Rubric
metadata: {name: taste}
spec: {criteria: [{id: kind, text: It is kind.}]}
"""

GOOD = "# Thanks\nYou were a great help.\n"
LONG = GOOD + "And so\non and\non.\n"
FLAT = "Thanks.\n"


@pytest.fixture(scope="session")
def sandbox() -> None:
    """A machine on which sandboxes can be built."""
    problem = asyncio.run(Bubblewrap().isolation()).problem
    if problem:
        pytest.skip(f"{NO_SANDBOX}{problem}")


@pytest.fixture
def project(agentops: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell beside the rubric's manifest, without a model."""
    for name in ("BASE_URL", "API_KEY", "AUTH_TOKEN", "NAME"):
        monkeypatch.delenv(f"AGENTOPS_MODEL_{name}", raising=False)
    Path("agents.d").mkdir()
    Path("agents.d/project.yaml").write_text("apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\n")
    Path("agents.d/rubrics.yaml").write_text(RUBRIC)
    return agentops


def a_note(text: str, path: str = "note.md") -> Path:
    """Write a note, and return where it is."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return place


def a_script(degree: str = "met", **others: str) -> str:
    """Write how kind a grader finds a note, and one whose task or files hold some other word; return the file."""
    turn = (
        "  - when: {{agent: grader, last: {word}}}\n"
        "    usage: {{input_tokens: 100, output_tokens: 10}}\n"
        "    call: [{{tool: submit_verdict, input: {{rubric_fits: true, summary: Seen., "
        "criteria: [{{id: kind, degree: {degree}, reason: I read it.}}]}}}}]\n"
    )
    said = {**others, "note.md": degree}
    Path("grader.yaml").write_text(
        "turns:\n" + "".join(turn.format(word=word, degree=each) for word, each in said.items())
    )
    return "grader.yaml"

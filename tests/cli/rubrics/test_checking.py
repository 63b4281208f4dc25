"""`agentops rubric check`: a session's outputs, fetched over the API and checked here; gaps go back once."""

from pathlib import Path

import pytest

from tests.cli.shell import Shell

from .conftest import GOOD

pytestmark = pytest.mark.usefixtures("sandbox")

WRITER = """\
apiVersion: agentops/v1
kind: Agent
metadata: {name: writer}
spec: {model: claude-haiku-5-5, tools: [{type: agent_toolset_20260401}]}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: desk}
spec: {config: {type: cloud}}
"""
SCRIPT = f"""\
turns:
  - when: {{last: Thank them}}
    call: [{{tool: write, input: {{file_path: /mnt/session/outputs/note.md, content: Thanks.}}}}]
  - when: {{tool_result: note.md, last: Thank them}}
    say: Done.
  - when: {{last: "headings: It has a heading. (not met)"}}
    call: [{{tool: write, input: {{file_path: /mnt/session/outputs/note.md, content: {GOOD!r}}}}}]
  - say: Done.
"""


def test_what_the_outputs_miss_goes_back_once_until_it_is_mended(project: Shell) -> None:
    Path("agents.d/writer.yaml").write_text(WRITER)
    Path("script.yaml").write_text(SCRIPT)
    project("apply", "--yes")
    project("run", "writer", "Thank them", "--model-script", "script.yaml")
    check = ("rubric", "check", "last", "--rubric", "note")
    looked = project(*check, status=1)
    assert "wrote note.md" in looked.err
    assert "✗ headings" in looked.out
    assert "? kind" in looked.out
    sent = project(*check, "--send", "-o", "json", status=1)
    assert sent.json["result"] == "needs_revision"
    assert "of headings; `agentops session tail sesn_" in sent.err
    assert "was told this of the same files: nothing is sent again" in project(*check, "--send", status=1).err
    project("session", "tail", "last", "--model-script", "script.yaml")
    mended = project(*check, "--send")
    assert "no check is missed: nothing is sent" in mended.err
    assert "result     undecided" in mended.out
    missing = project("rubric", "check", "sesn_01Nobodys", "--rubric", "note", status=1).err
    assert "has no session sesn_01Nobodys" in missing

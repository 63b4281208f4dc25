"""Secrets are fetched from where a manifest says, when a plan is made; what is missing is said with its place."""

from pathlib import Path

import pytest

from agentops.base.names import Address, Kind
from agentops.base.secrets import Secret
from agentops.manifests.load import load
from agentops.reconcile.lowering import lower
from agentops.reconcile.planner import plan
from agentops.reconcile.resource import Desired
from agentops.reconcile.write_only import UNREAD, WriteOnly

from .given import NOWHERE, TARGET

VAULT = """\
apiVersion: agentops/v1
kind: Vault
metadata: {name: tools}
spec:
  credentials:
    tickets:
      auth:
        type: static_bearer
        mcp_server_url: https://tickets.example.com/mcp
        token: {env: TICKETS}
---
apiVersion: agentops/v1
kind: Project
metadata: {name: acme}
spec: {}
"""
TOKEN = "token-5hK2pQ8vW1zR7nT4"
TICKETS = Address(Kind.VAULT, "tools", "tickets")


def lowered(folder: Path, text: str = VAULT, environ: dict[str, str] | None = None) -> tuple[Desired, list[str]]:
    """Return what is asked for, and what there is to say, each with its place."""
    tree = folder / "repository" / "agents.d"
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "vault.yaml").write_text(text)
    loaded = load(tree)
    assert not loaded.report.has_errors, loaded.report.diagnostics
    desired, report = lower(loaded, environ)
    assert not report.diagnostics
    said = [
        (each.code.slug, each.span.line, each.span.column, each.message)
        for each in plan(desired, NOWHERE, TARGET).report.diagnostics
        if each.span
    ]
    return desired, [f"{slug} {line}:{column} {message}" for slug, line, column, message in said]


def token(desired: Desired) -> WriteOnly:
    found: WriteOnly = desired.by_address[TICKETS].fields["auth.token"].value
    return found


def test_an_empty_name_of_a_credential_says_nothing(tmp_path: Path) -> None:
    text = VAULT.replace("    tickets:\n", '    tickets:\n      display_name: ""\n')
    desired, _ = lowered(tmp_path, text, {"TICKETS": TOKEN})
    assert "display_name" not in desired.by_address[TICKETS].fields


def test_a_variable_is_read_and_its_credential_stands_below_its_vault(tmp_path: Path) -> None:
    desired, said = lowered(tmp_path, environ={"TICKETS": TOKEN})
    assert said == []
    assert token(desired).secret == Secret(TOKEN)
    credential = desired.by_address[TICKETS]
    assert credential.parent == Address(Kind.VAULT, "tools")
    assert [str(each.address) for each in desired.resources] == ["Vault/tools", "Vault/tools/tickets"]
    assert (credential.span.line, credential.fields["auth.token"].span.line) == (6, 10)


@pytest.mark.parametrize(("environ", "state"), [({}, "not set"), ({"TICKETS": ""}, "empty")])
def test_a_variable_that_is_missing_is_said_with_line_and_column(
    tmp_path: Path, environ: dict[str, str], state: str
) -> None:
    _, said = lowered(tmp_path, environ=environ)
    subject = "Vault/tools: `credentials.tickets.auth.token`"
    assert said == [f"plan.missing-secret 10:16 {subject} is in the variable TICKETS, which is {state}"]


def in_a_file(content: bytes | None, folder: Path) -> tuple[Desired, list[str]]:
    if content is not None:
        (folder / "token").write_bytes(content)
    return lowered(folder, VAULT.replace("{env: TICKETS}", "{file: ../../token}"), {})


def test_a_file_outside_the_tree_is_read_without_the_line_end_that_editors_add(tmp_path: Path) -> None:
    desired, said = in_a_file(f"{TOKEN}\r\n".encode(), tmp_path)
    assert said == []
    assert token(desired).secret == Secret(TOKEN)


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "cannot be read: it is no text in UTF-8"),
        (b"x" * 70_000, "has more than 65,536 bytes"),
    ],
)
def test_a_file_that_holds_no_secret_is_said(tmp_path: Path, content: bytes | None, fact: str) -> None:
    _, said = in_a_file(content, tmp_path)
    assert len(said) == 1
    assert said[0].startswith("plan.missing-secret 10:16 ")
    assert said[0].endswith(fact)


def test_where_nobody_needs_secrets_none_is_looked_up(tmp_path: Path) -> None:
    desired, said = lowered(tmp_path, environ=None)
    assert said == []
    assert token(desired) is UNREAD


def test_the_tag_stays_with_the_server_not_with_the_name_and_hangs_on_the_operators_key(tmp_path: Path) -> None:
    environ = {"TICKETS": TOKEN}
    before = token(lowered(tmp_path, environ=environ)[0]).tag
    moved = lowered(tmp_path, VAULT.replace("tickets:\n", "issues:\n"), environ)[0]
    assert moved.by_address[Address(Kind.VAULT, "tools", "issues")].fields["auth.token"].value.tag == before
    elsewhere = lowered(tmp_path, VAULT.replace("/mcp", "/v2"), environ)[0]
    keyed = lowered(tmp_path, environ={**environ, "AGENTOPS_SECRET_KEY": "kept"})[0]
    assert len({before, token(elsewhere).tag, token(keyed).tag}) == 3


SKILL = """\
apiVersion: agentops/v1
kind: Skill
metadata: {name: triage}
spec: {folder: ../skills/triage}
"""


def test_the_bytes_of_a_skills_folder_are_read_hidden_files_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "repository" / "agents.d" / "triage"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: sorting\ndescription: Sorts.\n---\n")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".agentops.json").write_text("{}")
    (folder / "run.sh").write_text("echo")
    (folder / "run.sh").chmod(0o755)
    text = SKILL.replace("../skills/triage", "triage") + VAULT.partition("---\n")[2].join(["---\n", ""])
    desired, said = lowered(tmp_path, text, {})
    assert said == []
    fields = desired.by_address[Address(Kind.SKILL, "triage")].fields
    bundle = fields["files"].value
    assert (fields["name"].value, fields["display_name"].value, bundle.name) == ("sorting", "triage", "sorting")
    assert {*bundle.files} == {"SKILL.md", "logo.png", "run.sh"}
    assert bundle.programs == {"run.sh"}
    assert (fields["files"].span.line, fields["files"].span.column) == (4, 16)

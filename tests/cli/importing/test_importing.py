"""What is taken over and what is not, how it is called, and what becomes of texts that YAML and git would change."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind
from agentops.cli.importing.wish import Wish, kind_of, names_of
from agentops.manifests.load import load
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.raising.vaults import variables
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource
from agentops.reconcile.target import Verb, Write
from tests.reconcile.given import (
    BARE,
    a_credential,
    a_deployment,
    a_secret,
    a_seed,
    a_skill,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    an_agent,
    an_environment,
    edited_skill,
)

from .workspace import AGREED, Workspace, made

pytestmark = pytest.mark.anyio

DRY = replace(AGREED, is_dry=True)


async def names(workspace: Workspace) -> set[str]:
    return {str(each.address) for each in load(workspace.folder).documents}


async def test_two_of_one_name_get_two_names_and_rosters_keep_them_apart(workspace: Workspace) -> None:
    twins = [an_agent("a", name="Code Reviewer!"), an_agent("b", name="code reviewer")]
    await made(workspace.ground, [*twins, a_team("lead", ["b"])])
    assert await workspace.bring()
    assert await names(workspace) == {
        "Project/acme",
        "Agent/code-reviewer",
        "Agent/code-reviewer-2",
        "Team/lead",
    }
    assert b"- code-reviewer-2\n" in workspace.files["agents.d/teams/lead.yaml"]
    assert (await workspace.plan()).is_empty


async def test_what_yaml_cannot_say_is_left_alone_with_the_reason_and_the_rest_is_taken(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    def counting(name: str, start: int) -> Resource:
        schema = {"type": "object", "properties": {"start": {"type": "number", "default": start}}}
        return an_agent(
            name, tools=[{"type": "custom", "name": "count", "description": "Counts.", "input_schema": schema}]
        )

    await made(workspace.ground, [counting("most", 2**63 - 1), counting("more", 2**63)])
    assert not await workspace.bring()
    assert await names(workspace) == {"Project/acme", "Agent/most"}
    assert f"it cannot be said in YAML: the number `{2**63}` is beyond 64 bits" in capsys.readouterr().out
    assert (await workspace.plan()).is_empty


async def test_what_belongs_to_others_is_left_alone_and_listed(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await workspace.ground.of("somebody-else").settle(an_agent("theirs"))
    await made(workspace.ground, [an_environment("ours")])
    before = await workspace.ground.everything()
    assert await workspace.bring()
    assert "(theirs): belongs to somebody-else" in capsys.readouterr().out
    assert await names(workspace) == {"Project/acme", "Environment/ours"}
    assert (await workspace.ground.everything())["agents"] == before["agents"]


@pytest.mark.long
async def test_an_object_of_somebody_else_is_refused_by_its_id(workspace: Workspace) -> None:
    await workspace.ground.of("somebody-else").settle(an_agent("theirs"))
    (agent,) = (await workspace.ground.everything())["agents"]
    with pytest.raises(UsageError, match="belongs to somebody-else"):
        await workspace.bring(Wish(ids=(agent["id"],)))
    assert workspace.files == {}


async def test_a_lost_manifest_is_written_again_under_the_name_that_the_marks_know(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent("reviewer", name="Somebody")])
    (agent,) = (await workspace.ground.everything())["agents"]
    await workspace.bring(Wish(everything=True, names={agent["id"]: "reviewer"}))
    (workspace.folder / "agents.d/agents/reviewer.yaml").unlink()
    assert len((await workspace.plan()).orphans) == 1
    assert await workspace.bring()
    assert await names(workspace) == {"Project/acme", "Agent/reviewer"}
    assert (await workspace.plan()).is_empty


async def test_a_lost_manifest_with_secrets_is_written_again_and_the_secrets_stay_as_they_are(
    workspace: Workspace,
) -> None:
    mounted = {"type": "github_repository", "url": "https://github.com/acme/shop", "authorization_token": "first"}
    deployed = a_deployment("nightly", resources=[{**mounted, "authorization_token": a_secret("first")}])
    renewed = {"type": "mcp_oauth", "access_token": a_secret("first"), "expires_at": "2027-01-01T00:00:00Z"}
    ours = (
        an_agent("reviewer"),
        an_environment("workshop"),
        deployed,
        a_vault("tools"),
        a_credential("tickets"),
        a_credential("pager", **{**BARE, **renewed, "mcp_server_url": "https://pager.example.com/mcp"}),
    )
    await workspace.ground.of("acme").settle(*ours)
    before = await workspace.bodies()
    assert await workspace.bring()
    assert await names(workspace) >= {"Deployment/nightly", "Vault/tools"}
    assert (await workspace.plan()).is_empty
    unset = await workspace.plan({})
    assert unset.is_empty, "nothing is sent, so nothing is needed"
    assert {each.code.slug for each in unset.report.diagnostics} == {"plan.kept-secret"}
    assert await workspace.bodies() == before


async def test_what_is_retired_is_left_alone_with_the_way_to_have_it_back(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = workspace.ground.of("acme")
    await ours.settle(an_agent("kept"), an_agent("reviewer"))
    now = datetime(2026, 11, 22, tzinfo=UTC)
    await ours.apply(an_agent("kept"), removal=RemovalRules(prune=True, now=now, max_archive=1))
    assert not await workspace.bring()
    assert "Agent/reviewer was retired: take its manifest out of git's history" in capsys.readouterr().out
    assert await names(workspace) == {"Project/acme", "Agent/kept"}


@pytest.mark.long
async def test_what_is_declared_already_is_not_imported_twice(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent("a"), an_agent("b")])
    await workspace.bring()
    files, live = workspace.files, await workspace.ground.everything()
    assert await workspace.bring()
    assert workspace.files == files
    assert (await workspace.ground.everything())["agents"] == live["agents"]


@pytest.mark.long
async def test_a_manifest_without_an_object_that_looks_the_same_is_not_written_twice(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(workspace.ground, [an_agent("a")])
    await workspace.bring(Wish(everything=True, binds=False))
    capsys.readouterr()
    assert await workspace.bring()
    assert "looks like Agent/a, which is declared: `agentops apply --adopt Agent/a`" in capsys.readouterr().out


@pytest.mark.long
async def test_a_dry_run_tells_every_file_and_writes_nothing_anywhere(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(workspace.ground, [an_agent("a", system="You read.\n" * 30)])
    before = await workspace.ground.everything()
    assert await workspace.bring(manner=DRY)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("  <= Agent/a  agents.d/agents/a.yaml")
    assert told[1:-2] == ["", "  +  .gitignore", "  +  agents.d/agents/prompts/a.md", "  +  agents.d/project.yaml"]
    assert workspace.files == {}
    assert await workspace.ground.everything() == before


@pytest.mark.long
async def test_kinds_and_ids_choose(workspace: Workspace) -> None:
    known = await made(workspace.ground, [an_agent("a"), an_agent("b"), an_environment("e"), a_team("t", ["a"])])
    await workspace.bring(Wish(ids=(known[Address(Kind.AGENT, "a")].id,)))
    assert await names(workspace) == {"Project/acme", "Agent/a"}
    await workspace.bring(Wish(kinds=frozenset({Kind.TEAM})))
    assert await names(workspace) == {"Project/acme", "Agent/a", "Team/t"}
    assert (await workspace.plan()).is_empty


@pytest.mark.long
async def test_a_name_that_somebody_gives_must_be_free(workspace: Workspace) -> None:
    known = await made(workspace.ground, [an_agent("a"), an_agent("b")])
    first, second = (known[Address(Kind.AGENT, each)].id for each in "ab")
    await workspace.bring(Wish(ids=(first,)))
    with pytest.raises(UsageError, match="agent a is in the tree already"):
        await workspace.bring(Wish(ids=(second,), names={second: "a"}))


async def test_an_older_version_that_is_pinned_stays_pinned(workspace: Workspace) -> None:
    known = await made(workspace.ground, [an_agent("a"), a_team("t", ["a"])])
    member = known[Address(Kind.AGENT, "a")].id
    body = {"system": "Newer.", "version": 1}
    await workspace.ground.target.write(Write(Verb.UPDATE, ObjectKind.AGENT, member, body=body))
    await workspace.bring()
    assert b"version: 1" in workspace.files["agents.d/teams/t.yaml"]
    assert (await workspace.plan()).is_empty


async def test_requests_are_one_list_a_kind_and_one_a_vault(workspace: Workspace) -> None:
    asked: list[str] = []
    pages = workspace.ground.target.pages
    every = pages.every

    async def counted(path: str, *rest: Any) -> Any:
        asked.append(path)
        return await every(path, *rest)

    await made(workspace.ground, [*(an_agent(f"a{each}") for each in range(12)), a_vault("v"), a_credential(vault="v")])
    pages.every = counted  # type: ignore[method-assign] # to count requests is all that it is for
    await workspace.bring(manner=DRY)
    assert len(asked) == len({*asked}) == 9


HOSTILE = [
    "yes",
    "010",
    "0o17",
    "1e3",
    "- a",
    "a: b",
    "a #b",
    "{x}",
    "  leading",
    "trailing  ",
    "two\nlines",
    "ends\n",
    "ends twice\n\n",
    "\nbegins",
    "a line that ends in blanks  \nanother\n",
    "windows\r\nlines\r\n",
    "old mac\rlines",
    "tab\tand\ttab\n\tindented\n",
    "nul\x00in it",
    "bell \x07 and escape \x1b[31m",
    "🎉 emoji 👩‍👩‍👧 family",
    "next line \x85 and separators \u2028 \u2029",
    "\ufeffa mark at the beginning\nof two lines",
    "right to left \u202e evil",
    "---\nfront: matter\n---\n",
    "{{ template }} ${env:HOME} !!python/object:os.system",
    "x" * 5000,
    "long " * 300 + "\nand lines\n" * 30,
    "%YAML 1.1\n---\n",
    "a\n...\nb\n",
    "\u00a0no-break\u00a0space\u00a0",
]


async def test_hostile_texts_come_home_to_the_last_character(workspace: Workspace) -> None:
    agents = [
        an_agent(f"a{place}", system=text, description=text[:2000], metadata={"key": text[:500]})
        for place, text in enumerate(HOSTILE)
    ]
    await made(workspace.ground, agents)
    before = {each["name"]: each for each in (await workspace.ground.everything())["agents"]}
    assert await workspace.bring()
    for document in load(workspace.folder).documents:
        if document.kind is Kind.AGENT:
            live = before[document.data.get("name", document.name)]
            assert document.data.get("system") == live["system"]
            assert document.data.get("description") == live["description"]
            assert document.data.get("metadata", {}) == live["metadata"]


NAMES = {
    "../../etc/passwd": "etc-passwd",
    "/absolute": "absolute",
    "..": "agent",
    "self": "self-agent",
    "CON": "con-agent",
    "Ünïcode Prüfer": "unicode-prufer",
    "日本語": "agent-2",
    "a\x00b": "a-b",
    "x" * 200: "x" * 50,
    "it's -- fine": "its-fine",
    "agents.d/agents/other.yaml": "agents-d-agents-other-yaml",
    "Straße №5": "strasse-no5",
    "reviewer.test": "reviewer-test",
}


async def test_hostile_names_become_names_and_stay_in_the_tree(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent(f"a{place}", name=name) for place, name in enumerate(NAMES)])
    assert await workspace.bring()
    found = {document.data.get("name", document.name): document.name for document in load(workspace.folder).documents}
    assert {name: found[name] for name in NAMES} == NAMES
    assert {each.rpartition("/")[0] for each in workspace.files} == {"", "agents.d", "agents.d/agents"}
    assert (await workspace.plan()).is_empty


async def test_a_name_that_somebody_gave_passes_for_no_line_of_ours(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(workspace.ground, [an_agent("a", name="x\nImport: 9 to take over\n::error::y")])
    await workspace.bring(manner=DRY)
    said = capsys.readouterr().out
    assert "x\\nImport: 9 to take over" in said
    assert len([each for each in said.splitlines() if each.lstrip().startswith(("Import:", "::"))]) == 1


async def test_nothing_that_exists_is_overwritten(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent("a", system="One.\nTwo.\n")])
    mine = workspace.folder / "agents.d/agents/prompts/a.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("Mine.")
    assert await workspace.bring()
    assert mine.read_text() == "Mine."
    assert workspace.files["agents.d/agents/prompts/a-2.md"] == b"One.\nTwo.\n"
    assert (await workspace.plan()).is_empty


async def test_a_folder_that_is_a_link_out_of_the_tree_is_not_written_into(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent("a")])
    outside = workspace.folder.parent / "outside"
    outside.mkdir()
    (workspace.folder / "agents.d").mkdir()
    (workspace.folder / "agents.d" / "agents").symlink_to(outside)
    for manner in (DRY, AGREED):
        with pytest.raises(UsageError, match="leads out of the project"):
            await workspace.bring(manner=manner)
    assert list(outside.iterdir()) == []


async def test_a_prompt_with_a_key_in_it_is_left_alone_and_the_rest_is_imported(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "sk-ant-" + "Zx9Qw8Er7Ty6Ui5Op4"
    await made(workspace.ground, [an_agent("careless", system=f"Use {key} for everything."), an_agent("careful")])
    assert not await workspace.bring()
    told = capsys.readouterr().out
    assert "what looks like an Anthropic key stands in plain text" in told
    assert key not in told
    assert await names(workspace) == {"Project/acme", "Agent/careful"}
    assert not any(key.encode() in each for each in workspace.files.values())


async def test_a_key_in_a_name_or_in_any_file_of_a_skill_is_neither_written_nor_shown(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "sk-ant-" + "Zx9Qw8Er7Ty6Ui5Op4"
    skill = a_skill_with(**{"scripts/run.py": f"KEY = '{key}'\n".encode()})
    hook = a_webhook("hook", url=f"https://hooks.example.com/?k={key}")
    await made(workspace.ground, [skill, hook, an_agent("careful")])
    assert not await workspace.bring()
    told = capsys.readouterr().out
    assert "what looks like an Anthropic key stands in plain text in agents.d/skills/sorting/scripts/run.py" in told
    assert "Zx9" not in told
    assert await names(workspace) == {"Project/acme", "Agent/careful"}
    assert not any(key.encode() in each for each in workspace.files.values())


def a_skill_with(**files: bytes) -> Resource:
    return a_skill("sorting", files=edited_skill("sorting", **files))


async def test_a_skill_with_a_hidden_file_cannot_be_said_and_is_left_alone(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(workspace.ground, [a_skill_with(**{".env": b"x"}), an_agent("a")])
    assert not await workspace.bring()
    assert "it holds a file that no folder should: '.env'" in capsys.readouterr().out
    assert await names(workspace) == {"Project/acme", "Agent/a"}


async def test_secrets_stay_where_they_are_and_the_variables_to_set_are_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    mounted = {"type": "github_repository", "url": "https://github.com/acme/shop", "authorization_token": "first"}
    deployed = a_deployment("nightly", resources=[mounted])
    await made(
        workspace.ground,
        [an_agent("reviewer"), an_environment("workshop"), deployed, a_vault("tools"), a_credential("tickets")],
    )
    assert await workspace.bring()
    told = capsys.readouterr().out
    assert "Vault/tools: TOOLS__TICKETS_EXAMPLE_COM__TOKEN" in told
    assert "Deployment/nightly: NIGHTLY_REPOSITORY_1_TOKEN" in told
    unset = await workspace.plan({})
    assert unset.is_empty, "nothing is sent, so nothing is needed"
    assert [each.code.slug for each in unset.report.diagnostics] == ["plan.kept-secret"] * 2
    environ = {"TOOLS__TICKETS_EXAMPLE_COM__TOKEN": "x", "NIGHTLY_REPOSITORY_1_TOKEN": "y"}
    planned = await workspace.plan(environ)
    assert {(str(each.address), change.field) for each in planned.steps for change in each.changes} == {
        ("Deployment/nightly", "resources"),
        ("Vault/tools/tickets-example-com", "auth.token"),
    }


async def test_no_two_secrets_are_looked_for_in_one_variable(workspace: Workspace) -> None:
    bearer = a_credential("one", display_name="GitHub")
    variable = {"type": "environment_variable", "secret_name": "GITHUB_TOKEN", "secret_value": "x"}
    other = a_credential("two", **{**BARE, **variable, "networking": {"type": "unrestricted"}})
    await made(workspace.ground, [a_vault("tools"), bearer, other])
    await workspace.bring()
    (vault,) = (each for each in load(workspace.folder).documents if each.kind is Kind.VAULT)
    assert variables(dict(vault.data)) == ["TOOLS__GITHUB__TOKEN", "TOOLS__GITHUB_TOKEN__VALUE"]


class Refusing(httpx2.AsyncBaseTransport):
    """A way to the server on which nobody may write some objects."""

    def __init__(self, way: httpx2.AsyncBaseTransport, path: str) -> None:
        self._way = way
        self._path = path

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST" and request.url.path.startswith(self._path):
            told = {"type": "error", "error": {"type": "permission_error", "message": "Not you."}}
            return httpx2.Response(403, json=told)
        return await self._way.handle_async_request(request)


async def test_marks_that_could_not_be_written_are_written_by_the_next_run(workspace: Workspace) -> None:
    await made(workspace.ground, [an_agent("a"), an_environment("e")])
    ground = workspace.ground.through(lambda way: Refusing(way, "/v1/environments"))
    assert not await replace(workspace, ground=ground).bring()
    assert len(await names(workspace)) == 3
    assert await workspace.bring()
    assert (await workspace.plan()).is_empty


async def test_memories_come_along_when_they_are_wanted(workspace: Workspace) -> None:
    known = await made(workspace.ground, [a_store("notes"), a_store("odd")])
    for store, path, text in (
        ("notes", "/house/rules.md", "Be kind.\n"),
        ("odd", "/.hidden/ä.md", "x\r\n"),
    ):
        body = {"path": path, "content": text}
        store_id = known[Address(Kind.MEMORY_STORE, store)].id
        await workspace.ground.target.write(Write(Verb.CREATE_MEMORY, ObjectKind.MEMORY_STORE, store_id, body=body))
    assert await workspace.bring(Wish(everything=True, memories=True))
    assert workspace.files["agents.d/memory-stores/notes/house/rules.md"] == b"Be kind.\n"
    assert b'"/.hidden/\xc3\xa4.md": "x\\r\\n"' in workspace.files["agents.d/memory-stores/odd.yaml"]
    assert (await workspace.plan()).is_empty


async def test_a_kill_before_the_decision_leaves_nothing_and_after_it_nothing_by_halves(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agentops.cli.importing.staging import Staging

    class Killed(BaseException):
        """The process is gone."""

    def killed(*_: object) -> None:
        raise Killed

    await made(workspace.ground, [an_agent(f"a{each}", system="One.\nTwo.\n") for each in range(4)])
    with monkeypatch.context() as patch:
        patch.setattr("agentops.cli.importing.staging.os.fsync", killed)
        with pytest.raises(Killed):
            await workspace.bring()
    assert workspace.files == {}
    moved = Staging.place
    with monkeypatch.context() as patch:
        patch.setattr(Staging, "place", lambda self, files: (moved(self, files[:3]), killed()))
        with pytest.raises(Killed):
            await workspace.bring()
    assert len(workspace.files) == 3
    assert await workspace.bring(Wish(kinds=frozenset({Kind.WEBHOOK})))
    assert (await workspace.plan()).is_empty
    assert len(await names(workspace)) == 5


async def test_an_import_of_memories_that_was_cut_off_is_finished(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agentops.cli.importing.running import Run

    class Killed(BaseException):
        """The process is gone."""

    async def killed(*_: object) -> None:
        raise Killed

    await made(workspace.ground, [a_store("notes", {"/a.md": a_seed("A")})])
    with monkeypatch.context() as patch:
        patch.setattr(Run, "_bind", killed)
        with pytest.raises(Killed):
            await workspace.bring(Wish(everything=True, memories=True))
    assert await workspace.bring()
    assert (await workspace.plan()).is_empty


def test_kinds_are_known_by_all_their_names() -> None:
    said = {"Agent": Kind.AGENT, "agents": Kind.AGENT, "memory_store": Kind.MEMORY_STORE, "memory-stores": None}
    assert [kind_of(each) for each in said] == [Kind.AGENT, Kind.AGENT, Kind.MEMORY_STORE, Kind.MEMORY_STORE]
    with pytest.raises(UsageError, match="nothing of that kind"):
        kind_of("Rubric")


@pytest.mark.parametrize("text", ["agent_1", "=x", "agent_1=Bad Name", "agent_1=../x"])
def test_a_name_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        names_of([text])

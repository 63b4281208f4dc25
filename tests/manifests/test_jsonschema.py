"""The schemas that editors read say what the models say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agentops.base.names import Kind
from agentops.manifests import yaml
from agentops.manifests.jsonschema import rendered, schemas, stale, write_schemas
from agentops.manifests.marks import Text
from agentops.reconcile.views.schema import schemas as shapes
from tests.manifests.given import agent, manifest

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted(
    path.relative_to(ROOT)
    for folder in ("agents.d", "examples/incident-response/agents.d")
    for path in (ROOT / folder).rglob("*.yaml")
    if not path.name.endswith(".test.yaml") and not any(each.name.endswith(".cases") for each in path.parents)
)


def vault(token: str) -> str:
    auth = f"{{type: static_bearer, mcp_server_url: 'https://mcp.example.com', token: {token}}}"
    return manifest("Vault", "x", f"{{credentials: {{a: {{auth: {auth}}}}}}}")


def documents(text: str) -> list[Any]:
    return [each.data for each in yaml.read(Text("x.yaml", text)).documents]


Schemas = Mapping[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made() -> Schemas:
    return schemas()


def errors(schema: dict[str, Any], document: Any) -> list[str]:
    return [each.message for each in Draft202012Validator(schema).iter_errors(document)]


def test_there_is_a_schema_for_each_kind_and_one_for_all(made: Schemas) -> None:
    assert set(made) == {*(f"{kind}.json" for kind in Kind), "all.json"}
    for schema in made.values():
        Draft202012Validator.check_schema(schema)


def test_the_files_in_the_repository_are_up_to_date() -> None:
    assert stale(ROOT / "schema", rendered(shapes())) == ()


def test_writing_twice_changes_nothing_and_old_files_are_noticed(tmp_path: Path) -> None:
    write_schemas(tmp_path / "schema")
    assert stale(tmp_path / "schema") == ()
    (tmp_path / "schema/Agnet.json").write_text("{}")
    (tmp_path / "schema/Agent.json").unlink()
    assert stale(tmp_path / "schema") == ("Agent.json", "Agnet.json")
    assert rendered() == rendered()


@pytest.mark.parametrize("path", MANIFESTS, ids=str)
def test_our_own_manifests_pass(path: Path, made: Schemas) -> None:
    for document in documents((ROOT / path).read_text()):
        assert errors(made[f"{document['kind']}.json"], document) == []
        assert errors(made["all.json"], document) == []


@pytest.mark.parametrize(
    "text",
    [
        agent("Bad Name"),
        agent("x").replace("v1", "v2"),
        agent("x", ", modell: y"),
        agent("x", ", system: {file: x, mode: y}"),
        agent("x", ", metadata: {agentops_owner: me}"),
        agent("x", ", name: ''"),
        agent("x", ", tools: [{type: agent_toolset}]"),
        agent("x", f", metadata: {{{', '.join(f'k{i}: v' for i in range(12))}}}"),
        manifest("Agent", "x"),
        manifest("Team", "x", "{lead: y, specialists: []}"),
        vault("t"),
    ],
)
def test_what_the_models_refuse_by_form_the_schemas_refuse(text: str, made: Schemas) -> None:
    (document,) = documents(text)
    assert errors(made[f"{document['kind']}.json"], document)
    assert errors(made["all.json"], document)


@pytest.mark.parametrize(
    "text",
    [
        agent("x", ", system: {file: x.md}, description: null"),
        agent("x", ", name: Anything at all"),
        manifest("Project", "x"),
        manifest("Rubric", "x", "{criteria: [{id: a, text: {file: a.md}}], pass: 0.5}"),
        vault("{env: T}"),
    ],
)
def test_what_a_manifest_may_say_more_than_a_request_passes(text: str, made: Schemas) -> None:
    (document,) = documents(text)
    assert errors(made[f"{document['kind']}.json"], document) == []


def test_every_kind_and_every_object_is_described(made: Schemas) -> None:
    for name, schema in made.items():
        assert schema["description"], name
        for definition, each in schema["$defs"].items():
            assert each.get("description"), f"{name}: {definition}"

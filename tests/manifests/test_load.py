"""From files to a tree: identities, specs, references, and what holds whatever is on the disk."""

import gc
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.base.names import Address, Kind
from agentops.manifests.load import load
from agentops.manifests.references import references
from tests.manifests.given import PROJECT, Loads, agent, codes, manifest, messages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("root", [ROOT, ROOT / "examples" / "incident-response"])
def test_our_own_manifests_are_right(root: Path) -> None:
    tree = load(root)
    assert not tree.report.diagnostics
    assert tree.project
    assert len(tree.documents) > 5


def test_a_document_holds_what_was_written_and_knows_where(loads: Loads) -> None:
    tree = loads({"agents.d/x.yaml": agent("reviewer", ", description: {file: d.md}"), "agents.d/d.md": "Reviews.\n"})
    document = tree.get(Address(Kind.AGENT, "reviewer"))
    assert document
    assert dict(document.data) == {"model": "claude-opus-5-5", "description": "Reviews.\n"}
    assert document.file == "agents.d/x.yaml"
    assert tree.source_line(document.file, document.span(("model",)).line).startswith("spec: {model")
    assert document.span(("description", "nothing")) == document.span(("description",))
    assert document.key_span(("model",)).column == 8
    assert tree.get(Address(Kind.AGENT, "writer")) is None


def test_labels_and_annotations_are_texts(loads: Loads) -> None:
    text = agent("x").replace("{name: x}", "{name: x, labels: {a: b}, annotations: {c: d}}")
    document = loads({"agents.d/x.yaml": text}).documents[0]
    assert (document.labels, document.annotations) == ({"a": "b"}, {"c": "d"})
    assert codes(loads({"agents.d/x.yaml": text.replace("a: b", "a: 1")})) == ["manifest.wrong-type"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (agent("x").replace("kind: Agent\n", ""), "manifest.missing-field"),
        (agent("x").replace("metadata: {name: x}\n", ""), "manifest.missing-field"),
        (agent("x").replace("{name: x}", "x"), "manifest.wrong-type"),
        (agent("x").replace("name: x", "name: 1"), "manifest.wrong-type"),
        (agent("x").replace("kind: Agent", "kind: [Agent]"), "manifest.wrong-type"),
        (agent("x").replace("agentops/v1", "1"), "manifest.api-version"),
        (manifest("Agent", "x", "[]"), "manifest.wrong-type"),
        (agent("x").replace("metadata", "metdata", 1), "manifest.unknown-field"),
        (agent("-x"), "manifest.bad-name"),
        (agent("x" * 64), "manifest.bad-name"),
        ("text\n", "manifest.not-a-manifest"),
    ],
)
def test_an_envelope_that_is_wrong_is_told_apart(loads: Loads, text: str, code: str) -> None:
    assert code in codes(loads({"agents.d/x.yaml": text}))


@pytest.mark.parametrize(("right", "wrong"), [("apiVersion:", "apiversion:"), ("spec:", "specs:"), ("{name:", "{nam:")])
def test_one_slip_in_an_envelope_is_told_once(loads: Loads, right: str, wrong: str) -> None:
    tree = loads({"agents.d/x.yaml": agent("x").replace(right, wrong, 1)})
    assert codes(tree) == ["manifest.unknown-field"]
    assert tree.report.diagnostics[0].label == f"did you mean {right.strip('{:')}?"


def test_what_is_suggested_for_a_path_or_a_switch_can_be_written_as_it_stands(loads: Loads) -> None:
    system, tools = (
        "system: {file: prompts/y.md}",
        'tools: [{type: mcp_toolset, mcp_server_name: m, default_config: {enabled: "True"}}]',
    )
    said = loads({"agents.d/x.yaml": agent("x", f", {system}, {tools}"), "agents.d/prompts/yy.md": "You."})
    labels = {each.label for each in said.report.diagnostics}
    assert {"did you mean prompts/yy.md?", "write true, without quotes"} <= labels


def test_a_spec_may_be_left_out_where_nothing_in_it_is_required(loads: Loads) -> None:
    assert loads({}).project
    assert codes(loads({"agents.d/x.yaml": agent("x").split("spec")[0]})) == ["manifest.missing-field"]


def test_what_is_right_is_loaded_beside_what_is_wrong_but_the_report_has_errors(loads: Loads) -> None:
    tree = loads({"agents.d/x.yaml": agent("x"), "agents.d/y.yaml": agent("y", ", nonsense: 1")})
    assert {each.name for each in tree.documents} == {"tests", "x"}
    assert tree.report.has_errors


def test_a_document_with_refused_yaml_is_not_judged_further(loads: Loads) -> None:
    assert codes(loads({"agents.d/x.yaml": agent("x", ", name: *x")})) == ["yaml.alias"]


# --- references -----------------------------------------------------------------------------------------------------


def test_names_and_ids_are_told_apart(loads: Loads) -> None:
    roster = (
        "{type: coordinator, agents: [writer, {type: agent, id: Agent/critic, version: 3}, agent_01abc, {type: self}]}"
    )
    tree = loads(
        {"agents.d/x.yaml": "---\n".join([agent("x", f", multiagent: {roster}"), agent("writer"), agent("critic")])}
    )
    assert not tree.report.diagnostics
    document = tree.get(Address(Kind.AGENT, "x"))
    assert document
    assert [(each.path[2:], each.text, each.address) for each in references(document)] == [
        ((0,), "writer", Address(Kind.AGENT, "writer")),
        ((1, "id"), "Agent/critic", Address(Kind.AGENT, "critic")),
        ((2,), "agent_01abc", None),
    ]


def test_a_name_that_two_kinds_may_have_leads_to_the_one_that_is_declared(loads: Loads) -> None:
    events = "[{type: user.message, content: [{type: text, text: Go.}]}]"
    deployment = "{agent: %s, environment_id: env_01abc, initial_events: " + events + "}"
    files = {
        "agents.d/x.yaml": agent("x"),
        "agents.d/team.yaml": manifest("Team", "crew", "{lead: x, specialists: [x]}"),
        "agents.d/a.yaml": manifest("Deployment", "a", deployment % "crew"),
        "agents.d/b.yaml": manifest("Deployment", "b", deployment % "x"),
    }
    tree = loads(files)
    assert not tree.report.diagnostics
    found = {each.name: each.references[0].address for each in tree.documents if each.kind is Kind.DEPLOYMENT}
    assert found == {"a": Address(Kind.TEAM, "crew"), "b": Address(Kind.AGENT, "x")}


def test_a_deployment_may_name_a_rubric(loads: Loads) -> None:
    spec = (
        "{agent: x, environment_id: env_01abc, initial_events: "
        "[{type: user.define_outcome, description: Do it., rubric: {type: rubric, name: good}}]}"
    )
    files = {"agents.d/x.yaml": agent("x"), "agents.d/d.yaml": manifest("Deployment", "d", spec)}
    assert codes(loads(files)) == ["reference.dangling"]
    rubric = manifest("Rubric", "good", "{criteria: [{id: a, text: It is good.}], pass: 0.5}")
    assert not codes(loads({**files, "agents.d/r.yaml": rubric}))


def test_a_name_that_may_stand_in_a_broken_file_is_not_called_missing(loads: Loads) -> None:
    team = manifest("Team", "crew", "{lead: x, specialists: [lost, gone]}")
    tree = loads(
        {"agents.d/team.yaml": team, "agents.d/x.yaml": agent("x"), "agents.d/broken.yaml": agent("lost") + "a: ["}
    )
    assert codes(tree) == ["yaml.syntax", "reference.dangling"]
    assert "Team/crew names an agent that does not exist" in messages(tree)
    assert tree.report.diagnostics[1].span
    assert tree.report.diagnostics[1].span.column == 37


def test_documents_with_errors_still_count_as_declared(loads: Loads) -> None:
    team = manifest("Team", "crew", "{lead: x, specialists: [x]}")
    assert codes(loads({"agents.d/t.yaml": team, "agents.d/x.yaml": agent("x", ", nonsense: 1")})) == [
        "manifest.unknown-field"
    ]


def test_each_circle_is_told_once(loads: Loads) -> None:
    def roster(*names: str) -> str:
        return f", multiagent: {{type: coordinator, agents: [{', '.join(names)}]}}"

    tree = loads(
        {
            "agents.d/x.yaml": "---\n".join(
                [agent("a", roster("b")), agent("b", roster("a", "c")), agent("c", roster("b"))]
            )
        }
    )
    assert codes(tree) == ["reference.cyclic", "reference.cyclic"]


def test_members_of_one_roster_have_names_of_their_own(loads: Loads) -> None:
    twins = [agent("a", ", name: Reviewer"), agent("b", ", name: Reviewer"), agent("Reviewer".lower())]
    team = manifest("Team", "crew", "{lead: a, specialists: [a, b, reviewer]}")
    tree = loads({"agents.d/x.yaml": "---\n".join([*twins, team])})
    assert codes(tree) == ["manifest.not-unique"]
    assert "Team/crew has two members called Reviewer: Agent/a and Agent/b" in messages(tree)


# --- texts and secrets ----------------------------------------------------------------------------------------------


def test_a_text_from_a_file_obeys_the_limits_of_its_field(loads: Loads) -> None:
    tree = loads({"agents.d/x.yaml": agent("x", ", system: {file: s.md}"), "agents.d/s.md": "x" * 100_001})
    assert codes(tree) == ["manifest.too-long"]
    assert "100001" in messages(tree)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("missing.md", "file.missing"),
        ("no/folder/x.md", "file.missing"),
        ("../../x.md", "file.outside-tree"),
        ("/etc/passwd", "file.outside-tree"),
        ("..", "file.unreadable"),
        ("latin1.md", "file.not-utf8"),
        ("large.md", "file.too-large"),
    ],
)
def test_a_text_that_cannot_be_had_is_told_at_its_node(loads: Loads, path: str, code: str) -> None:
    files = {
        "agents.d/x.yaml": agent("x", f", system: {{file: {path}}}"),
        "agents.d/latin1.md": b"caf\xe9",
        "agents.d/large.md": b"x" * (2 << 20),
    }
    tree = loads(files)
    assert codes(tree) == [code]
    assert tree.report.diagnostics[0].span
    assert tree.report.diagnostics[0].span.file == "agents.d/x.yaml"


def test_a_secret_is_named_and_stays_where_it_is(loads: Loads, tmp_path: Path) -> None:
    auth = "{type: static_bearer, mcp_server_url: 'https://mcp.example.com', token: %s}"
    vault = "{credentials: {tracker: {auth: " + auth + "}}}"
    for good in ("{env: TRACKER_TOKEN}", "{file: /run/secrets/tracker}", "{file: ../../token}"):
        tree = loads({"agents.d/v.yaml": manifest("Vault", "v", vault % good)})
        assert not tree.report.diagnostics
        document = tree.get(Address(Kind.VAULT, "v"))
        assert document
        assert "•••" not in str(document.data)
    for bad, code in (
        ("hunter2", "security.plain-secret"),
        ("{file: token}", "security.secret-in-tree"),
        (f"{{file: {tmp_path}/token}}", "security.secret-in-tree"),
        ("{env: 'NO SUCH NAME'}", "security.secret-form"),
        ("{env: A, file: b}", "security.secret-form"),
        ("[hunter2]", "security.secret-form"),
    ):
        tree = loads({"agents.d/v.yaml": manifest("Vault", "v", vault % bad)})
        assert codes(tree) == [code], bad
        assert "hunter2" not in tree.source_line("agents.d/v.yaml", 4) or "[" in bad


RANDOM = "f3a9c17e5b2d48f0" + "a6c1e97d30b4825f"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-" + "api03-Zx8Qv2Lk9Rt4Wm7Np1Bs6",
        "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5",
        "AKIA" + "Q3EGZ7WBN5RT2K4X",
        "xoxb-" + "1234567890-abcdefghij",
        "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTYifQ.SflKxwRJSMeKKF2QT4fwpM",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "https://user:" + "s3cretpass@example.com/",
        "api_key=" + RANDOM,
        'TOKEN: "' + RANDOM + '"',
    ],
)
@pytest.mark.parametrize("place", ["system", "description", "comment", "file", "metadata"])
def test_a_plain_looking_secret_is_found_wherever_it_stands(loads: Loads, secret: str, place: str) -> None:
    texts = {
        "comment": f"# {secret}\n{agent('x')}",
        "file": agent("x", ", system: {file: s.md}"),
    }
    quoted = "'" + secret.replace("'", "''") + "'"
    text = texts.get(place, "")
    if place in ("system", "description"):
        text = agent("x", f", {place}: {quoted}")
    if place == "metadata":
        text = agent("x", f", metadata: {{note: {quoted}}}")
    tree = loads(
        {"agents.d/x.yaml": text, "agents.d/s.md": f"Use {secret} for it.\n"}
        if place == "file"
        else {"agents.d/x.yaml": text}
    )
    assert codes(tree) == ["security.plain-secret"]
    shown = messages(tree) + "".join(tree.source_line(file, line) for file in tree.texts for line in range(1, 9))
    assert secret.rsplit(":", maxsplit=1)[-1].strip(' "') not in shown


@pytest.mark.parametrize(
    "harmless",
    [
        "sk-ant-…",
        "sk-ant-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAIOSFODNN7EXAMPLE",
        "the risk-assessment-of-a-very-long-hyphenated-word",
        "token: the one that the vault holds",
        "password: ${PASSWORD}",
        "token_endpoint: https://login.example.com/oauth/token",
        "api_key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "https://example.com/@user/repository",
        "max_tokens = 1000000000000000000000",
    ],
)
def test_what_only_reminds_of_a_secret_is_left_alone(loads: Loads, harmless: str) -> None:
    assert not codes(loads({"agents.d/x.yaml": agent("x", f", system: {harmless!r}")}))


def test_hidden_characters_are_pointed_out(loads: Loads) -> None:
    assert codes(loads({"agents.d/x.yaml": agent("x", ", system: a\u202eb")})) == ["security.hidden-text"]
    assert not codes(loads({"agents.d/x.yaml": agent("x", ', system: "a\\u202eb مرحبا 👩‍💻"')}))


# --- skills and seeds -----------------------------------------------------------------------------------------------


def test_a_skill_needs_a_header_that_says_what_it_is_for(loads: Loads) -> None:
    skill = manifest("Skill", "triage", "{folder: triage}")
    assert codes(loads({"agents.d/s.yaml": skill})) == ["file.missing"]
    assert codes(loads({"agents.d/s.yaml": skill, "agents.d/triage/x.md": "x"})) == ["file.missing"]
    header = "---\nname: Triage\n---\n"
    assert codes(loads({"agents.d/s.yaml": skill, "agents.d/triage/SKILL.md": header})) == [
        "manifest.bad-format",
        "manifest.missing-field",
    ]
    header = "---\nname: triage\ndescription: Sorts.\n---\n"
    assert not codes(loads({"agents.d/s.yaml": skill, "agents.d/triage/SKILL.md": header}))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("name: triage", "SKILL.md must begin with front matter"),
        ("---\nname: triage\nname: x\ndescription: S.\n---\n", "SKILL.md must have the key name once"),
        ("---\nname: &a triage\ndescription: S.\n---\n", "SKILL.md must not have anchors"),
        ("---\nname: triage\ndescription: S.\nx: " + "[" * 20 + "]" * 20 + "\n---\n", "nested 16 levels at most"),
        ("---\nname: triage\ndescription: S.\nx: " + "y" * 16_384 + "\n---\n", "at most 16384 characters"),
        (" ---\nname: triage\ndescription: S.\n---\n", "SKILL.md must begin with front matter"),
    ],
)
def test_a_header_is_judged_as_the_server_judges_it(loads: Loads, head: str, said: str) -> None:
    skill = manifest("Skill", "triage", "{folder: triage}")
    tree = loads({"agents.d/s.yaml": skill, "agents.d/triage/SKILL.md": head})
    assert codes(tree) == ["manifest.bad-format"]
    assert said in messages(tree)


def test_the_files_of_a_skill_are_judged_as_the_server_judges_them(loads: Loads) -> None:
    skill = manifest("Skill", "triage", "{folder: triage}")
    header = {"agents.d/s.yaml": skill, "agents.d/triage/SKILL.md": "---\nname: triage\ndescription: Sorts.\n---\n"}
    tree = loads({**header, "agents.d/triage/a\\b.md": "x"})
    assert codes(tree) == ["file.name"]
    assert 'holds "a\\b.md", which must start in the skill' in messages(tree)
    assert codes(loads({**header, "agents.d/triage/e\u0301.md": "x", "agents.d/triage/\u00e9.md": "x"})) == [
        "file.name"
    ]
    many = {f"agents.d/triage/{number}": "" for number in range(500)}
    tree = loads({**header, **many})
    assert codes(tree) == ["file.too-large"]
    assert "holds 504 files, a skill takes 500 at most" in messages(tree)


def test_seeds_are_memories(loads: Loads) -> None:
    store = manifest("MemoryStore", "notes", "{seed: {files: {/a.md: Text., b.md: {file: b.md}}}}")
    tree = loads({"agents.d/m.yaml": store, "agents.d/b.md": "B.\n"})
    assert codes(tree) == ["manifest.bad-format"]
    assert "must begin with /" in messages(tree)
    folder = manifest("MemoryStore", "notes", "{seed: {folder: notes}}")
    tree = loads({"agents.d/m.yaml": folder, "agents.d/notes/deep/a.md": "A.", "agents.d/notes/.hidden": "H."})
    assert tree.documents[0].data["seed"] == {"files": {"/deep/a.md": "A."}}


# --- laws -----------------------------------------------------------------------------------------------------------

LAWS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

fragments = st.sampled_from(
    [
        b"apiVersion: agentops/v1\n", b"kind: Agent\n", b"kind: Team\n", b"metadata: {name: x}\n",
        b"spec:\n  model: m\n", b"spec: {lead: x, specialists: [x]}\n", b"  system: {file: x.md}\n",
        b"---\n", b"...\n", b"\t", b"\xff", b"\x00", b"[", b"{", b"- ", b"&a ", b"*a", b"'", b'"',
        b"|\n", b"? ", b": ", b"\r\n", b"\xe2\x80\xa8",
    ]
)  # fmt: skip
anything = st.binary(max_size=40) | st.lists(fragments, max_size=14).map(b"".join)


@LAWS
@given(content=anything)
def test_any_bytes_give_a_report_and_never_an_exception(loads: Loads, content: bytes) -> None:
    tree = loads({"agents.d/x.yaml": content})
    for each in tree.report.diagnostics:
        assert each.message
        assert each.span is None or tree.source_line(each.span.file, each.span.line) is not None
    assert gc.isenabled()


WHOLE = [path.read_text() for folder in ("agents.d", "examples") for path in sorted((ROOT / folder).rglob("*.yaml"))]
VALUES = [
    "null",
    "[]",
    "{}",
    "1",
    "true",
    "yes",
    "''",
    "[[]]",
    "{a: b}",
    "{file: x}",
    "{file: ..}",
    "{env: X}",
    "self",
    "1.5",
]


@settings(LAWS, max_examples=60)
@given(st.data())
def test_any_value_in_any_place_gives_a_report_and_never_an_exception(loads: Loads, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(re.finditer(r": ([^\n]+)", text)) or [re.match("", text)]))
        assert place
        text = text[: place.end() - len(place[0][2:])] + data.draw(st.sampled_from(VALUES)) + text[place.end() :]
    tree = loads({"agents.d/x.yaml": text})
    assert all(each.message for each in tree.report.diagnostics)


NAMES = ["alpha", "beta", "gamma", "delta"]


@LAWS
@given(order=st.permutations(NAMES), layout=st.lists(st.integers(0, 2), min_size=4, max_size=4), flip=st.booleans())
def test_loading_depends_neither_on_files_nor_on_the_order_of_keys(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], layout: list[int], flip: bool
) -> None:
    root = tmp_path_factory.mktemp("tree")
    (root / "agents.d").mkdir()
    (root / "agents.d/project.yaml").write_text(PROJECT)
    for name, file in zip(order, layout, strict=True):
        fields = ["model: claude-opus-5-5", "system: You are one.", "tools: [{type: agent_toolset_20260401}]"]
        parts = ["apiVersion: agentops/v1", "kind: Agent", f"metadata: {{name: {name}}}"]
        spec = "spec: {" + ", ".join(reversed(fields) if flip else fields) + "}"
        text = "\n".join(reversed([*parts, spec]) if flip else [*parts, spec])
        with (root / f"agents.d/{file}.yaml").open("a") as out:
            out.write(f"---\n{text}\n")
    tree = load(root)
    assert not tree.report.diagnostics
    assert [each.name for each in tree.documents] == [*sorted(NAMES), "tests"]
    assert len({str(sorted(each.data)) for each in tree.documents if each.kind is Kind.AGENT}) == 1

"""Against the engine: what somebody changed there comes into the manifests, and every comment stays."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.base.errors import CannotEdit
from agentops.reconcile.adopting import Only

from .given import address
from .ground import Ground, opened
from .written import Written, comments

pytestmark = pytest.mark.anyio

GOLDEN = Path(__file__).parents[1] / "golden" / "editing"
REVIEWER = """\
# yaml-language-server: $schema=Agent.json
apiVersion: agentops/v1
kind: Agent
metadata: {name: reviewer}   # who
spec:
  # dear, and worth it
  model: claude-opus-5-5   # until the next one
  description: "Reads."   # one line
  system: |   # the prompt
    You are.

    Be kind.

  # tools
  tools:
    # the shell
    - type: agent_toolset_20260401   # all of it
      default_config: {enabled: true}   # spelled out
      configs:
        # careful
        - {name: bash, permission_policy: {type: always_ask}}
        - {name: read, enabled: false}  # why?
    - type: custom
      name: rm
      # danger
      description: Removes.
      input_schema: {type: object}
  metadata:
    # for the bill
    team: platform
    tier: "1"   # of three
---
apiVersion: agentops/v1
kind: Agent
metadata: {name: scribe}
spec: {model: claude-haiku-5-5, system: {file: scribe.md}}   # short
"""
SHELL: dict[str, Any] = {"type": "agent_toolset_20260401"}
RM = {"type": "custom", "name": "rm", "description": "Removes.", "input_schema": {"type": "object"}}
CREW = """\
apiVersion: agentops/v1
kind: Team
metadata: {name: crew}
spec:
  lead:   # inline
    model: claude-opus-5-5
    system: Lead.   # short
  # who
  specialists:
    - reviewer   # first
    - scribe   # second
"""


@pytest.fixture
def tree(ground: Ground, tmp_path: Path) -> Written:
    return Written(tmp_path, ground, {"agents.yaml": REVIEWER, "scribe.md": "You write.\n", "crew.yaml": CREW})


async def test_every_kind_of_field_comes_back_as_a_person_would_write_it(tree: Written) -> None:
    await tree.settle()
    ask = {"permission_policy": {"type": "always_ask"}}
    await tree.meddle(
        "Agent/reviewer",
        model={"id": "claude-sonnet-5-5", "effort": "low"},
        description="Reads, writes.",
        system="You are.\n\nBe rude.\n",
        tools=[
            {**RM, "description": "Deletes."},
            {**SHELL, "configs": [{"name": "bash", **ask}, {"name": "grep", **ask}]},
            {**RM, "name": "mv"},
        ],
        metadata={"tier": "2", "team": None, "cost": "low"},
    )
    await tree.meddle("Agent/scribe", system="You write well.\n")
    await tree.adopted()
    assert tree.text("agents.yaml") == (GOLDEN / "adopted.yaml").read_text("utf-8")
    assert tree.text("scribe.md") == "You write well.\n"


@pytest.mark.long
async def test_a_file_with_windows_line_ends_keeps_them(ground: Ground, tmp_path: Path) -> None:
    tree = Written(tmp_path, ground, {"agents.yaml": REVIEWER.replace("\n", "\r\n"), "scribe.md": "You write.\n"})
    await tree.settle()
    await tree.meddle("Agent/reviewer", description="Reads.\nWrites.\n", system="You are.\n")
    await tree.adopted()
    text = tree.text("agents.yaml")
    assert text.count("\n") == text.count("\r\n")
    assert comments(text) == comments(REVIEWER)


async def test_a_text_comes_into_the_file_that_holds_it_with_its_mark(ground: Ground, tmp_path: Path) -> None:
    tree = Written(tmp_path, ground, {"agents.yaml": REVIEWER, "scribe.md": b"\xef\xbb\xbfYou write.\n"})
    await tree.settle()
    await tree.meddle("Agent/scribe", system="Theirs.")
    await tree.adopted()
    assert tree.text("scribe.md") == "\ufeffTheirs."
    assert tree.text("agents.yaml") == REVIEWER


@pytest.mark.long
async def test_a_cleared_field_goes_and_a_list_stays_as_an_empty_one(tree: Written) -> None:
    await tree.settle()
    await tree.meddle("Agent/reviewer", description=None, tools=[])
    await tree.adopted()
    assert 'description: "Reads."' not in tree.text("agents.yaml")
    assert "  tools: []\n" in tree.text("agents.yaml")


async def test_a_team_takes_its_roster_by_names_and_its_lead_where_it_stands(tree: Written) -> None:
    await tree.settle()
    scribe, crew = await tree.live("Agent/scribe"), await tree.live("Team/crew")
    roster = {**crew["multiagent"], "advisor": {"type": "enabled", "model": "claude-opus-5-5"}}
    for pool in ("subagents", "workflows"):
        members = [{"type": "agent", "id": scribe["id"], "version": 1}]
        roster[pool] = {**roster[pool], "predefined_agents": members}
    await tree.meddle("Team/crew", multiagent=roster, system="Lead well.", model="claude-sonnet-5-5")
    await tree.adopted()
    assert tree.text("crew.yaml") == CREW.replace("system: Lead.", "system: Lead well.").replace(
        "model: claude-opus-5-5", "model: claude-sonnet-5-5"
    ).replace("    - reviewer   # first\n", "") + (
        "  delegation:\n    type: multiagent_20261001\n"
        "    advisor:\n      type: enabled\n      model: claude-opus-5-5\n"
    )


@pytest.mark.long
async def test_a_field_that_a_team_copies_is_left_and_says_where_it_is(ground: Ground, tmp_path: Path) -> None:
    crew = CREW.replace(
        "  lead:   # inline\n    model: claude-opus-5-5\n    system: Lead.   # short\n", "  lead: scribe\n"
    )
    tree = Written(tmp_path, ground, {"agents.yaml": REVIEWER, "scribe.md": "You write.\n", "crew.yaml": crew})
    await tree.settle()
    await tree.meddle("Team/crew", system="Theirs.")
    (left,) = (await tree.adopt()).left
    assert (str(left.address), left.field) == ("Team/crew", "system")
    assert "it comes from Agent/scribe" in left.why
    assert tree.text("crew.yaml") == crew


@pytest.mark.long
async def test_a_text_that_two_documents_share_is_not_changed_for_one(ground: Ground, tmp_path: Path) -> None:
    other = REVIEWER.split("---\n")[1].replace("scribe}", "writer}")
    tree = Written(tmp_path, ground, {"a.yaml": REVIEWER, "b.yaml": other, "scribe.md": "You write.\n"})
    await tree.settle()
    await tree.meddle("Agent/scribe", system="Theirs.")
    with pytest.raises(CannotEdit, match=r"holds a text of 2 documents"):
        await tree.adopt()
    await tree.meddle("Agent/writer", system="Theirs.")
    await tree.adopted()
    assert tree.text("scribe.md") == "Theirs."


async def test_a_conflict_is_adopted_only_by_its_name(tree: Written) -> None:
    await tree.settle()
    await tree.meddle("Agent/reviewer", description="Theirs.", system="Theirs.")
    tree.put("agents.yaml", REVIEWER.replace('"Reads."', '"Ours."'))
    found = await tree.adopt(Only(address("Agent/reviewer")))
    assert [(each.field, each.why[:29]) for each in found.left] == [("description", "it was changed here as well: ")]
    assert '"Ours."' in tree.text("agents.yaml")
    assert "  system: Theirs.   # the prompt\n" in tree.text("agents.yaml")
    await tree.adopt(Only(address("Agent/reviewer"), "description"))
    assert 'description: "Theirs."   # one line' in tree.text("agents.yaml")
    await tree.settle()


@pytest.mark.long
async def test_only_what_was_named_is_adopted(tree: Written) -> None:
    await tree.settle()
    await tree.meddle("Agent/reviewer", description="Theirs.", system="Theirs.")
    await tree.meddle("Agent/scribe", system="Theirs.")
    found = await tree.adopt(Only(address("Agent/reviewer"), "system"))
    assert [(str(where), field) for where, field in found.adopted] == [("Agent/reviewer", "system")]
    assert len((await tree.plan()).drifted) == 2


DEPLOYMENT = """\
apiVersion: agentops/v1
kind: Environment
metadata: {name: workshop}
spec:
  description: For tests.   # no more
  config:
    type: cloud
    networking:
      type: limited
      allowed_hosts:   # few
        - a.example.com   # one
        - b.example.com
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {name: lessons}
spec: {description: Notes.}
---
apiVersion: agentops/v1
kind: Rubric
metadata: {name: careful}
spec:
  criteria: [{id: sources, text: Every claim has a source.}]
---
apiVersion: agentops/v1
kind: Deployment
metadata: {name: triage}
spec:
  agent: scribe   # by name
  environment_id: workshop
  initial_events:
    # graded
    - type: user.define_outcome
      description: Sort.
      rubric: {type: rubric, name: careful}
    - type: user.message
      content:
        - {type: text, text: Look.}   # first words
  resources:
    - type: memory_store
      memory_store_id: lessons   # what we learned
"""


async def test_kinds_without_versions_keep_names_and_rubrics(ground: Ground, tmp_path: Path) -> None:
    agents = REVIEWER.split("---\n")[1]
    tree = Written(tmp_path, ground, {"a.yaml": agents, "d.yaml": DEPLOYMENT, "scribe.md": "You write.\n"})
    await tree.settle()
    beta = ground.sdk.beta
    environment, triage = await tree.live("Environment/workshop"), await tree.live("Deployment/triage")
    config: Any = {
        "type": "cloud",
        "networking": {"type": "limited", "allowed_hosts": ["c.example.com", "a.example.com"]},
    }
    await beta.environments.update(environment["id"], description="Theirs.", config=config)
    store = await tree.live("MemoryStore/lessons")
    await beta.memory_stores.update(store["id"], description="Theirs.")
    events: Any = [triage["initial_events"][0], {"type": "user.message", "content": [{"type": "text", "text": "See."}]}]
    resources: Any = [{"type": "memory_store", "memory_store_id": store["id"], "access": "read_only"}]
    await beta.deployments.update(triage["id"], initial_events=events, resources=resources, description="New.")
    await tree.adopted()
    text = tree.text("d.yaml")
    assert "rubric: {type: rubric, name: careful}" in text
    assert "memory_store_id: lessons   # what we learned\n      access: read_only" in text
    assert "        - a.example.com   # one\n        - c.example.com\n" in text
    assert "text: See." in text
    assert "description: Theirs.   # no more" in text


async def test_a_text_that_begins_with_a_byte_order_mark_comes_home_to_its_file(ground: Ground, tmp_path: Path) -> None:
    tree = Written(tmp_path, ground, {"agents.yaml": REVIEWER, "scribe.md": "You write.\n"})
    await tree.settle()
    for text in ("\ufeffYou write.\n", "\ufeff\ufeff", "You write.\n"):
        await tree.meddle("Agent/scribe", system=text)
        await tree.adopted()


async def test_what_went_back_to_its_default_goes_from_the_manifest(ground: Ground, tmp_path: Path) -> None:
    agents = REVIEWER.split("---\n")[1]
    timed = f'{DEPLOYMENT}  schedule: {{type: cron, expression: "0 3 * * *", timezone: UTC}}\n'
    tree = Written(tmp_path, ground, {"a.yaml": agents, "d.yaml": timed, "scribe.md": "You write.\n"})
    await tree.settle()
    beta = ground.sdk.beta
    environment, triage = await tree.live("Environment/workshop"), await tree.live("Deployment/triage")
    plain: Any = {"type": "cloud", "networking": {"type": "unrestricted"}}
    await beta.environments.update(environment["id"], config=plain)
    await beta.deployments.update(triage["id"], schedule=None)
    await tree.adopted()
    assert "config:" not in tree.text("d.yaml")
    assert "schedule:" not in tree.text("d.yaml")


TEXTS = st.sampled_from(
    ["One.", "One.\nTwo.\n", "# no comment\n", "yes", "x: y", "- a", "  in\nout\n", "'", "a\n\n\nb"]
)
POLICIES = st.sampled_from(["always_ask", "always_allow"])
CONFIGS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["bash", "read", "grep"])},
        optional={"enabled": st.booleans(), "permission_policy": st.builds(lambda word: {"type": word}, POLICIES)},
    ),
    max_size=3,
    unique_by=lambda each: each["name"],
)
DEFAULTS = st.fixed_dictionaries({}, optional={"enabled": st.booleans()})
TOOLSETS = st.builds(
    lambda default, configs: {**SHELL, "default_config": default, "configs": configs}, DEFAULTS, CONFIGS
)
SCHEMAS = st.sampled_from(
    [{"type": "object"}, *({"type": "object", "properties": {"a": each}} for each in ({}, {"default": None}))]
)
CUSTOM = st.builds(
    lambda name, text, schema: {**RM, "name": name, "description": text, "input_schema": schema},
    st.sampled_from(["rm", "mv"]),
    TEXTS,
    SCHEMAS,
)
TOOLS = st.tuples(
    st.lists(TOOLSETS, max_size=1), st.lists(CUSTOM, max_size=2, unique_by=lambda each: each["name"])
).map(lambda both: [*both[1][:1], *both[0], *both[1][1:]])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "description": TEXTS | st.none(),
        "system": TEXTS | st.none(),
        "tools": TOOLS,
        "model": st.fixed_dictionaries(
            {"id": st.sampled_from(["claude-opus-5-5", "claude-sonnet-5-5"])},
            optional={"effort": st.sampled_from(["low", "high"])},
        ),
        "metadata": st.dictionaries(st.sampled_from(["team", "tier", "new"]), TEXTS | st.none(), max_size=3),
    },
)


async def adopted_again_and_again(folder: Path, rounds: list[dict[str, Any]]) -> None:
    async with opened() as ground:
        tree = Written(folder, ground, {"agents.yaml": REVIEWER, "scribe.md": "You write.\n"})
        await tree.settle()
        for changes in rounds:
            await tree.meddle("Agent/reviewer", **changes)
            await tree.adopted()
            # What stands in or behind something that goes, goes with it; nothing else does.
            kept = {"# dear, and worth it", "# tools", "# yaml-language-server: $schema=Agent.json", "# who", "# short"}
            assert kept <= set(comments(tree.text("agents.yaml")))
            assert "# until the next one" in comments(tree.text("agents.yaml"))
            assert tree.text("agents.yaml").endswith(REVIEWER[REVIEWER.index("---") :])


@given(rounds=st.lists(CHANGES, min_size=1, max_size=2))
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_there_can_be_adopted(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[dict[str, Any]]
) -> None:
    import anyio

    anyio.run(adopted_again_and_again, tmp_path_factory.mktemp("tree"), rounds)


@pytest.mark.long
@given(rounds=st.lists(CHANGES, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.timeout(300)
def test_whatever_is_changed_there_can_be_adopted_many_times(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[dict[str, Any]]
) -> None:
    import anyio

    anyio.run(adopted_again_and_again, tmp_path_factory.mktemp("tree"), rounds)

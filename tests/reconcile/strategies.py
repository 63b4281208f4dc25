"""Projects that a person could write: every kind of field, valid as the API has it."""

from typing import Any

from hypothesis import strategies as st

from agentops.base.names import Kind
from agentops.manifests.scalars import MAX_INTEGER
from agentops.reconcile.resource import Resource, SeedMode
from agentops.reconcile.values import IdOf, VersionOf

from .given import (
    BARE,
    MODEL,
    OTHER_MODEL,
    a_credential,
    a_resource,
    a_secret,
    a_seed,
    a_skill,
    a_vault,
    address,
    edited_skill,
    pinned,
)

_ANY_TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)


def _optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of the fields, or none."""
    return st.fixed_dictionaries({}, optional=fields)


def _text(limit: int = 40) -> st.SearchStrategy[str]:
    return st.text(_ANY_TEXT, max_size=limit)


_POLICIES = st.sampled_from(["always_allow", "always_ask", "auto"]).map(lambda each: {"type": each})
_SETTINGS = {"enabled": st.none() | st.booleans(), "permission_policy": st.none() | _POLICIES}
_METADATA = st.dictionaries(
    st.text(_ANY_TEXT, min_size=1, max_size=12).filter(lambda key: not key.startswith("agentops_")), _text(), max_size=4
)
_LEVELS = st.sampled_from(["low", "medium", "high"])
_MODELS = st.sampled_from([MODEL, OTHER_MODEL])
_MODEL = _MODELS | st.builds(
    lambda model, rest: {"id": model, **rest},
    _MODELS,
    _optional(
        effort=st.none() | _LEVELS | _LEVELS.map(lambda each: {"type": each}),
        speed=st.sampled_from([None, "standard", "fast"]),
    ),
).filter(lambda model: model["id"] == MODEL or model.get("speed") != "fast")
"""Only one of the two has a fast mode."""
_DOMAINS = st.lists(st.sampled_from(["a.example.com", "b.example.com", "example.org"]), min_size=1, unique=True)
_SWITCH = st.sampled_from(["all", "none", {"type": "all"}, {"type": "none"}])
_CONFIGS = {
    **{each: _optional(**_SETTINGS) for each in ("bash", "edit", "glob")},
    "web_search": _optional(
        **_SETTINGS, allowed_domains=_DOMAINS, user_location=st.just({"type": "approximate", "city": "Bonn"})
    ),
    "web_fetch": _optional(
        **_SETTINGS,
        blocked_domains=_DOMAINS,
        max_content_tokens=st.integers(1, 9999),
        url_sources=_optional(user_input=_SWITCH, client_tool_results=_SWITCH).map(
            lambda each: {**each, "server_tool_results": "all"}
        ),
    ),
}


_CONFIGURED = st.lists(st.sampled_from(sorted(_CONFIGS)), unique=True, max_size=3)
_DEFAULT = _optional(default_config=st.none() | _optional(**_SETTINGS))


@st.composite
def _toolset(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(_CONFIGURED)
    configs = [{"name": name, **draw(_CONFIGS[name])} for name in names]
    given = draw(_DEFAULT)
    return {"type": "agent_toolset_20260401", **given, **({"configs": configs} if configs else {})}


_INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
"""What YAML may say; beyond, an import leaves the object alone."""

_SCHEMA: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda properties, more: {"type": "object", **({"properties": properties} if properties else {}), **more},
    st.dictionaries(
        _WORD,
        st.fixed_dictionaries(
            {"type": st.sampled_from(["string", "number"]), "default": st.none() | st.booleans() | _INTEGERS}
        ),
        max_size=2,
    ),
    _optional(additionalProperties=st.booleans()),
)
_CUSTOM_TOOL = st.builds(
    lambda name, description, schema: {
        "type": "custom",
        "name": f"tool_{name}",
        "description": description,
        "input_schema": schema,
    },
    _WORD,
    st.text(_ANY_TEXT, min_size=1, max_size=30),
    _SCHEMA,
)


_MCP_SERVERS = st.lists(_WORD, unique=True, max_size=2)
_OF_A_SERVER = _optional(default_config=_optional(**_SETTINGS))
_CUSTOM_TOOLS = st.lists(_CUSTOM_TOOL, unique_by=lambda each: str(each["name"]), max_size=2)
_SKILLS = st.lists(st.sampled_from(["xlsx", "pdf", "docx"]), unique=True, max_size=2)


@st.composite
def _tools(draw: st.DrawFn) -> dict[str, Any]:
    """Draw tools with the servers that they need and the skills that need them."""
    servers = draw(_MCP_SERVERS)
    tools = [{"type": "mcp_toolset", "mcp_server_name": each, **draw(_OF_A_SERVER)} for each in servers]
    tools += draw(_CUSTOM_TOOLS)
    fields: dict[str, Any] = {}
    if draw(st.booleans()):
        tools.append(draw(_toolset()))
        can_read = (tools[-1].get("default_config") or {}).get("enabled") is not False
        skills = draw(_SKILLS) if can_read else []
        fields |= {"skills": [{"type": "anthropic", "skill_id": each} for each in skills]} if skills else {}
    if servers:
        fields["mcp_servers"] = [
            {"type": "url", "name": each, "url": f"https://{draw(_WORD)}.example.com/mcp"} for each in servers
        ]
    says_that_there_are_none = draw(st.booleans())
    if tools or says_that_there_are_none:
        fields["tools"] = draw(st.permutations(tools))
    return fields


_IDENTITIES = st.sampled_from(
    [{"type": "service_account"}, {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"}]
)
_AGENT_FIELDS = _optional(
    description=_text(), system=_text(200), metadata=_METADATA, execution_identity=st.none() | _IDENTITIES
)
_MEMBERS = _optional(inline_agents=st.none() | st.just({"type": "enabled"}))
_ADVISOR = st.sampled_from([None, {"type": "disabled"}, {"type": "enabled", "model": OTHER_MODEL}])


_ENDING = _text(8)


@st.composite
def agents(draw: st.DrawFn, name: str, skills: list[Resource]) -> Resource:
    """Draw an agent; its display name begins with its own, so that rosters are unambiguous."""
    fields = {"name": f"{name} {draw(_ENDING)}", "model": draw(_MODEL), **draw(_AGENT_FIELDS), **draw(_tools())}
    if skills and "skills" in fields:
        named = [
            {"type": "custom", "skill_id": IdOf(each.address), "version": VersionOf(each.address)} for each in skills
        ]
        fields["skills"] = [*fields["skills"], *named]
    return a_resource(Kind.AGENT, name, fields, protect=draw(st.booleans()))


@st.composite
def teams(draw: st.DrawFn, name: str, members: list[str]) -> Resource:
    """Draw a team with some of the members, in either form of delegation."""
    chosen = draw(st.lists(st.sampled_from(members), unique=True, min_size=1)) if members else []
    roster: list[Any] = [pinned(each) for each in chosen]
    roster += [{"type": "self"}] if draw(st.booleans()) or not roster else []
    if draw(st.booleans()):
        advisor = [{"type": "advisor", "model": OTHER_MODEL}] if draw(st.booleans()) else []
        multiagent: Any = {"type": "coordinator", "agents": [*roster, *advisor]}
    else:
        subagents = st.sampled_from([None, {"type": "disabled"}]) | _MEMBERS.map(
            lambda each: {"type": "enabled", **each, "predefined_agents": roster}
        )
        parts = _optional(subagents=subagents, workflows=subagents, advisor=_ADVISOR)
        multiagent = {"type": "multiagent_20261001", **draw(parts)}
    return a_resource(
        Kind.TEAM, name, {"name": name, "model": draw(_MODEL), "multiagent": multiagent, **draw(_AGENT_FIELDS)}
    )


_HOSTS = st.lists(st.sampled_from(["a.example.com", "*.b.example.com", "c.example.com"]), unique=True)
_NETWORKS = st.sampled_from([None, {"type": "unrestricted"}]) | _optional(
    allowed_hosts=st.none() | _HOSTS, allow_mcp_servers=st.none() | st.booleans()
).map(lambda each: {"type": "limited", "allow_package_managers": True, **each})
_PACKAGES = _optional(
    **{each: st.lists(_WORD.map(lambda word: f"p{word}"), max_size=2) for each in ("apt", "npm", "pip")}
)
_CONFIG = _optional(networking=_NETWORKS, packages=st.none() | _PACKAGES).map(lambda each: {"type": "cloud", **each})


def _open(config: dict[str, Any]) -> dict[str, Any]:
    is_limited = (config.get("networking") or {}).get("type") == "limited"
    return {**config, "networking": {**config["networking"], "allow_mcp_servers": True}} if is_limited else config


_ENVIRONMENT = _optional(description=_text(), config=_CONFIG, metadata=_METADATA)
_DEPLOYED = _optional(description=_text(), config=_CONFIG.map(_open), metadata=_METADATA)


@st.composite
def environments(draw: st.DrawFn, name: str, *, is_deployed: bool) -> Resource:
    """Draw an environment; one that a deployment runs in lets agents reach their MCP servers, as the API wants it."""
    fields = draw(_DEPLOYED if is_deployed else _ENVIRONMENT)
    return a_resource(Kind.ENVIRONMENT, name, {"name": name, **fields}, protect=draw(st.booleans()))


_PATHS = st.sampled_from(["/a.md", "/b.md", "/deep/a.md", "/deep/er/ü.md"])


_SEEDS = st.dictionaries(_PATHS, st.builds(a_seed, _text(), st.sampled_from(SeedMode)), max_size=3)
_STORE = _optional(description=_text(), metadata=_METADATA)


@st.composite
def stores(draw: st.DrawFn, name: str) -> Resource:
    seeds = draw(_SEEDS)
    fields = {"name": name, **draw(_STORE)}
    return a_resource(Kind.MEMORY_STORE, name, {**fields, **({"seed": None} if seeds else {})}, seeds=seeds)


_SECRETS = st.sampled_from(["first", "second"]).map(a_secret)
_LABELS = _optional(display_name=st.text("abc ", min_size=1, max_size=5).filter(str.strip), metadata=_METADATA)
_SERVERS = ("https://a.example.com/mcp", "https://b.example.com/mcp")
_BEARER = st.fixed_dictionaries({"type": st.just("static_bearer"), "token": _SECRETS})
_REFRESH = st.fixed_dictionaries(
    {
        "token_endpoint": st.sampled_from(["https://a.example.com/token", "https://b.example.com/token"]),
        "client_id": st.just("me"),
        "refresh_token": _SECRETS,
    },
    optional={"scope": st.just("read"), "resource": st.just("all")},
)
_CLIENT = st.just({"client_auth": "none"}) | st.fixed_dictionaries(
    {"client_auth": st.sampled_from(["client_secret_post", "client_secret_basic"]), "client_secret": _SECRETS}
)
_OAUTH = st.builds(
    lambda token, expiry, refresh, client: {"type": "mcp_oauth", **token, **expiry, **refresh, **(refresh and client)},
    st.fixed_dictionaries({"access_token": _SECRETS}),
    _optional(expires_at=st.sampled_from(["2027-11-21T08:00:00Z", "2028-11-21T09:00:00+01:00"])),
    st.just({}) | _REFRESH,
    _CLIENT,
)
_VARIABLE = st.fixed_dictionaries(
    {
        "type": st.just("environment_variable"),
        "secret_value": _SECRETS,
        "networking": st.just({"type": "unrestricted"})
        | _HOSTS.map(lambda each: {"type": "limited", "allowed_hosts": each}),
    },
    optional={"injection_location": st.sampled_from([{"header": True}, {"header": True, "body": True}])},
)


@st.composite
def vaults(draw: st.DrawFn, name: str) -> list[Resource]:
    """Draw a vault and its credentials. Few servers and few names: two draws trade them."""
    made = [a_vault(name, **draw(_LABELS))]
    subjects = [{"mcp_server_url": each} for each in _SERVERS] + [{"secret_name": each} for each in ("ONE", "TWO")]
    chosen = draw(st.permutations(subjects))[: draw(st.integers(0, 3))]
    for credential, subject in zip(draw(st.permutations(["left", "right", "third"])), chosen, strict=False):
        auth = draw(_VARIABLE if "secret_name" in subject else _BEARER | _OAUTH)
        fields = {**BARE, **subject, **auth, **draw(_LABELS)}
        made.append(a_credential(credential, vault=name, **fields))
    return made


_CONTENTS = st.dictionaries(st.sampled_from(["run.sh", "deep/ü.md", "x.bin"]), st.binary(max_size=9), max_size=2)


_SKILL = _optional(display_name=st.sampled_from(["one label", "another label"]))


@st.composite
def skills(draw: st.DrawFn, name: str) -> Resource:
    """Draw a skill under one of two labels, with some files."""
    fields = draw(_SKILL)
    return a_skill(name, files=edited_skill(name, **draw(_CONTENTS)), **fields)


_TEXTS = st.text(_ANY_TEXT, min_size=1, max_size=20)
_BLOCK = st.builds(lambda text: {"type": "text", "text": text}, _TEXTS)
_MESSAGE = st.builds(
    lambda blocks: {"type": "user.message", "content": blocks}, st.lists(_BLOCK, min_size=1, max_size=2)
)
_OUTCOME = st.builds(
    lambda text, limit: {
        "type": "user.define_outcome",
        "description": text,
        "rubric": {"type": "text", "content": text},
        **limit,
    },
    _TEXTS,
    _optional(max_iterations=st.none() | st.integers(1, 20)),
)
_EVENTS = st.builds(lambda first, rest: [*first, *rest], st.lists(_OUTCOME, max_size=1), st.lists(_MESSAGE, min_size=1))
_SCHEDULE = st.builds(
    lambda expression, zone: {"type": "cron", "expression": expression, "timezone": zone},
    st.sampled_from(["0 7 * * 1-5", "*/15 * * * *", "0 3 1 * 0"]),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
_BUDGET = st.integers(1, 10**6).map(
    lambda cents: {"type": "limit", "max_list_cost": {"amount": str(cents), "currency": "USD"}}
)
_BRANCH = st.builds("b{}".format, _WORD)  # git takes no name that begins as an option does
_CHECKOUT = st.none() | st.fixed_dictionaries({"type": st.just("branch"), "name": _BRANCH})
_REPOSITORY = st.builds(
    lambda name, more: {"type": "github_repository", "url": f"https://github.com/acme/r{name}", **more},
    _WORD,
    _optional(checkout=_CHECKOUT, mount_path=st.none() | st.just("/workspace/here")),
)


def _address_of(repository: dict[str, Any]) -> str:
    return str(repository["url"])


def _place_of(repository: dict[str, Any]) -> str:
    """Return where the repository is mounted: no two may share a place."""
    return str(repository.get("mount_path") or repository["url"].removeprefix("https://github.com/acme"))


_ACCESS = _optional(access=st.sampled_from([None, "read_only", "read_write"]), instructions=st.none() | _text())


_REPOSITORIES = st.lists(_REPOSITORY, unique_by=(_address_of, _place_of), max_size=2)
_DEPLOYMENT = _optional(
    description=_text(), schedule=st.none() | _SCHEDULE, budget=st.none() | _BUDGET, metadata=_METADATA
)


@st.composite
def deployments(draw: st.DrawFn, name: str, agents: list[str], stores: list[str]) -> Resource:
    """Draw a deployment of one of the agents, with some of the stores."""
    resources = draw(_REPOSITORIES)
    named = draw(st.lists(st.sampled_from(stores), unique=True)) if stores else []
    resources += [
        {"type": "memory_store", "memory_store_id": _id("MemoryStore", each), **draw(_ACCESS)} for each in named
    ]
    parts = {"name": name, "agent": pinned(draw(st.sampled_from(agents))), "environment_id": _id("Environment", "home")}
    given = {"resources": draw(st.permutations(resources))} if resources or draw(st.booleans()) else {}
    return a_resource(Kind.DEPLOYMENT, name, {**parts, "initial_events": draw(_EVENTS), **given, **draw(_DEPLOYMENT)})


_DREAM_SCHEDULE = _optional(
    since=st.just("last-dream"),
    max=st.integers(50, 100),
    min=st.integers(1, 50),
    schedule=st.none() | _SCHEDULE,
    every=st.sampled_from(["6h", "90m", "1h30m", "7d", "1w"]),
    engine=st.sampled_from(["lexical", "messages", "hosted"]),
    budget=st.none() | st.fixed_dictionaries({"tokens": st.integers(1, 10**6)}),
    instructions=st.none() | _TEXTS,
    review=st.sampled_from(["pull_request", "auto"]),
    gates=st.dictionaries(st.sampled_from(["secrets", "size_budget"]), st.sampled_from(["block", "warn"])),
    metadata=_METADATA,
)


@st.composite
def dream_schedules(draw: st.DrawFn, name: str, agents: list[str]) -> Resource:
    """Draw a schedule over the store `notes`, of some of the agents' sessions."""
    chosen = draw(st.lists(st.sampled_from(agents), unique=True)) if agents else []
    parts = {"name": name, "store": _id("MemoryStore", "notes"), "after_sessions": 20, "model": draw(_MODELS)}
    named = {"agents": [_id("Agent", each) for each in chosen]} if chosen else {}
    return a_resource(Kind.DREAM_SCHEDULE, name, {**parts, **named, **draw(_DREAM_SCHEDULE)})


_EVENT_TYPES = st.lists(st.sampled_from(["agent.created", "agent.updated", "session.created"]), min_size=1, unique=True)


_WEBHOOK = _optional(description=_text(), metadata=_METADATA, format=st.sampled_from(["standard", "slack"]))
_HOST = _WORD.map(lambda each: "h" + each.strip("-"))


@st.composite
def webhooks(draw: st.DrawFn, name: str) -> Resource:
    fields = draw(_WEBHOOK)
    url = f"https://{draw(_HOST)}.example.com"
    return a_resource(Kind.WEBHOOK, name, {"url": url, "events": draw(_EVENT_TYPES), **fields})


def _id(kind: str, name: str) -> IdOf:
    return IdOf(address(f"{kind}/{name}"))


@st.composite
def projects(draw: st.DrawFn) -> tuple[Resource, ...]:
    """Draw a project; two draws share most names, so that one can become the other."""
    names = draw(st.lists(st.sampled_from(["ada", "bob", "cy"]), unique=True))
    sorting = [draw(skills("sorting"))] if draw(st.booleans()) else []
    resources = [draw(agents(each, sorting)) for each in names] + sorting
    resources += [draw(teams(each, names)) for each in draw(st.lists(st.sampled_from(["crew", "desk"]), unique=True))]
    has_home, has_notes = draw(st.booleans()), draw(st.booleans())
    is_deployed = bool(names) and has_home and draw(st.booleans())
    resources += [draw(environments("home", is_deployed=is_deployed))] if has_home else []
    resources += [draw(stores("notes"))] if has_notes else []
    resources += draw(vaults("keys")) if draw(st.booleans()) else []
    if is_deployed:
        resources.append(draw(deployments("triage", names, ["notes"] if has_notes else [])))
    if has_notes and draw(st.booleans()):
        resources.append(draw(dream_schedules("nightly", names)))
    resources += [draw(webhooks("alerts"))] if draw(st.booleans()) else []
    return tuple(draw(st.permutations(resources)))

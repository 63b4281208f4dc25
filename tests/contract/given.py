"""What contract tests start from, and the questions they ask of a refusal."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, TypeVar

import pytest
from anthropic import APIStatusError

from .sdk import Api

MODEL = "claude-opus-5-5"
OTHER_MODEL = "claude-sonnet-5-5"

Refusal = TypeVar("Refusal", bound=APIStatusError)


def an_agent(api: Api, **fields: Any) -> Any:
    return api.agents.create(**{"name": "Reviewer", "model": MODEL, **fields})


def an_environment(api: Api, **fields: Any) -> Any:
    return api.environments.create(**{"name": "Workshop", **fields})


def a_store(api: Api, **fields: Any) -> Any:
    return api.memory_stores.create(**{"name": "Lessons", **fields})


def a_memory(api: Api, store: Any, path: str = "/notes.md", content: str = "remember", **fields: Any) -> Any:
    return api.memory_stores.memories.create(store.id, path=path, content=content, **fields)


def a_file(api: Api, content: bytes = b"hello", name: str | None = "notes.txt", **fields: Any) -> Any:
    return api.files.upload(file=(name, content, "text/plain"), **fields)


def a_session(api: Api, **fields: Any) -> Any:
    """Return a session of a new agent in a new environment, unless others are given."""
    agent = fields.pop("agent", None) or an_agent(api).id
    environment_id = fields.pop("environment_id", None) or an_environment(api).id
    return api.sessions.create(agent=agent, environment_id=environment_id, **fields)


def an_outcome(**fields: Any) -> dict[str, Any]:
    rubric = {"type": "text", "content": "It is short."}
    return {"type": "user.define_outcome", "description": "Write a note.", "rubric": rubric, **fields}


def a_repository(**fields: Any) -> dict[str, Any]:
    return {"type": "github_repository", "url": "https://github.com/agentops/example", **fields}


def a_vault(api: Api, **fields: Any) -> Any:
    return api.vaults.create(**{"display_name": "Tickets", **fields})


def oauth(**fields: Any) -> dict[str, Any]:
    return {"type": "mcp_oauth", "mcp_server_url": "https://mcp.example.com/mcp", "access_token": "secret-a", **fields}


def a_refresh(**fields: Any) -> dict[str, Any]:
    return {
        "token_endpoint": "https://auth.example.com/token",
        "client_id": "client",
        "refresh_token": "secret-r",
        "token_endpoint_auth": {"type": "none"},
        **fields,
    }


def a_bearer(url: str = "https://tickets.example.com/mcp", **fields: Any) -> dict[str, Any]:
    return {"type": "static_bearer", "mcp_server_url": url, "token": "secret-t", **fields}


def a_variable(name: str = "TICKETS_TOKEN", **fields: Any) -> dict[str, Any]:
    return {
        "type": "environment_variable",
        "secret_name": name,
        "secret_value": "secret-v",
        "networking": {"type": "unrestricted"},
        **fields,
    }


def a_credential(api: Api, vault: Any, auth: dict[str, Any] | None = None, **fields: Any) -> Any:
    return api.vaults.credentials.create(vault.id, auth=auth or oauth(), **fields)


def a_message(text: str = "Look at the open tickets.") -> dict[str, Any]:
    return {"type": "user.message", "content": [{"type": "text", "text": text}]}


def a_deployment(api: Api, **fields: Any) -> Any:
    """Return a new deployment, of an agent and in an environment of its own unless told otherwise."""
    parts = {"agent": lambda: an_agent(api).id, "environment_id": lambda: an_environment(api).id}
    made = {name: make() for name, make in parts.items() if name not in fields}
    return api.deployments.create(**{"name": "Nightly triage", "initial_events": [a_message()], **made, **fields})


def inputs_of(store_id: str, *session_ids: str) -> list[Any]:
    store = {"type": "memory_store", "memory_store_id": store_id}
    return [store, {"type": "sessions", "session_ids": list(session_ids)}]


def a_dream(api: Api, **fields: Any) -> Any:
    """Return a new dream, over a store and a session of its own unless told otherwise."""
    made = {} if "inputs" in fields else {"inputs": inputs_of(a_store(api).id, a_session(api).id)}
    return api.dreams.create(**{"model": MODEL, **made, **fields})


def a_schedule(expression: str = "0 9 * * 1-5", timezone: str = "Europe/Berlin") -> dict[str, Any]:
    return {"type": "cron", "expression": expression, "timezone": timezone}


def a_skill(api: Api, **fields: Any) -> Any:
    return api.skills.create(**{"files": SKILL, **fields})


def skill_files(name: str = "pdf-forms", body: str = "Fill them.", **more: str) -> list[tuple[str, bytes]]:
    """Return the files of a skill by their paths, as the SDK uploads a folder."""
    header = f"---\nname: {name}\ndescription: Fills forms.\n---\n{body}\n"
    return [(f"{name}/SKILL.md", header.encode()), *((f"{name}/{path}", text.encode()) for path, text in more.items())]


SKILL = skill_files()


def a_custom_tool(**fields: Any) -> dict[str, Any]:
    return {
        "type": "custom",
        "name": "lookup",
        "description": "Looks a ticket up.",
        "input_schema": {"type": "object"},
        **fields,
    }


def a_server(name: str = "tickets", **fields: Any) -> dict[str, Any]:
    return {"type": "url", "name": name, "url": f"https://{name}.example.com/mcp", **fields}


def a_toolset_of(server: str = "tickets", **fields: Any) -> dict[str, Any]:
    return {"type": "mcp_toolset", "mcp_server_name": server, **fields}


def the_agent_toolset(*configs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "agent_toolset_20260401", **({"configs": list(configs)} if configs else {}), **fields}


def sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def refused(kind: type[Refusal], act: Callable[[], object], *words: str) -> Refusal:
    """Return the refusal of that class; its message must carry every word."""
    with pytest.raises(kind) as caught:
        act()
    missing = [word for word in words if word not in (caught.value.api_message or "")]
    assert not missing, f"{caught.value.api_message!r} does not say {missing}"
    return caught.value


def ids(items: Iterable[Any]) -> list[str]:
    return [item.id for item in items]


def pages(page: Any) -> list[list[Any]]:
    """Return the items of this page and of every page behind it."""
    found = [list(page.data)]
    while page.has_next_page():
        page = page.get_next_page()
        found.append(list(page.data))
    return found

"""Every public method of the SDK resources that the engine serves, each with a call that succeeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .given import (
    MODEL,
    SKILL,
    a_bearer,
    a_credential,
    a_deployment,
    a_file,
    a_memory,
    a_message,
    a_repository,
    a_session,
    a_skill,
    a_store,
    a_vault,
    an_agent,
    an_environment,
    oauth,
)
from .sdk import Api


@dataclass(frozen=True)
class World:
    """Ids that the calls are made with."""

    agent: str
    deployment: str
    deployment_run: str
    file: str
    skill: str
    skill_version: str
    """A version that is not the only one, so that it can be deleted."""

    session: str
    upload: str
    """The file resource of the session."""

    repository: str
    """The repository resource of the session."""

    environment: str
    store: str
    memory: str
    version: str
    """A memory version that is not the newest, so that it can be redacted."""

    vault: str
    credential: str
    """For a server that nobody runs."""


class Made(World):
    """A world in which everything exists as soon as a call names it: most calls name one thing."""

    def __init__(self, api: Api) -> None:
        object.__setattr__(self, "_api", api)

    def __getattribute__(self, name: str) -> Any:
        made = object.__getattribute__(self, "__dict__")
        if name in _MAKING and name not in made:
            made.update(_MAKING[name](object.__getattribute__(self, "_api"), self))
        return made[name] if name in made else object.__getattribute__(self, name)


def _a_session(api: Api, _: World) -> dict[str, str]:
    file = a_file(api)
    session = a_session(api, resources=[{"type": "file", "file_id": file.id}, a_repository()])
    upload, repository = (each.id for each in session.resources)
    return {"session": session.id, "upload": upload, "repository": repository}


def _a_skill(api: Api, _: World) -> dict[str, str]:
    skill = a_skill(api)
    api.skills.versions.create(skill.id, files=SKILL)
    return {"skill": skill.id, "skill_version": skill.latest_version_id}


def _a_memory(api: Api, _: World) -> dict[str, str]:
    store = a_store(api)
    memory = a_memory(api, store, content="first")
    api.memory_stores.memories.update(memory.id, memory_store_id=store.id, content="second")
    return {"store": store.id, "memory": memory.id, "version": memory.memory_version_id}


def _a_credential(api: Api, _: World) -> dict[str, str]:
    vault = a_vault(api)
    credential = a_credential(api, vault, oauth(mcp_server_url="http://127.0.0.1:1/mcp"))
    return {"vault": vault.id, "credential": credential.id}


_MAKING: Mapping[str, Callable[[Api, World], dict[str, str]]] = {
    "agent": lambda api, _: {"agent": an_agent(api).id},
    "environment": lambda api, _: {"environment": an_environment(api).id},
    "file": lambda api, _: {"file": a_file(api).id},
    "deployment": lambda api, _: {"deployment": a_deployment(api).id},
    "deployment_run": lambda api, w: {"deployment_run": api.deployments.run(w.deployment).id},
    **dict.fromkeys(("session", "upload", "repository"), _a_session),
    **dict.fromkeys(("skill", "skill_version"), _a_skill),
    **dict.fromkeys(("store", "memory", "version"), _a_memory),
    **dict.fromkeys(("vault", "credential"), _a_credential),
}


NOWHERE = World(
    agent="agent_01NoSuchAgent", environment="env_01NoSuchEnvironment", store="memstore_01NoSuchStore",
    memory="mem_01NoSuchMemory", version="memver_01NoSuchVersion", file="file_01NoSuchFile",
    vault="vlt_01NoSuchVault", credential="vcrd_01NoSuchCredential",
    deployment="depl_01NoSuchDeployment", deployment_run="drun_01NoSuchRun",
    session="sesn_01NoSuchSession", upload="sesrsc_01NoSuchResource", repository="sesrsc_01NoSuchResource",
    skill="skill_01NoSuchSkill", skill_version="skver_01NoSuchVersion",
)  # fmt: skip
"""A world in which nothing exists."""

Call = Callable[..., Any]

CALLS: Mapping[str, Call] = {
    "agents.create": lambda api, _, **o: api.agents.create(name="Reviewer", model=MODEL, **o),
    "agents.retrieve": lambda api, w, **o: api.agents.retrieve(w.agent, **o),
    "agents.update": lambda api, w, **o: api.agents.update(w.agent, name="Second reader", **o),
    "agents.list": lambda api, _, **o: api.agents.list(**o),
    "agents.archive": lambda api, w, **o: api.agents.archive(w.agent, **o),
    "agents.versions.list": lambda api, w, **o: api.agents.versions.list(w.agent, **o),
    "deployments.create": lambda api, w, **o: api.deployments.create(
        name="Nightly triage", agent=w.agent, environment_id=w.environment, initial_events=[a_message()], **o
    ),
    "deployments.retrieve": lambda api, w, **o: api.deployments.retrieve(w.deployment, **o),
    "deployments.update": lambda api, w, **o: api.deployments.update(w.deployment, name="Weekly triage", **o),
    "deployments.list": lambda api, _, **o: api.deployments.list(**o),
    "deployments.archive": lambda api, w, **o: api.deployments.archive(w.deployment, **o),
    "deployments.pause": lambda api, w, **o: api.deployments.pause(w.deployment, **o),
    "deployments.unpause": lambda api, w, **o: api.deployments.unpause(w.deployment, **o),
    "deployments.run": lambda api, w, **o: api.deployments.run(w.deployment, **o),
    "deployment_runs.retrieve": lambda api, w, **o: api.deployment_runs.retrieve(w.deployment_run, **o),
    "deployment_runs.list": lambda api, _, **o: api.deployment_runs.list(**o),
    "environments.create": lambda api, _, **o: api.environments.create(name="Workshop", **o),
    "environments.retrieve": lambda api, w, **o: api.environments.retrieve(w.environment, **o),
    "environments.update": lambda api, w, **o: api.environments.update(w.environment, name="Forge", **o),
    "environments.list": lambda api, _, **o: api.environments.list(**o),
    "environments.delete": lambda api, w, **o: api.environments.delete(w.environment, **o),
    "environments.archive": lambda api, w, **o: api.environments.archive(w.environment, **o),
    "files.upload": lambda api, _, **o: api.files.upload(file=("notes.txt", b"hello", "text/plain"), **o),
    "files.retrieve_metadata": lambda api, w, **o: api.files.retrieve_metadata(w.file, **o),
    "files.list": lambda api, _, **o: api.files.list(**o),
    "files.download": lambda api, w, **o: api.files.download(w.file, **o),
    "files.delete": lambda api, w, **o: api.files.delete(w.file, **o),
    "skills.create": lambda api, _, **o: api.skills.create(files=SKILL, **o),
    "skills.retrieve": lambda api, w, **o: api.skills.retrieve(w.skill, **o),
    "skills.list": lambda api, _, **o: api.skills.list(**o),
    "skills.delete": lambda api, w, **o: api.skills.delete(w.skill, **o),
    "skills.versions.create": lambda api, w, **o: api.skills.versions.create(w.skill, files=SKILL, **o),
    "skills.versions.retrieve": lambda api, w, **o: api.skills.versions.retrieve("latest", skill_id=w.skill, **o),
    "skills.versions.list": lambda api, w, **o: api.skills.versions.list(w.skill, **o),
    "skills.versions.download": lambda api, w, **o: api.skills.versions.download("latest", skill_id=w.skill, **o),
    "skills.versions.delete": lambda api, w, **o: api.skills.versions.delete(w.skill_version, skill_id=w.skill, **o),
    "memory_stores.create": lambda api, _, **o: api.memory_stores.create(name="Lessons", **o),
    "memory_stores.retrieve": lambda api, w, **o: api.memory_stores.retrieve(w.store, **o),
    "memory_stores.update": lambda api, w, **o: api.memory_stores.update(w.store, name="Habits", **o),
    "memory_stores.list": lambda api, _, **o: api.memory_stores.list(**o),
    "memory_stores.delete": lambda api, w, **o: api.memory_stores.delete(w.store, **o),
    "memory_stores.archive": lambda api, w, **o: api.memory_stores.archive(w.store, **o),
    "memory_stores.memories.create": lambda api, w, **o: api.memory_stores.memories.create(
        w.store, path="/fresh.md", content="new", **o
    ),
    "memory_stores.memories.retrieve": lambda api, w, **o: api.memory_stores.memories.retrieve(
        w.memory, memory_store_id=w.store, **o
    ),
    "memory_stores.memories.update": lambda api, w, **o: api.memory_stores.memories.update(
        w.memory, memory_store_id=w.store, content="third", **o
    ),
    "memory_stores.memories.list": lambda api, w, **o: api.memory_stores.memories.list(w.store, **o),
    "memory_stores.memories.delete": lambda api, w, **o: api.memory_stores.memories.delete(
        w.memory, memory_store_id=w.store, **o
    ),
    "memory_stores.memory_versions.retrieve": lambda api, w, **o: api.memory_stores.memory_versions.retrieve(
        w.version, memory_store_id=w.store, **o
    ),
    "memory_stores.memory_versions.list": lambda api, w, **o: api.memory_stores.memory_versions.list(w.store, **o),
    "memory_stores.memory_versions.redact": lambda api, w, **o: api.memory_stores.memory_versions.redact(
        w.version, memory_store_id=w.store, **o
    ),
    "sessions.create": lambda api, w, **o: api.sessions.create(agent=w.agent, environment_id=w.environment, **o),
    "sessions.retrieve": lambda api, w, **o: api.sessions.retrieve(w.session, **o),
    "sessions.update": lambda api, w, **o: api.sessions.update(w.session, title="Second", **o),
    "sessions.list": lambda api, _, **o: api.sessions.list(**o),
    "sessions.delete": lambda api, w, **o: api.sessions.delete(w.session, **o),
    "sessions.archive": lambda api, w, **o: api.sessions.archive(w.session, **o),
    "sessions.events.list": lambda api, w, **o: api.sessions.events.list(w.session, **o),
    "sessions.resources.add": lambda api, w, **o: api.sessions.resources.add(
        w.session, type="file", file_id=w.file, mount_path="second.txt", **o
    ),
    "sessions.resources.list": lambda api, w, **o: api.sessions.resources.list(w.session, **o),
    "sessions.resources.retrieve": lambda api, w, **o: api.sessions.resources.retrieve(
        w.upload, session_id=w.session, **o
    ),
    "sessions.resources.update": lambda api, w, **o: api.sessions.resources.update(
        w.repository, session_id=w.session, authorization_token="secret-g", **o
    ),
    "sessions.resources.delete": lambda api, w, **o: api.sessions.resources.delete(w.upload, session_id=w.session, **o),
    "vaults.create": lambda api, _, **o: api.vaults.create(display_name="Tickets", **o),
    "vaults.retrieve": lambda api, w, **o: api.vaults.retrieve(w.vault, **o),
    "vaults.update": lambda api, w, **o: api.vaults.update(w.vault, display_name="Bugs", **o),
    "vaults.list": lambda api, _, **o: api.vaults.list(**o),
    "vaults.delete": lambda api, w, **o: api.vaults.delete(w.vault, **o),
    "vaults.archive": lambda api, w, **o: api.vaults.archive(w.vault, **o),
    "vaults.credentials.create": lambda api, w, **o: api.vaults.credentials.create(w.vault, auth=a_bearer(), **o),
    "vaults.credentials.retrieve": lambda api, w, **o: api.vaults.credentials.retrieve(
        w.credential, vault_id=w.vault, **o
    ),
    "vaults.credentials.update": lambda api, w, **o: api.vaults.credentials.update(
        w.credential, vault_id=w.vault, display_name="Bugs", **o
    ),
    "vaults.credentials.list": lambda api, w, **o: api.vaults.credentials.list(w.vault, **o),
    "vaults.credentials.delete": lambda api, w, **o: api.vaults.credentials.delete(w.credential, vault_id=w.vault, **o),
    "vaults.credentials.archive": lambda api, w, **o: api.vaults.credentials.archive(
        w.credential, vault_id=w.vault, **o
    ),
    "vaults.credentials.mcp_oauth_validate": lambda api, w, **o: api.vaults.credentials.mcp_oauth_validate(
        w.credential, vault_id=w.vault, **o
    ),
}

NAMING_AN_OBJECT = tuple(
    name
    for name in CALLS
    if name not in {"agents.create", "agents.list", "deployments.create", "deployments.list",
                    "deployment_runs.list", "environments.create", "environments.list", "files.upload",
                    "files.list", "memory_stores.create", "memory_stores.list", "sessions.create", "sessions.list",
                    "skills.create",
                    "skills.list", "vaults.create", "vaults.list"}
)  # fmt: skip
"""The calls whose path names an object, which may not exist."""

NEEDING_MORE = {"files.download": "what a person uploaded is never downloadable, and no session writes files yet"}
"""The calls that fail in a world made over the API, each with the reason; tests of their own make them succeed."""

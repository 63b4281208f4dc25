"""Every public method of the SDK resources that the engine serves, each with a call that succeeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .given import (
    MODEL,
    SKILL,
    a_bearer,
    a_credential,
    a_deployment,
    a_dream,
    a_file,
    a_message,
    a_repository,
    a_session,
    a_skill,
    a_store,
    a_vault,
    an_agent,
    an_environment,
    inputs_of,
    oauth,
)
from .sdk import Api


@dataclass(frozen=True)
class World:
    """Ids that the calls are made with."""

    agent: str
    deployment: str
    deployment_run: str
    dream: str
    """One that has ended, so that it can be archived."""

    file: str
    skill: str
    skill_version: str
    """A version that is not the only one, so that it can be deleted."""

    session: str
    thread: str
    """The primary thread of the session."""

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


class Made:
    """A world in which everything exists as soon as a call names it: most calls name one thing."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @cached_property
    def agent(self) -> str:
        return an_agent(self._api).id

    @cached_property
    def environment(self) -> str:
        return an_environment(self._api).id

    @cached_property
    def file(self) -> str:
        return a_file(self._api).id

    @cached_property
    def deployment(self) -> str:
        return a_deployment(self._api).id

    @cached_property
    def deployment_run(self) -> str:
        return self._api.deployments.run(self.deployment).id

    @cached_property
    def dream(self) -> str:
        dream = a_dream(self._api)
        return self._api.dreams.cancel(dream.id).id

    @cached_property
    def _session(self) -> Any:
        resources = [{"type": "file", "file_id": a_file(self._api).id}, a_repository()]
        return a_session(self._api, resources=resources)

    @property
    def session(self) -> str:
        return self._session.id

    @property
    def thread(self) -> str:
        return self._api.sessions.threads.list(self.session).data[0].id

    @property
    def upload(self) -> str:
        return self._session.resources[0].id

    @property
    def repository(self) -> str:
        return self._session.resources[1].id

    @cached_property
    def _skill(self) -> Any:
        skill = a_skill(self._api)
        self._api.skills.versions.create(skill.id, files=SKILL)
        return skill

    @property
    def skill(self) -> str:
        return self._skill.id

    @property
    def skill_version(self) -> str:
        return self._skill.latest_version_id

    @cached_property
    def store(self) -> str:
        return a_store(self._api).id

    @cached_property
    def _memory(self) -> Any:
        memory = self._api.memory_stores.memories.create(self.store, path="/notes.md", content="first")
        self._api.memory_stores.memories.update(memory.id, memory_store_id=self.store, content="second")
        return memory

    @property
    def memory(self) -> str:
        return self._memory.id

    @property
    def version(self) -> str:
        return self._memory.memory_version_id

    @cached_property
    def _vault(self) -> Any:
        return a_vault(self._api)

    @property
    def vault(self) -> str:
        return self._vault.id

    @cached_property
    def credential(self) -> str:
        return a_credential(self._api, self._vault, oauth(mcp_server_url="http://127.0.0.1:1/mcp")).id


NOWHERE = World(
    agent="agent_01NoSuchAgent", environment="env_01NoSuchEnvironment", store="memstore_01NoSuchStore",
    memory="mem_01NoSuchMemory", version="memver_01NoSuchVersion", file="file_01NoSuchFile",
    vault="vlt_01NoSuchVault", credential="vcrd_01NoSuchCredential",
    deployment="depl_01NoSuchDeployment", deployment_run="drun_01NoSuchRun",
    dream="drm_01NoSuchDream",
    session="sesn_01NoSuchSession", thread="sthr_01NoSuchThread",
    upload="sesrsc_01NoSuchResource", repository="sesrsc_01NoSuchResource",
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
    "dreams.create": lambda api, w, **o: api.dreams.create(inputs=inputs_of(w.store, w.session), model=MODEL, **o),
    "dreams.retrieve": lambda api, w, **o: api.dreams.retrieve(w.dream, **o),
    "dreams.list": lambda api, _, **o: api.dreams.list(**o),
    "dreams.cancel": lambda api, w, **o: api.dreams.cancel(w.dream, **o),
    "dreams.archive": lambda api, w, **o: api.dreams.archive(w.dream, **o),
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
    "sessions.events.send": lambda api, w, **o: api.sessions.events.send(
        w.session, events=[{"type": "user.message", "content": [{"type": "text", "text": "Hello"}]}], **o
    ),
    "sessions.threads.list": lambda api, w, **o: api.sessions.threads.list(w.session, **o),
    "sessions.threads.retrieve": lambda api, w, **o: api.sessions.threads.retrieve(w.thread, session_id=w.session, **o),
    "sessions.threads.events.list": lambda api, w, **o: api.sessions.threads.events.list(
        w.thread, session_id=w.session, **o
    ),
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
                    "deployment_runs.list", "dreams.create", "dreams.list",
                    "environments.create", "environments.list", "files.upload",
                    "files.list", "memory_stores.create", "memory_stores.list", "sessions.create", "sessions.list",
                    "skills.create",
                    "skills.list", "vaults.create", "vaults.list"}
)  # fmt: skip
"""The calls whose path names an object, which may not exist."""

NEEDING_MORE = {"files.download": "what a person uploaded is never downloadable, and no session writes files yet"}
"""The calls that fail in a world made over the API, each with the reason; tests of their own make them succeed."""

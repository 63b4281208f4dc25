"""Our request shapes against the installed SDK's parameter types: a new SDK release shows its gaps by itself."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import anthropic.types.beta
import pytest
from typing_extensions import get_type_hints, is_typeddict

from agentops.wire import (
    agents,
    deployments,
    dreams,
    environments,
    files,
    lists,
    memories,
    memory_stores,
    session_events,
    session_resources,
    sessions,
    skills,
    vaults,
    webhooks,
    work,
)
from agentops.wire.shape import NotNull, Shape

ROOT = "anthropic.types.beta"

PAIRS: dict[str, type[Shape]] = {
    "agent_create_params.AgentCreateParams": agents.AgentCreate,
    "agent_update_params.AgentUpdateParams": agents.AgentUpdate,
    "environment_create_params.EnvironmentCreateParams": environments.EnvironmentCreate,
    "environment_update_params.EnvironmentUpdateParams": environments.EnvironmentUpdate,
    "memory_store_create_params.MemoryStoreCreateParams": memory_stores.MemoryStoreCreate,
    "memory_store_update_params.MemoryStoreUpdateParams": memory_stores.MemoryStoreUpdate,
    "memory_stores.memory_create_params.MemoryCreateParams": memories.MemoryCreate,
    "memory_stores.memory_update_params.MemoryUpdateParams": memories.MemoryUpdate,
    "deployment_create_params.DeploymentCreateParams": deployments.DeploymentCreate,
    "deployment_update_params.DeploymentUpdateParams": deployments.DeploymentUpdate,
    "vault_create_params.VaultCreateParams": vaults.VaultCreate,
    "vault_update_params.VaultUpdateParams": vaults.VaultUpdate,
    "vaults.credential_create_params.CredentialCreateParams": vaults.CredentialCreate,
    "vaults.credential_update_params.CredentialUpdateParams": vaults.CredentialUpdate,
    "file_upload_params.FileUploadParams": files.FileUpload,
    "skill_create_params.SkillCreateParams": skills.SkillCreate,
    "organization.webhook_create_params.WebhookCreateParams": webhooks.WebhookCreate,
    "organization.webhook_update_params.WebhookUpdateParams": webhooks.WebhookUpdate,
    "dream_create_params.DreamCreateParams": dreams.DreamCreate,
    "agent_list_params.AgentListParams": lists.AgentQuery,
    "agents.version_list_params.VersionListParams": lists.AgentVersionQuery,
    "environment_list_params.EnvironmentListParams": lists.EnvironmentQuery,
    "memory_store_list_params.MemoryStoreListParams": lists.MemoryStoreQuery,
    "memory_stores.memory_list_params.MemoryListParams": lists.MemoryQuery,
    "memory_stores.memory_version_list_params.MemoryVersionListParams": lists.MemoryVersionQuery,
    "deployment_list_params.DeploymentListParams": lists.DeploymentQuery,
    "deployment_run_list_params.DeploymentRunListParams": lists.DeploymentRunQuery,
    "session_create_params.SessionCreateParams": sessions.SessionCreate,
    "session_update_params.SessionUpdateParams": sessions.SessionUpdate,
    "session_list_params.SessionListParams": lists.SessionQuery,
    "sessions.event_send_params.EventSendParams": session_events.SessionEventsSend,
    "sessions.event_stream_params.EventStreamParams": lists.SessionStreamQuery,
    "sessions.thread_list_params.ThreadListParams": lists.ThreadQuery,
    "sessions.threads.event_list_params.EventListParams": lists.ThreadEventQuery,
    "sessions.threads.event_stream_params.EventStreamParams": lists.SessionStreamQuery,
    "sessions.event_list_params.EventListParams": lists.SessionEventQuery,
    "sessions.resource_add_params.ResourceAddParams": session_resources.SessionResourceAdd,
    "sessions.resource_list_params.ResourceListParams": lists.SessionResourceQuery,
    "sessions.resource_update_params.ResourceUpdateParams": session_resources.SessionResourceUpdate,
    "vault_list_params.VaultListParams": lists.VaultQuery,
    "vaults.credential_list_params.CredentialListParams": lists.CredentialQuery,
    "dream_list_params.DreamListParams": lists.DreamQuery,
    "file_list_params.FileListParams": lists.FileQuery,
    "skill_list_params.SkillListParams": lists.SkillQuery,
    "skills.version_list_params.VersionListParams": lists.SkillVersionQuery,
    "organization.webhook_list_params.WebhookListParams": lists.WebhookQuery,
    "environments.work_heartbeat_params.WorkHeartbeatParams": work.WorkHeartbeatQuery,
    "environments.work_list_params.WorkListParams": work.WorkQuery,
    "environments.work_poll_params.WorkPollParams": work.WorkPollQuery,
    "environments.work_stop_params.WorkStopParams": work.WorkStop,
    "environments.work_update_params.WorkUpdateParams": work.WorkUpdate,
}

LATER = {
    "skills.version_create_params": "multipart, no JSON",
    "agent_retrieve_params": "one number in the query",
    "memory_stores.memory_retrieve_params": "one word in the query",
    "memory_stores.memory_delete_params": "one hash in the query",
    "memory_stores.memory_version_retrieve_params": "one word in the query",
}
"""Modules of parameters that no shape mirrors, and what they belong to."""

HEADERS = {"betas", "workspace_id"}

ELSEWHERE = {
    "MemoryCreate": {"view": "travels in the query"},
    "MemoryUpdate": {"view": "travels in the query", "memory_store_id": "is in the URL"},
    "CredentialUpdate": {"vault_id": "is in the URL"},
    "SessionResourceUpdate": {"session_id": "is in the URL"},
    "FileUpload": {"file": "is a part of a multipart body"},
    "SkillCreate": {"files": "are parts of a multipart body"},
    "SessionStreamQuery": {"session_id": "is in the URL"},
    "ThreadEventQuery": {"session_id": "is in the URL"},
    "WorkHeartbeatQuery": {"environment_id": "is in the URL"},
    "WorkPollQuery": {"anthropic_worker_id": "is a header"},
    "WorkStop": {"environment_id": "is in the URL"},
    "WorkUpdate": {"environment_id": "is in the URL"},
}
"""Parameters of the SDK's calls that are not in the request's body."""

DELIBERATE = {
    "ModelConfig.inference_geo: any text there, one of global, us here": "the SDK names these two for workspaces",
    "WebFetchConfig.allowed_domains: not null there, nullable here": "the API's own error text offers null",
    "WebFetchConfig.blocked_domains: not null there, nullable here": "the API's own error text offers null",
    "WebSearchConfig.allowed_domains: not null there, nullable here": "the API's own error text offers null",
    "WebSearchConfig.blocked_domains: not null there, nullable here": "the API's own error text offers null",
    "AgentWithOverrides.model: not null there, nullable here": "documented: null has a 400 of its own",
    "AgentWithOverrides.tools: not null there, nullable here": "documented: null clears",
    "AgentWithOverrides.mcp_servers: not null there, nullable here": "documented: null clears",
    "AgentWithOverrides.skills: not null there, nullable here": "documented: null clears",
    "UserMessage.content: form redacted is missing here": "only the platform makes it; sent by a person it is a 400",
    "DreamModel.speed: fast, standard there, standard here": "documented: dreams accept only standard",
    "UserToolConfirmation.session_thread_id: missing there": "older clients send it, and are not to be refused for it",
    "UserCustomToolResult.session_thread_id: missing there": "older clients send it, and are not to be refused for it",
    "UserToolResult.session_thread_id: missing there": "older clients send it, and are not to be refused for it",
    "WorkUpdate.metadata: required there, not here": "its docstring lets it be left out",
    "SkillQuery.source: any text there, one of anthropic, custom here": "the two values its docstring lists",
}
"""Where we differ on purpose, each with its reason. A line that no longer applies fails too."""


@dataclass(frozen=True)
class Form:
    """A type, taken apart: what it may be, whatever it was written with."""

    nullable: bool
    words: frozenset[object]
    scalars: frozenset[type]
    lists: tuple[Any, ...]
    maps: tuple[Any, ...]
    objects: tuple[Any, ...]


def flattened(hint: Any) -> Iterator[Any]:
    origin = get_origin(hint)
    if origin in (Annotated, Required, NotRequired):
        inner, *markers = get_args(hint)
        for each in flattened(inner):
            if each is not NoneType or not any(isinstance(marker, NotNull) for marker in markers):
                yield each
    elif origin in (Union, UnionType):
        for member in get_args(hint):
            yield from flattened(member)
    else:
        yield hint


def form(hint: Any) -> Form:
    members = [each for each in dict.fromkeys(flattened(hint)) if each is not datetime]
    words = {word for each in members if get_origin(each) is Literal for word in get_args(each)}
    scalars = {each for each in members if each in (str, int, bool, object)}
    sequences = [each for each in members if get_args(each) and get_origin(each) not in (Literal, dict)]
    return Form(
        nullable=NoneType in members,
        # An open list of words (`Literal[…] | str`) is any text.
        words=frozenset() if str in scalars else frozenset(words),
        # A moment is text on the wire, whichever type holds it in Python.
        scalars=frozenset(scalars or ({str} if datetime in flattened(hint) else set())),
        lists=tuple(get_args(each)[0] for each in sequences),
        maps=tuple(get_args(each)[1] for each in members if get_origin(each) is dict),
        objects=tuple(each for each in members if is_typeddict(each) or is_shape(each)),
    )


def is_shape(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Shape)


def their_fields(params: Any) -> dict[str, tuple[bool, Any]]:
    hints = get_type_hints(params, include_extras=True)
    return {name: (get_origin(hint) is Required, hint) for name, hint in hints.items()}


def our_fields(shape: type[Shape]) -> dict[str, tuple[bool, Any]]:
    hints = get_type_hints(shape, include_extras=True)
    return {name: (field.is_required(), hints[name]) for name, field in shape.model_fields.items()}


def by_tag(objects: tuple[Any, ...]) -> dict[object, Any]:
    """Return objects by the words that tell them apart; one of ours may answer to several."""
    found: dict[object, Any] = {}
    for each in objects:
        fields = our_fields(each) if is_shape(each) else their_fields(each)
        tagged = (form(fields[key][1]).words for key in ("type", "name") if key in fields and fields[key][0])
        found |= dict.fromkeys(next((words for words in tagged if words), {None}), each)
    return found


class Comparison:
    """Collects differences; each pair of types is looked at once."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._seen: set[tuple[Any, Any, object]] = set()

    def objects(self, theirs: Any, ours: type[Shape], tag: object = None) -> None:
        if (theirs, ours, tag) in self._seen:
            return
        self._seen.add((theirs, ours, tag))
        known = their_fields(theirs)
        elsewhere = HEADERS | set(ELSEWHERE.get(ours.__name__, ()))
        expected = {name: known[name] for name in known if name not in elsewhere}
        actual = our_fields(ours)
        self.found |= {f"{ours.__name__}.{name}: missing here" for name in expected.keys() - actual.keys()}
        self.found |= {f"{ours.__name__}.{name}: missing there" for name in actual.keys() - expected.keys()}
        for name in expected.keys() & actual.keys():
            place = f"{ours.__name__}.{name}"
            if expected[name][0] != actual[name][0]:
                self.found.add(f"{place}: {'required' if expected[name][0] else 'optional'} there, not here")
            self.hints(place, expected[name][1], actual[name][1], tag)

    def hints(self, place: str, theirs: Any, ours: Any, tag: object) -> None:
        there, here = form(theirs), form(ours)
        if there.nullable != here.nullable and not place.split(".", maxsplit=1)[0].endswith("Query"):
            words = {True: "nullable", False: "not null"}
            self.found.add(f"{place}: {words[there.nullable]} there, {words[here.nullable]} here")
        if there.scalars != here.scalars or there.words != here.words:
            self._words(place, there, here, tag)
        for kind, one, other in (("list", there.lists, here.lists), ("map", there.maps, here.maps)):
            if len(one) != len(other):
                self.found.add(f"{place}: {len(one)} forms of {kind} there, {len(other)} here")
            for left, right in zip(one, other, strict=False):
                self.hints(place, left, right, None)
        self._forms(place, by_tag(there.objects), by_tag(here.objects))

    def _words(self, place: str, there: Form, here: Form, tag: object) -> None:
        # One shape of ours may stand for several of theirs; a rule then holds its words to the tag.
        if tag is not None and there.words == {tag} and tag in here.words:
            return
        said = [", ".join(sorted(map(str, each.words))) for each in (there, here)]
        if not there.words and here.words and there.scalars == {str}:
            self.found.add(f"{place}: any text there, one of {said[1]} here")
        else:
            self.found.add(f"{place}: {said[0] or there.scalars} there, {said[1] or here.scalars} here")

    def _forms(self, place: str, there: dict[object, Any], here: dict[object, Any]) -> None:
        self.found |= {f"{place}: form {tag} is missing here" for tag in there.keys() - here.keys()}
        self.found |= {f"{place}: form {tag} is missing there" for tag in here.keys() - there.keys()}
        for tag in there.keys() & here.keys():
            self.objects(there[tag], here[tag], tag)


def params(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(f"{ROOT}.{module}"), attribute)


def differences(name: str, shape: type[Shape]) -> set[str]:
    comparison = Comparison()
    comparison.objects(params(name), shape)
    return comparison.found


@pytest.mark.parametrize("name", PAIRS)
def test_a_request_shape_is_the_sdks_field_by_field(name: str) -> None:
    assert differences(name, PAIRS[name]) - DELIBERATE.keys() == set()


def test_every_deliberate_difference_is_still_one() -> None:
    assert DELIBERATE.keys() - set().union(*(differences(*pair) for pair in PAIRS.items())) == set()


def test_every_family_of_parameters_has_a_shape_or_a_reason() -> None:
    families = (
        "agent_",
        "environment_",
        "memory_store_",
        "deployment_",
        "vault_",
        "skill_",
        "dream_",
        "session_",
        "file_",
    )
    folders = ("agents.", "environments.", "memory_stores.", "vaults.", "skills.", "sessions.", "organization.webhook_")
    package = anthropic.types.beta
    names = [each.name.removeprefix(f"{ROOT}.") for each in pkgutil.walk_packages(package.__path__, f"{ROOT}.")]
    calls = {name for name in names if name.endswith("_params") and ".beta_" not in f".{name}"}
    wanted = {name for name in calls if name.startswith((*families, *folders))}
    assert wanted - {name.rpartition(".")[0] for name in PAIRS} == LATER.keys()


def test_every_webhook_event_of_the_sdk_is_known() -> None:
    from anthropic.types.beta.beta_webhook_event_data import BetaWebhookEventData

    types = {get_args(each.model_fields["type"].annotation)[0] for each in get_args(get_args(BetaWebhookEventData)[0])}
    assert types == {*get_args(webhooks.WorkspaceEvent), *get_args(webhooks.OrganizationEvent)}

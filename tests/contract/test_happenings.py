"""What happens is put down for who asked for it: one message an endpoint, as the SDK reads it, and nothing for no-ops.

What is put down is read below the API, before anybody delivers it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import pytest
from anthropic.types.beta.beta_webhook_event_data import BetaWebhookEventData

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.happenings import TOPIC, Happening, hears
from agentops.engine.core.json import parsed
from agentops.engine.core.webhook_events import CAUSES
from agentops.engine.mounting.desk import Backing
from agentops.engine.mounting.desk import Desk as SessionDesk
from agentops.engine.operations import deployment_runs, happenings
from agentops.engine.operations.call import Call
from agentops.engine.outbound import Outbound
from agentops.engine.runner.credentials import Renewals, SessionCredentials
from agentops.engine.server import Engine
from agentops.engine.store.port import Transaction
from agentops.engine.store.runners import Place
from agentops.wire.webhooks import OrganizationEvent

from .conftest import Servers, new_servers
from .extensions import WEBHOOKS
from .given import (
    a_bearer,
    a_credential,
    a_deployment,
    a_message,
    a_refresh,
    a_schedule,
    a_session,
    a_store,
    a_variable,
    a_vault,
    an_agent,
    an_environment,
    oauth,
)
from .oauth_server import OAuthServer, running
from .sdk import Api
from .test_session_happenings import PLAYED
from .told import STRICTLY, URL, WORKSPACE, Message, messages, read_by_the_sdk

SDK = tuple(get_args(each.model_fields["type"].annotation)[0] for each in get_args(get_args(BetaWebhookEventData)[0]))


@dataclass(frozen=True)
class Endpoint:
    """Who asked."""

    id: str
    secret: str


@dataclass(frozen=True)
class Desk:
    """A server by the API, and what it has put down."""

    api: Api
    engine: Engine
    run: Callable[[Any], Any]
    at: Callable[[], str]

    @property
    def home(self) -> dict[str, str]:
        return {"organization_id": self.engine.settings.organization, "workspace_id": self.engine.settings.workspace}

    def call(self, operation: Callable[..., Any], *args: Any) -> Any:
        """Return what an operation answers that no request leads to."""

        def work(tx: Transaction) -> Any:
            names = (self.engine.settings.organization, self.engine.settings.workspace, "")
            return operation(Call(tx, *names, self.at(), RandomIds(), self.engine._keyring), *args)

        return self.run(self.engine._database.write(work))

    @contextmanager
    def hearing(self, *events: str) -> Iterator[Endpoint]:
        made = self.api.client.post(WEBHOOKS, cast_to=object, body={"url": URL, "events": list(events)})
        try:
            yield Endpoint(made["id"], made["signing_secret"])
        finally:
            self.api.client.delete(f"{WEBHOOKS}/{made['id']}", cast_to=object)

    def heard(self, endpoint: Endpoint) -> list[Message]:
        return self.run(messages(self.engine, endpoint.id))  # type: ignore[no-any-return] # the portal's own looseness


@pytest.fixture(scope="module")
def servers(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """Servers of these tests alone: elsewhere, what others left to a schedule may be due by now and be heard here."""
    with ExitStack() as stack:
        yield new_servers(stack, request, clock, tmp_path_factory)


@pytest.fixture
def desk(request: pytest.FixtureRequest, api: Api, servers: Servers, clock: ManualClock) -> Desk:
    engine = servers.server(request.node.callspec.params["api"]).engine
    return Desk(api, engine, servers.run, lambda: timestamp(clock.now()))


# --- one row a type: what causes it, and then what must not cause it again ------------------------------------------

Data = dict[str, str]
CASES: dict[str, Callable[[Desk], Data]] = {}


def causes(*types: str) -> Callable[[Callable[[Desk], Data]], Callable[[Desk], Data]]:
    def enter(case: Callable[[Desk], Data]) -> Callable[[Desk], Data]:
        CASES.update(dict.fromkeys(types, case))
        return case

    return enter


@causes("agent.created", "agent.updated", "agent.archived")
def an_agent_lives(desk: Desk) -> Data:
    agent = an_agent(desk.api)
    updated = desk.api.agents.update(agent.id, version=1, system="Be brief.")
    desk.api.agents.update(agent.id, version=updated.version, system="Be brief.")
    desk.api.agents.archive(agent.id)
    desk.api.agents.archive(agent.id)
    return {"id": agent.id}


@causes("environment.created", "environment.updated", "environment.archived", "environment.deleted")
def an_environment_lives(desk: Desk) -> Data:
    environment = an_environment(desk.api)
    for _ in range(2):
        desk.api.environments.update(environment.id, description="For reviews.")
    for _ in range(2):
        desk.api.environments.archive(environment.id)
    desk.api.environments.delete(environment.id)
    return {"id": environment.id}


@causes("memory_store.created", "memory_store.archived", "memory_store.deleted")
def a_store_lives(desk: Desk) -> Data:
    store = a_store(desk.api)
    desk.api.memory_stores.update(store.id, description="What was learnt.")
    desk.api.memory_stores.memories.create(store.id, path="/notes.md", content="n")
    for _ in range(2):
        desk.api.memory_stores.archive(store.id)
    desk.api.memory_stores.delete(store.id)
    return {"id": store.id}


@causes("vault.created", "vault.archived", "vault.deleted")
def a_vault_lives(desk: Desk) -> Data:
    vault = a_vault(desk.api)
    desk.api.vaults.update(vault.id, display_name="Others")
    for _ in range(2):
        desk.api.vaults.archive(vault.id)
    desk.api.vaults.delete(vault.id)
    return {"id": vault.id}


@causes("vault_credential.created", "vault_credential.archived", "vault_credential.deleted")
def a_credential_lives(desk: Desk) -> Data:
    vault = a_vault(desk.api)
    credential = a_credential(desk.api, vault)
    for _ in range(2):
        desk.api.vaults.credentials.archive(credential.id, vault_id=vault.id)
    desk.api.vaults.credentials.delete(credential.id, vault_id=vault.id)
    return {"id": credential.id, "vault_id": vault.id}


@causes(
    "deployment.created", "deployment.updated", "deployment.paused", "deployment.unpaused", "deployment.archived"
)  # fmt: skip
def a_deployment_lives(desk: Desk) -> Data:
    deployments = desk.api.deployments
    deployment = a_deployment(desk.api)
    acts = (partial(deployments.update, name="Weekly"), deployments.pause, deployments.unpause, deployments.archive)
    for act in acts:
        act(deployment.id)
        act(deployment.id)
    return {"id": deployment.id}


@causes("session.created", "session.pending", "session.updated")
def a_session_begins(desk: Desk) -> Data:
    session = a_session(desk.api, initial_events=[a_message()])
    desk.api.sessions.events.send(session.id, events=[a_message("And more.")])
    for _ in range(2):
        desk.api.sessions.update(session.id, title="Triage")
    return {"id": session.id}


@causes("session.archived", "session.status_terminated", "session.deleted")
def a_session_ends(desk: Desk) -> Data:
    session = a_session(desk.api)
    for _ in range(2):
        desk.api.sessions.archive(session.id)
    desk.api.sessions.delete(session.id)
    return {"id": session.id}


@causes("deployment_run.started", "deployment_run.succeeded")
def a_schedule_fires(desk: Desk) -> Data:
    deployment = a_deployment(desk.api, schedule=a_schedule())
    desk.api.deployments.run(deployment.id)
    run = desk.call(deployment_runs.fire, deployment.id, desk.at())
    assert desk.call(deployment_runs.fire, deployment.id, desk.at()) is None
    return {"id": parsed(run)["id"]}


@causes("deployment_run.failed")
def a_schedule_fires_in_vain(desk: Desk) -> Data:
    environment = an_environment(desk.api)
    deployment = a_deployment(desk.api, environment_id=environment.id, schedule=a_schedule())
    desk.api.environments.archive(environment.id)
    run = desk.call(deployment_runs.fire, deployment.id, desk.at())
    return {"id": parsed(run)["id"]}


@pytest.fixture(scope="module")
def remote() -> Iterator[OAuthServer]:
    with running() as server:
        yield server


@pytest.mark.parametrize("event_type", CASES)
def test_an_event_is_put_down_once_for_who_asked_for_it(desk: Desk, event_type: str) -> None:
    others = [each for each in WORKSPACE if each != event_type]
    with desk.hearing(event_type) as hearing, desk.hearing(event_type) as another, desk.hearing(*others) as deaf:
        expected = CASES[event_type](desk)
        [message] = desk.heard(hearing)
        assert message.data == {"type": event_type, **desk.home, **expected}
        assert desk.heard(another) == [message]
        assert event_type not in {each.event_type for each in desk.heard(deaf)}
        read_by_the_sdk(message, hearing.secret)


def test_who_has_not_asked_in_time_hears_nothing(desk: Desk) -> None:
    agent = an_agent(desk.api)
    with desk.hearing("agent.created", "agent.archived") as late:
        desk.api.agents.archive(agent.id)
        assert [each.event_type for each in desk.heard(late)] == ["agent.archived"]


def test_what_is_refused_or_only_rehearsed_is_not_told(desk: Desk) -> None:
    with desk.hearing("session.created", "session.pending", "agent.updated") as hearing:
        deployment = a_deployment(desk.api)
        environment = an_environment(desk.api)
        desk.api.environments.archive(environment.id)
        with pytest.raises(Exception, match="archived"):
            a_session(desk.api, environment_id=environment.id)
        desk.api.deployments.update(deployment.id, initial_events=[a_message("Again.")])
        assert desk.heard(hearing) == []


def test_an_archived_agent_takes_its_deployments_along(desk: Desk) -> None:
    agent = an_agent(desk.api)
    deployments = {a_deployment(desk.api, agent=agent.id).id for _ in range(2)}
    with desk.hearing("deployment.archived") as hearing:
        desk.api.agents.archive(agent.id)
        assert {each.data["id"] for each in desk.heard(hearing)} == deployments


def test_a_schedule_that_cannot_go_on_is_told_to_be_paused(desk: Desk) -> None:
    with desk.hearing("deployment.paused") as hearing:
        a_schedule_fires_in_vain(desk)
        assert len(desk.heard(hearing)) == 1


def test_a_vault_takes_its_credentials_along(desk: Desk) -> None:
    """Documented: each credential that an archive ends, and each that a deletion removes, is told of by itself."""
    vault = a_vault(desk.api)
    gone, *active = (
        a_credential(desk.api, vault, auth).id for auth in (oauth(), a_bearer(), a_variable())
    )  # fmt: skip
    desk.api.vaults.credentials.archive(gone, vault_id=vault.id)
    with desk.hearing("vault_credential.archived", "vault_credential.deleted") as hearing:
        desk.api.vaults.archive(vault.id)
        desk.api.vaults.delete(vault.id)
        heard = desk.heard(hearing)
    told = Counter((each.event_type, each.data["id"]) for each in heard)
    assert told == Counter(
        [("vault_credential.archived", each) for each in active]
        + [("vault_credential.deleted", each) for each in (gone, *active)]
    )
    assert {each.data["vault_id"] for each in heard} == {vault.id}
    assert len({each.event_id for each in heard}) == len(heard)


@pytest.mark.parametrize(("path", "is_told"), [("/echo/400", True), ("/echo/503", False)])
def test_a_refused_refresh_token_is_told_and_a_silent_server_is_not(
    desk: Desk, remote: OAuthServer, path: str, *, is_told: bool
) -> None:
    vault = a_vault(desk.api)
    refresh = a_refresh(token_endpoint=remote.url + path)
    credential = a_credential(desk.api, vault, oauth(mcp_server_url=remote.url + "/mcp", refresh=refresh))
    with desk.hearing("vault_credential.refresh_failed") as hearing:
        desk.api.vaults.credentials.mcp_oauth_validate(credential.id, vault_id=vault.id)
        heard = desk.heard(hearing)
        assert [each.data["id"] for each in heard] == [credential.id] * is_told
        for each in heard:
            read_by_the_sdk(each, hearing.secret)


def test_a_session_tells_of_a_refused_refresh_token_once(desk: Desk, remote: OAuthServer, clock: ManualClock) -> None:
    """Every request of it finds out again; another token may be refused again."""
    vault = a_vault(desk.api)
    url = remote.url + "/mcp"
    refresh = a_refresh(token_endpoint=remote.url + "/echo/400")
    credential = a_credential(desk.api, vault, oauth(mcp_server_url=url, refresh=refresh))
    told: list[str] = []
    engine = desk.engine
    backing = Backing(engine._database, engine._blobs, clock, RandomIds(), engine._keyring, "org", told.extend)
    place = Place(engine.settings.workspace, "sesn_1")
    renewals = Renewals(Outbound(allow_loopback=True))
    own = SessionCredentials(SessionDesk(backing, place), [vault.id], renewals)
    with desk.hearing("vault_credential.refresh_failed") as hearing:
        for _ in range(2):
            assert desk.run(own.renewed(url, Secret("secret-a"))) is None
        assert len(desk.heard(hearing)) == 1
        auth = {"type": "mcp_oauth", "refresh": {"refresh_token": "secret-other"}}
        desk.api.vaults.credentials.update(credential.id, vault_id=vault.id, auth=auth)
        assert desk.run(own.renewed(url, Secret("secret-a"))) is None
        heard = desk.heard(hearing)
    assert told == [TOPIC, TOPIC]
    assert [(each.data["id"], each.data["vault_id"]) for each in heard] == [(credential.id, vault.id)] * 2


def test_what_happens_to_the_organization_is_told_to_its_endpoints_alone(desk: Desk) -> None:
    webhooks = desk.api.organization.webhooks
    event_type: Any = "user_profile.program_status_updated"
    own = webhooks.create(url="https://hooks.example.com/", enabled_events=[event_type])
    disabled = webhooks.create(url="https://hooks.example.com/", enabled_events=[event_type])
    webhooks.update(disabled.id, state="disabled")
    with desk.hearing(*WORKSPACE) as workspace:
        desk.call(lambda call: happenings.record(call, Happening(event_type, "uprof_1")))
        [message] = desk.run(messages(desk.engine, own.id))
        assert desk.run(messages(desk.engine, disabled.id)) == desk.heard(workspace) == []
    assert message.data == {
        "type": event_type, "id": "uprof_1", "organization_id": desk.engine.settings.organization
    }  # fmt: skip
    assert STRICTLY.validate_json(message.body).data.type == event_type
    for each in (own, disabled):
        webhooks.delete(each.id)


def test_a_disabled_endpoint_of_a_workspace_hears_nothing() -> None:
    assert hears({"events": ["agent.created"]}, "agent.created")
    assert hears({"events": ["agent.created"], "state": "enabled"}, "agent.created")
    assert not hears({"events": ["agent.created"], "state": "disabled"}, "agent.created")
    assert not hears({"events": ["agent.archived"], "description": "agent.created"}, "agent.created")


# --- the table of causes ----------------------------------------------------------------------------------------------


def test_every_type_of_the_sdk_has_a_cause_or_a_reason_why_not() -> None:
    assert len(SDK) == len(set(SDK))
    assert set(CAUSES) == set(SDK) == {*WORKSPACE, *get_args(OrganizationEvent)}


def test_everything_that_has_a_cause_is_seen_to_happen() -> None:
    seen = {*CASES, *(f"session.{each}" for told in PLAYED.values() for each in told)}
    seen |= {"vault_credential.refresh_failed"}
    assert {each for each, cause in CAUSES.items() if cause.is_possible} == seen

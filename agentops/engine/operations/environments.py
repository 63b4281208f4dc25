"""Environments: create, read, update, archive, delete, list."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import environments as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.store.documents import Document, Environments
from agentops.engine.store.port import Window
from agentops.engine.store.sessions import Sessions
from agentops.wire.environments import EnvironmentCreate
from agentops.wire.problems import check


def create(call: Call, request: Json) -> str:
    """Save a new environment and return it.

    Raises:
        InvalidRequest: the scope is not one that API callers may use.
    """
    _refuse_account(request)
    environment_id = call.ids.new("env")
    body = core.body(
        core.created(request),
        environment_id=environment_id,
        created_at=call.at,
        updated_at=call.at,
        archived_at=None,
    )
    Environments(call.tx, call.workspace).insert(Document(environment_id, body, call.at, None))
    record(call, Happening("environment.created", environment_id))
    return body


def update(call: Call, environment_id: str, request: Json) -> str:
    """Change the environment and return it.

    Raises:
        NotFound: there is no such environment.
        InvalidRequest: it is archived, its type would change, or the outcome breaks a rule.
    """
    _refuse_account(request)
    environments = Environments(call.tx, call.workspace)
    stored = _existing(environments, environment_id)
    if stored.archived_at:
        raise InvalidRequest(
            f"Environment {environment_id} is archived: it can be read or deleted, but not updated.",
            details={"error_code": "environment_archived"},
        )
    before = parsed(stored.body)
    _refuse_other_type(before["config"]["type"], request.get("config"))
    fields = core.updated(before, request)
    _, problems = check(EnvironmentCreate, fields)
    if problems:
        raise invalid(problems)
    if all(before[key] == value for key, value in fields.items()):
        return stored.body
    body = core.body(
        fields,
        environment_id=environment_id,
        created_at=stored.created_at,
        updated_at=call.at,
        archived_at=None,
    )
    environments.replace(replace(stored, body=body))
    record(call, Happening("environment.updated", environment_id))
    return body


def retrieve(call: Call, environment_id: str) -> str:
    """Return the environment.

    Raises:
        NotFound: there is no such environment.
    """
    return _existing(Environments(call.tx, call.workspace), environment_id).body


def archive(call: Call, environment_id: str) -> str:
    """Archive the environment for good and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such environment.
    """
    environments = Environments(call.tx, call.workspace)
    stored = _existing(environments, environment_id)
    if stored.archived_at:
        return stored.body
    body = written({**parsed(stored.body), "updated_at": call.at, "archived_at": call.at})
    environments.replace(replace(stored, body=body, archived_at=call.at))
    record(call, Happening("environment.archived", environment_id))
    return body


def delete(call: Call, environment_id: str) -> str:
    """Remove the environment.

    Raises:
        NotFound: there is no such environment.
        InvalidRequest: sessions were created in it.
    """
    environments = Environments(call.tx, call.workspace)
    _existing(environments, environment_id)
    if Sessions(call.tx, call.workspace).is_run_in(environment_id):
        raise InvalidRequest(f"Environment {environment_id} has sessions: archive it, or delete them first.")
    environments.delete(environment_id)
    record(call, Happening("environment.deleted", environment_id))
    return written({"type": "environment_deleted", "id": environment_id})


def page(call: Call, window: Window) -> Page:
    """Return part of the list of environments, newest first."""
    found = Environments(call.tx, call.workspace).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def _refuse_account(request: Json) -> None:
    """Source: SDK 2.11.0 `types/beta/environment_create_params.py`, `scope`."""
    if request.get("scope") == "account":
        raise InvalidRequest("scope: must be organization; account is not for API callers.")


def _refuse_other_type(stored: str, config: Json | None) -> None:
    if config and config["type"] != stored:
        raise InvalidRequest(
            f"config.type: is {stored} and cannot change to {config['type']}; create another environment.",
            details={"error_code": "invalid_config_type_change"},
        )


def _existing(environments: Environments, environment_id: str) -> Document:
    stored = environments.get(environment_id)
    if stored is None:
        raise NotFound(f"There is no environment {environment_id}.")
    return stored

"""The capability table says of every field what becomes of it, and says nothing that is not so.

A field that is new in a wire shape fails here until an entry names it or what it stands in. The golden file lists each
field with what is said of it; `UPDATE_GOLDEN=1` writes it anew: look at it then.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from starlette.routing import compile_path

from agentops.engine.core.capabilities import CAPABILITIES, Capability, State

from .bodies import Least, made
from .living import opening
from .route_table import Operation, operations, request_fields
from .sdk import Api

GOLDEN = Path(__file__).parents[1] / "golden" / "capabilities.txt"
PATH = "/v1/x-agentops/capabilities"

FIELDS = {field: each for each in CAPABILITIES for field in each.fields}
REFUSED = [field for field, each in FIELDS.items() if each.state is State.REFUSED]

WITHOUT_BODY = {
    "ack", "archive", "cancel", "heartbeat", "mcp_oauth_validate", "pause", "redact", "regenerate_signing_secret",
    "replay", "revoke", "run", "unpause",
}  # fmt: skip
"""What a POST may do without having a body. Anything else has a shape, or its fields would escape this table."""


def entry_of(field: str) -> Capability | None:
    """Return the entry that names the field, or the nearest one above it."""
    while field:
        if field in FIELDS:
            return FIELDS[field]
        field = field.rpartition(".")[0]
    return None


def absence(method: str, path: str) -> Capability | None:
    """Return the entry that says that there is nothing at an address."""
    for each in CAPABILITIES:
        for endpoint in each.endpoints:
            only, _, prefix = endpoint.rpartition(" ")
            if only in ("", method) and any(
                compile_path(prefix + rest)[0].match(path) for rest in ("", "/{rest:path}")
            ):
                return each
    return None


def test_every_field_of_every_request_has_an_entry() -> None:
    assert [field for field in request_fields() if entry_of(field) is None] == []


def test_no_entry_names_a_field_that_no_request_has() -> None:
    assert {field.partition("=")[0] for field in FIELDS} - request_fields().keys() == set()


def test_no_field_is_named_twice_and_no_name_is() -> None:
    named = Counter(field for each in CAPABILITIES for field in each.fields)
    names = Counter(each.name for each in CAPABILITIES)
    assert [each for each, count in (named + names).items() if count > 1 and each not in names] == []
    assert max(names.values()) == 1


def test_what_is_absent_has_no_address_and_nothing_else_names_addresses() -> None:
    for each in CAPABILITIES:
        assert (each.state is State.ABSENT) == bool(each.endpoints), each.name
        assert each.state is State.ABSENT or each.fields, each.name
    assert [each.name for each in operations() if absence(each.method, each.path)] == []


def test_every_body_has_a_shape() -> None:
    posts = [each for each in operations() if each.method == "POST" and each.body is None]
    assert {each.address.rpartition(".")[2] for each in posts} - WITHOUT_BODY == set()


def test_what_is_said_of_each_field_is_what_was_looked_at() -> None:
    lines = [f"{_said(field):<32}{field}" for field in sorted(request_fields())]
    text = "\n".join([*lines, *(f"{'refused':<32}{field}" for field in sorted(REFUSED) if "=" in field)]) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text.splitlines() == GOLDEN.read_text().splitlines()


def _said(field: str) -> str:
    entry = entry_of(field)
    return f"{entry.state}  {entry.name}" if entry else "nothing"


def _creating(field: str) -> Operation:
    posts = [each for each in operations() if each.method == "POST" and field.startswith(f"{each.address}.")]
    return max(posts, key=lambda each: len(each.address))


ON_ITS_OWN = [each for each in REFUSED if not _creating(each).parameters]
"""What a request of its own refuses; `test_transcripts.py` refuses what can only be sent to a session."""


@pytest.mark.stateless
@pytest.mark.parametrize("field", ON_ITS_OWN)
def test_what_is_refused_is_refused_by_name(api: Api, field: str) -> None:
    place, _, value = field.partition("=")
    operation = _creating(place)
    *_, name = place.split(".")
    body = {**_least(operation), name: value}
    headers = {"content-type": "application/json", **opening(operation.resource)}
    answer = api.send("POST", operation.path, json=body, headers=headers)
    assert answer.status_code == 400
    assert name in answer.json()["error"]["message"]
    assert api.send("POST", operation.path, json=_least(operation), headers=headers).status_code == 200


def _least(operation: Operation) -> dict[str, object]:
    assert operation.body
    return made(operation.body, Least(), lambda collection: f"{collection}_01Nowhere")


@pytest.mark.stateless
def test_the_table_is_served_without_a_beta(api: Api) -> None:
    answer = api.send("GET", PATH, headers={"anthropic-beta": None})
    assert answer.status_code == 200
    table = answer.json()
    assert table["type"] == "capabilities"
    assert [each["name"] for each in table["data"]] == [each.name for each in CAPABILITIES]
    assert set(table["data"][0]) == {"name", "state", "note", "fields", "endpoints"}
    assert {each["state"] for each in table["data"]} <= {each.value for each in State}


@pytest.mark.stateless
def test_the_table_asks_for_a_key(api: Api) -> None:
    assert api.send("GET", PATH, headers={"authorization": "Bearer sk-wrong"}).status_code == 401

"""Vault → the vault, and in it an object for each credential, whose secrets are fetched from where they are."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from agentops.base.names import Address, Kind
from agentops.manifests.document import Document
from agentops.reconcile.lowering.fields import declared, resource
from agentops.reconcile.lowering.outside import sealed
from agentops.reconcile.lowering.setting import Setting
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.resource import Field, Resource
from agentops.reconcile.write_only import WriteOnly

_CREDENTIALS = "credentials"
_FIELDS = OBJECTS[ObjectKind.CREDENTIAL].fields


def vault(document: Document, setting: Setting) -> Iterator[Resource]:
    """Yield the vault and its credentials."""
    yield resource(document, declared(document, leave_out=(_CREDENTIALS,)))
    for name, data in (document.data.get(_CREDENTIALS) or {}).items():
        path = (_CREDENTIALS, name)
        yield Resource(
            address=Address(Kind.VAULT, document.name, name),
            object=ObjectKind.CREDENTIAL,
            fields=dict(_flat(document, setting, path, data)),
            source=document.file,
            place=partial(document.key_span, path),
            parent=document.address,
        )


def _flat(
    document: Document, setting: Setting, path: tuple[str, ...], data: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, Field]]:
    """Yield what the credential declares by the names of its rule: `auth.token`. Null says nothing."""
    for key, value in data.items():
        place, name = (*path, key), f"{above}{key}"
        rule = _FIELDS.get(name)
        # The API takes an empty name for a new credential and for none that is there, and clears it for neither.
        if value is None or (name, value) == ("display_name", ""):
            continue
        if rule is None:
            yield from _flat(document, setting, place, value, f"{name}.")
        elif rule.is_secret:
            secret = _secret(document, setting, place, value)
            yield name, Field(secret, partial(document.span, place), is_plain=True)
        else:
            yield name, Field(value, partial(document.span, place), is_plain=True)


def _secret(document: Document, setting: Setting, place: tuple[str, ...], where: Mapping[str, str]) -> WriteOnly:
    """Return the secret with a tag for its place. A credential under another name is the same place."""
    auth = document.data[_CREDENTIALS][place[1]]["auth"]
    subject = auth.get("mcp_server_url") or auth.get("secret_name")
    return sealed(document, setting, place, where, subject, *place[2:])

"""Vault: the API's vault and, by name, the credentials in it; secrets are named, never written."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from agentops.wire.fields import repeats
from agentops.wire.problems import Path, Problem, obeying
from agentops.wire.shape import Form, Omissible
from agentops.wire.urls import normalized
from agentops.wire.vaults import CredentialCreate, EnvironmentVariable, VaultCreate

CredentialName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("1 to 63 lower-case letters, digits and hyphens"),
]


def _credential_problems(credentials: dict[str, CredentialCreate]) -> Iterator[Problem]:
    """Yield which credentials would be for the same server or variable: a vault takes one of each."""
    names = list(credentials)
    auths = [each.auth for each in credentials.values()]
    # As the API counts them: two spellings of one server are one.
    targets = [
        ("variable", each.secret_name) if isinstance(each, EnvironmentVariable) else normalized(each.mcp_server_url)
        for each in auths
    ]

    def path(index: int) -> Path:
        field = "secret_name" if isinstance(auths[index], EnvironmentVariable) else "mcp_server_url"
        return (names[index], "auth", field)

    for problem in repeats(targets, path):
        yield Problem(problem.path, problem.kind, "must be unique in the vault")


class VaultSpec(VaultCreate):
    """What a Vault is made of. Documented limit: 20 credentials."""

    credentials: Omissible[
        Annotated[
            dict[CredentialName, CredentialCreate],
            Field(max_length=20),
            AfterValidator(lambda credentials: obeying(credentials, _credential_problems(credentials))),
        ]
    ] = None

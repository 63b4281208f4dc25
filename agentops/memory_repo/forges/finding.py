"""Which forge a repository lives on, told by its address; where its API is, and which variable has its token."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.memory_repo.forges import gitea, github
from agentops.memory_repo.forges.gitea import Gitea
from agentops.memory_repo.forges.github import GitHub
from agentops.memory_repo.forges.gitlab import GitLab
from agentops.memory_repo.forges.hosted import HostedForge
from agentops.memory_repo.forges.http import Client, Site, Sleep, is_loopback


class ForgeKind(StrEnum):
    """What speaks at an address."""

    LOCAL = "local"
    GITHUB = "github"
    GITEA = "gitea"
    FORGEJO = "forgejo"
    GITLAB = "gitlab"


_KNOWN = {
    "github.com": ForgeKind.GITHUB,
    "gitlab.com": ForgeKind.GITLAB,
    "codeberg.org": ForgeKind.FORGEJO,
    "gitea.com": ForgeKind.GITEA,
}
_SAY_IT = "add `forge: github`, `gitlab`, `gitea` or `forgejo` to memory_repository in the Project"
_ALIASES = {"ssh.github.com": "github.com", "www.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
"""Names under which hosts are reached where port 22 is closed."""

_TOKENS = {
    ForgeKind.GITHUB: ("GITHUB_TOKEN", "GH_TOKEN"),
    ForgeKind.GITEA: ("GITEA_TOKEN", "FORGEJO_TOKEN"),
    ForgeKind.FORGEJO: ("FORGEJO_TOKEN", "GITEA_TOKEN"),
    ForgeKind.GITLAB: ("GITLAB_TOKEN",),
}
_ANY_TOKEN = "AGENTOPS_FORGE_TOKEN"  # noqa: S105 - the name of a variable

_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[^@/:\s\[\]]{2,}):(?!//)(?P<path>[^\s]+)")
"""`git@host:owner/name.git`. A host of one letter is a drive of Windows. Source: git-clone(1), "GIT URLS"."""

_SEGMENT = re.compile(r"[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository lives."""

    kind: ForgeKind
    host: str
    """As people know it; nothing for a folder."""

    api: str
    """The base of the API's addresses; nothing for a folder."""

    repository: str
    """`owner/name`, a GitLab path of any depth, or the folder."""


def place_of(remote: str, kind: str = "") -> Place:
    """Return where the address of a repository leads. `kind` is the project's `forge`, for hosts that nobody knows.

    Raises:
        UsageError: the address is none, or nothing tells what speaks there.
    """
    if not kind and _is_folder(remote):
        return Place(ForgeKind.LOCAL, "", "", _folder(remote))
    if kind and kind not in ForgeKind._value2member_map_:
        raise UsageError(f"there is no forge called {kind}", hint=f"known are {', '.join(ForgeKind)}")
    if kind == ForgeKind.LOCAL:
        if not _is_folder(remote):
            raise UsageError("the forge `local` is a folder on this machine", hint="give its path")
        return Place(ForgeKind.LOCAL, "", "", _folder(remote))
    scheme, host, port, path = _parts(remote)
    host = _ALIASES.get(host, host)
    found = ForgeKind(kind) if kind else _KNOWN.get(host) or (ForgeKind.GITHUB if host.endswith(".ghe.com") else None)
    if found is None:
        raise UsageError(f"nothing tells which forge speaks at {host}", hint=_SAY_IT)
    prefix, repository = _repository(found, path)
    shown = f"[{host}]" if ":" in host else host
    base = f"{scheme}://{shown}{port}{prefix}"
    return Place(found, f"{shown}{port}", _api(found, host, base), repository)


def token_for(place: Place, environment: Mapping[str, str]) -> Secret | None:
    """Return the token that the environment has for a place, or None."""
    names = (_ANY_TOKEN, *_TOKENS.get(place.kind, ()))
    found = (environment.get(name, "").strip() for name in names)
    return next((Secret(each) for each in found if each), None)


def hosted(place: Place, token: Secret | None, *, sleep: Sleep = asyncio.sleep) -> tuple[Client, HostedForge]:
    """Return the forge of a place with an API, and its client, which is closed by whoever is done.

    Raises:
        UsageError: the place is reached in the clear, or the token is none.
    """
    client = Client(site_of(place, token), sleep=sleep)
    return client, HostedForge(client, dialect_of(place))


def dialect_of(place: Place) -> GitHub | Gitea | GitLab:
    """Return how a place is spoken to."""
    match place.kind:
        case ForgeKind.GITHUB:
            return GitHub(place.repository)
        case ForgeKind.GITEA | ForgeKind.FORGEJO:
            return Gitea(place.repository)
        case ForgeKind.GITLAB:
            return GitLab(place.repository)
        case ForgeKind.LOCAL:
            raise UsageError("a folder has no API", hint="its proposals are kept in the repository itself")


def site_of(place: Place, token: Secret | None) -> Site:
    """Return where the API is, and how a request looks there."""
    asks_for = " or ".join((*_TOKENS[place.kind][:1], _ANY_TOKEN))
    match place.kind:
        case ForgeKind.GITHUB:
            pause_s = 0.0 if is_loopback(place.host.partition(":")[0]) else github.WRITE_PAUSE_S
            return Site(place.host, place.api, token, asks_for, headers=github.HEADERS, write_pause_s=pause_s)
        case ForgeKind.GITEA | ForgeKind.FORGEJO:
            return Site(place.host, place.api, token, asks_for, scheme=gitea.SCHEME)
        case _:
            return Site(place.host, place.api, token, asks_for)


def _api(kind: ForgeKind, host: str, base: str) -> str:
    """Return the base of the API.

    Source: GitHub Docs, "Getting started with the REST API" (github.com, GHE.com and GitHub Enterprise Server).
    """
    match kind:
        case ForgeKind.GITHUB if host == "github.com" or host.endswith(".ghe.com"):
            return f"https://api.{host}"
        case ForgeKind.GITHUB:
            return f"{base}/api/v3"
        case ForgeKind.GITLAB:
            return f"{base}/api/v4"
        case _:
            return f"{base}/api/v1"


def _parts(remote: str) -> tuple[str, str, str, str]:
    """Return scheme, host, port (`:8080`, or nothing) of the web side, and the path. What is before an @ is dropped."""
    if "://" not in remote:
        found = _SCP.fullmatch(remote)
        if not found:
            raise _no_address()
        return "https", found["host"].strip("[]").casefold(), "", found["path"]
    try:
        parts = urlsplit(remote)
        host, port = (parts.hostname or "").casefold(), parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in {"https", "http", "ssh", "git+ssh"} or not host or not host.isprintable():
        raise _no_address()
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(f"{host} is addressed by http://", hint="write https://: a token travels only over HTTPS")
    # The port of SSH says nothing of where the API is.
    is_web = parts.scheme in {"https", "http"}
    return parts.scheme if is_web else "https", host, f":{port}" if is_web and port else "", unquote(parts.path)


def _repository(kind: ForgeKind, path: str) -> tuple[str, str]:
    """Return the folder in which a forge lives on its host, and the repository's path there."""
    names = path.strip("/").removesuffix(".git").split("/")
    is_deep = kind is ForgeKind.GITLAB
    if len(names) < 2 or not all(_SEGMENT.fullmatch(name) and name not in {".", ".."} for name in names):
        raise _no_address()
    if len(names) > 2 and kind is ForgeKind.GITHUB:
        raise _no_address()
    cut = 0 if is_deep else len(names) - 2
    return "".join(f"/{name}" for name in names[:cut]), "/".join(names[cut:])


def _is_folder(remote: str) -> bool:
    return remote.startswith("file://") or ("://" not in remote and not _SCP.fullmatch(remote))


def _folder(remote: str) -> str:
    return unquote(urlsplit(remote).path) if remote.startswith("file://") else remote


def _no_address() -> UsageError:
    return UsageError(
        "this is no address of a repository on a forge",
        hint="write https://host/owner/name.git or git@host:owner/name.git",
    )

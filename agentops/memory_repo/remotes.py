"""Where a repository lives and what opens it; what git says when it cannot get there, in our words."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentops.base.errors import ForgeUnavailable, RepositoryError, StaleProposal
from agentops.base.secrets import Secret, masked

_SCP_LIKE = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:].*")
_SCHEMES = ("https", "http", "ssh", "file")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")
_WORDS_LIMIT = 400

_LOCK = re.compile(r"^(remote: )?.*Unable to create '([^'\n]+\.lock)': File exists", re.MULTILINE)
"""Another git holds it, or did when it was killed. Source: git, `lockfile.c`, `unable_to_lock_message`."""

_STALE = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "cannot lock ref",
    "failed to update ref",
    "remote ref updated since checkout",
    "reference already exists",
    "incorrect old value",
    "but expected",
)
_AWAY = (
    "could not resolve host",
    "failed to connect",
    "couldn't connect",
    "connection refused",
    "connection reset",
    "connection timed out",
    "operation timed out",
    "early eof",
    "the remote end hung up",
    "unexpected disconnect",
    "empty reply from server",
    "rpc failed",
    "returned error: 429",
    "returned error: 5",
)
_DENIED = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "returned error: 401",
    "returned error: 403",
)
_MISSING = ("repository not found", "does not appear to be a git repository", "not found", "returned error: 404")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository elsewhere. The token never stands in the URL, nor in an argument of a command."""

    url: str
    token: Secret | None = None
    user: str = "x-access-token"
    """Forges that take a token as password want some name, and take this one."""

    def __post_init__(self) -> None:
        """Refuse what is no address, or tells secrets.

        Raises:
            RepositoryError: as said.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in _SCHEMES and not _SCP_LIKE.fullmatch(self.url):
            raise RepositoryError(
                f"{without_userinfo(self.url)} is no address of a git repository",
                hint="write https://host/owner/name.git, ssh://git@host/owner/name.git, or `path:` for a folder",
            )
        if parts.scheme in {"https", "http"} and parts.username is not None:
            raise RepositoryError(
                f"{without_userinfo(self.url)} is written with a credential in it",
                hint="take it out of the URL and give it as an environment variable",
            )
        if self.token is not None and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise RepositoryError(f"{self.url} would send the token unencrypted", hint="use https")

    def settings(self) -> Iterator[tuple[str, str]]:
        """Yield the settings of git that open it: for this host alone."""
        if self.token is not None and urlsplit(self.url).scheme in {"https", "http"}:
            yield f"http.{self.url}.extraHeader", f"Authorization: Basic {_basic(self.user, self.token).reveal()}"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return what no message may tell, in every spelling."""
        return () if self.token is None else (self.token, _basic(self.user, self.token))


def _basic(user: str, token: Secret) -> Secret:
    """Return user and token as a header has them. Source: RFC 7617, 2."""
    return Secret(b64encode(f"{user}:{token.reveal()}".encode()).decode())


def without_userinfo(text: str) -> str:
    """Return the text without names and passwords in URLs."""
    return _USERINFO.sub("", text)


def failure(what: str, words: str, secrets: tuple[Secret, ...] = ()) -> RepositoryError:
    """Return the error for what git said on its standard error while it did `what`."""
    harmless = masked(without_userinfo(words), secrets)
    reason = _reason(harmless)
    low = words.lower()
    sentence = f"{what} failed: {reason}" if reason else f"{what} failed"
    is_theirs, lock = _lock(harmless)
    if lock and not is_theirs:
        return RepositoryError(sentence, hint=f"see that no git is at work there, and remove {lock}")
    if any(each in low for each in _STALE):
        more = f"; if that does not help, and no git is at work there, remove {lock}" if lock else ""
        return StaleProposal(f"{what}: somebody was faster ({reason})", hint=f"run the command again{more}")
    if any(each in low for each in _AWAY):
        return ForgeUnavailable(sentence, hint="check the address and the network, then run the command again")
    if any(each in low for each in _DENIED):
        return RepositoryError(sentence, hint="check the credential: may it read and write this repository?")
    if any(each in low for each in _MISSING):
        return RepositoryError(
            sentence, hint="check the address; a private repository is `not found` to a wrong credential"
        )
    return RepositoryError(sentence, hint=_hint(low))


def _lock(words: str) -> tuple[bool, str]:
    """Return the lock that is in the way, if one is, and whether it lies where the repository is reached."""
    found = _LOCK.search(words)
    return (bool(found[1]), found[2][:_WORDS_LIMIT]) if found else (False, "")


def _reason(words: str) -> str:
    """Return the line that says why, without git's own labels."""
    lines = [each.strip() for each in words.splitlines() if each.strip() and not each.startswith("hint:")]
    rejected = next((each for each in lines if each.startswith("!")), "")
    told = next((each for each in lines if each.startswith(("fatal:", "error:", "remote: error:"))), "")
    chosen = " ".join((rejected or told or next(iter(lines), "")).split())
    return re.sub(r"^(?:remote: )?(?:fatal|error): ", "", chosen.removeprefix("! "))[:_WORDS_LIMIT]


def _hint(low: str) -> str:
    if "hook declined" in low or "protected branch" in low:
        return "the server's rules refuse it: let the credential write branches that begin with agentops/"
    if "dubious ownership" in low:
        return "the folder belongs to another user: change its owner"
    return "`git` says more when the same is tried by hand"

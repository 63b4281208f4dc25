"""Repositories in a session's workspace: cloned once, and the agent's from then on.

A repository that cannot be had is told of in the session's log, and the session runs without it.
Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_repository_*_error.py`.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine.core.json import Json
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.disk import note, noted, on_disk
from agentops.engine.mounting.git import Git, GitFailed, GitLimits, Origin
from agentops.engine.mounting.layout import WORKSPACE, Layout
from agentops.engine.mounting.notices import shown
from agentops.engine.mounting.removal import remove
from agentops.engine.mounting.trees import Tree
from agentops.engine.operations import mounts
from agentops.engine.operations.call import Call

_AUTHENTICATION = "repository_authentication_error"
_FORBIDDEN = "repository_forbidden_error"
_NOT_FOUND = "repository_not_found_error"
_CHECKOUT = "repository_checkout_error"
_CLONE = "repository_clone_error"

_SIGNS = (
    (_AUTHENTICATION, ("authentication failed", "could not read username", "could not read password", "error: 401")),
    (_FORBIDDEN, ("error: 403", "permission denied", "access denied")),
    (
        _CHECKOUT,
        (
            "could not find remote branch",
            "remote branch",
        ),
    ),
    (_NOT_FOUND, ("not found", "does not exist", "does not appear to be a git repository", "error: 404")),
)
"""What git says, in the order in which to look for it. Source: git 2.39 `remote-curl.c`, `builtin/clone.c`."""

_MEANINGS = {
    _AUTHENTICATION: "The server did not accept the token, or wants one: rotate the resource's authorization_token.",
    _FORBIDDEN: "The token does not allow to read it.",
    _NOT_FOUND: "There is no such repository, or the token does not show it.",
}


class Repositories:
    """The repositories of one session; one call at a time."""

    def __init__(self, desk: Desk, layout: Layout, origin: Origin, limits: GitLimits) -> None:
        """Name the session's folder, which is there."""
        self._desk = desk
        self._workspace = layout.workspace
        self._staging = layout.staging("repositories")
        self._note = layout.state("repositories")
        self._tree = Tree(layout.workspace, self._staging)
        self._origin = origin
        self._limits = limits

    async def sync(self, resources: Iterable[Json]) -> tuple[Json, ...]:
        """Clone what was not cloned yet, and return the errors of those that cannot be had.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        wanted = [each for each in resources if each["type"] == "github_repository"]
        if not wanted:
            return ()
        done = await on_disk(self._done)
        errors: list[Json] = []
        for each in wanted:
            if each["id"] in done:
                continue
            error = await self._had(each)
            if error is not None:
                errors.append(error)
                continue
            done[each["id"]] = each["url"]
            await on_disk(note, self._note, done)
        return tuple(errors)

    def _done(self) -> Json:
        self._staging.mkdir(exist_ok=True, mode=0o700)
        for left in self._staging.iterdir():
            remove(left, self._staging)
        return noted(self._note)

    async def _had(self, resource: Json) -> Json | None:
        """Clone a repository unless something is in its place, and return the error if it cannot be had."""
        path: str = resource["mount_path"].removeprefix(f"{WORKSPACE}/")
        try:
            if await on_disk(self._tree.has, path):
                return None
        except StorageError as error:
            return _body(_CLONE, resource["url"], f"Something is in its place: {error.message}")
        tokens = await self._desk.read(_tokens, self._desk.place.session_id, resource["id"])
        draft = self._staging / secrets.token_hex(8)
        await on_disk(draft.mkdir, 0o755)
        try:
            await self._cloned(draft, resource, tokens.get(mounts.TOKEN))
            await on_disk(self._tree.place_folder, draft / "clone", path)
        except GitFailed as error:
            return _error(resource, error, tokens.get(mounts.TOKEN))
        finally:
            await on_disk(remove, draft, self._staging)
        return None

    async def _cloned(self, draft: Path, resource: Json, token: Secret | None) -> None:
        checkout = resource["checkout"] or {}
        git = Git(self._origin, self._limits, draft, token)
        branch = (f"--branch={checkout['name']}",) if checkout.get("type") == "branch" else ()
        shallow = ("--depth=1", "--single-branch", "--no-tags", "--no-checkout", "--template=", "--quiet")
        await git.run("clone", *shallow, *branch, "--", resource["url"], "clone")
        try:
            if checkout.get("type") == "commit":
                await _fetch_commit(git, checkout["sha"])
                await git.run("-C", "clone", "checkout", "--quiet", "--detach", checkout["sha"])
            elif (await git.run("-C", "clone", "rev-list", "--max-count=1", "--all")).strip():
                await git.run("-C", "clone", "reset", "--quiet", "--hard", "HEAD")
        except GitFailed as error:
            raise _CheckoutFailed(str(error)) from None


class _CheckoutFailed(GitFailed):
    """What was fetched does not hold what is wanted."""


async def _fetch_commit(git: Git, sha: str) -> None:
    """Fetch one commit; a server that gives out only what branches point to has to give all of them."""
    try:
        await git.run("-C", "clone", "fetch", "--quiet", "--depth=1", "--no-tags", "origin", sha)
    except GitFailed:
        every = "+refs/heads/*:refs/remotes/origin/*"
        await git.run("-C", "clone", "fetch", "--quiet", "--unshallow", "--no-tags", "origin", every)


def _tokens(call: Call, session_id: str, resource_id: str) -> dict[str, Secret]:
    return mounts.secrets(call, session_id).of(resource_id)


def _error(resource: Json, failure: GitFailed, token: Secret | None) -> Json:
    said = str(failure).strip()
    words = said.lower()
    kind = next((kind for kind, signs in _SIGNS if any(sign in words for sign in signs)), _CLONE)
    if isinstance(failure, _CheckoutFailed):
        kind = _CHECKOUT
    # A server decides what git repeats of it; what it was sent is not for the session's log.
    if token is not None and token.reveal() in said:
        said = said.replace(token.reveal(), "•••")
    return _body(kind, resource["url"], f"{_MEANINGS.get(kind, '')} git: {shown(' '.join(said.split()))}".strip())


def _body(kind: str, url: str, message: str) -> Json:
    return {"type": kind, "message": f"{url} could not be cloned. {message}", "repository_url": url}

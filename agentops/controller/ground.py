"""What every follower stands on, and what one look at a repository works with."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from agentops.base.errors import AgentopsError, RepositoryError, UsageError
from agentops.base.secrets import Secret
from agentops.controller.clone import Clone
from agentops.controller.commands import Commands, Problem
from agentops.controller.config import Repository
from agentops.controller.notices.notice import Notice
from agentops.controller.reading import Secrets
from agentops.controller.register import Register
from agentops.memory_repo.remotes import Remote

Tell = Callable[[Notice, Collection[str]], Awaitable[None]]
"""Puts a notice into the queues of the named receivers; returns at once."""


async def _nobody(_notice: Notice, _names: Collection[str]) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Door:
    """The server that a repository is applied to when its configuration names none."""

    url: str
    key: Secret


@dataclass(frozen=True, slots=True)
class Ground:
    """What every follower stands on."""

    register: Register
    secrets: Secrets
    data: Path
    """Where clones and checkouts are kept."""

    own: Door | None = None
    """The server that the controller runs inside."""

    tell: Tell = _nobody

    def folder(self, repository: Repository) -> Path:
        """Return where the clone of a repository is, and its checkouts."""
        return self.data / repository.name

    def url(self, repository: Repository) -> str:
        """Return the address as git takes it; a path is relative to the operator's file."""
        return self._address(repository.url)

    def _address(self, url: str) -> str:
        is_folder = "://" not in url and ":" not in url.split("/", 1)[0]
        return f"file://{self.secrets.path(url).absolute()}" if is_folder else url

    def clone(self, repository: Repository) -> Clone:
        """Return the clone, with the credential as it is now.

        Raises:
            UsageError: the credential is not where the configuration says.
            RepositoryError: the address is none.
        """
        token = self.secrets.get(repository.token) if repository.token else None
        return Clone(self.folder(repository), Remote(self.url(repository), token), repository.branch)

    def commands(self, repository: Repository) -> Commands:
        """Return the commands, with secrets as they are now.

        Raises:
            UsageError: a secret is not where the configuration says, or no target is named.
        """
        door = self._door(repository)
        settings = {"ANTHROPIC_BASE_URL": door.url}
        if repository.target and repository.target.workspace:
            settings["ANTHROPIC_WORKSPACE_ID"] = repository.target.workspace
        if repository.memory_repository:
            settings["AGENTOPS_MEMORY_REPOSITORY"] = self._address(repository.memory_repository)
        given = {name: self.secrets.get(each) for name, each in repository.secrets.items()}
        return Commands(self.secrets.environment, settings, {**given, "ANTHROPIC_API_KEY": door.key})

    def _door(self, repository: Repository) -> Door:
        if repository.target is not None:
            return Door(repository.target.url, self.secrets.get(repository.target.api_key))
        if self.own is None:
            hint = "add `target: {url: …, api_key: {env: NAME}}`; only inside `agentops serve` it is that server"
            raise UsageError(f"the repository {repository.name} names no target", hint=hint)
        return self.own


class Desk:
    """What one look works with: a clone, commands, and commits as folders until the look ends."""

    def __init__(self, ground: Ground, repository: Repository, stack: AsyncExitStack) -> None:
        """Take the credentials as they are now; folders go with the stack.

        Raises:
            UsageError: a secret is not where the configuration says, or no target is named.
            RepositoryError: the address is none.
        """
        self.clone = ground.clone(repository)
        self.commands = ground.commands(repository)
        self._repository = repository
        self._stack = stack
        self._folders: dict[str, Path] = {}

    async def folder(self, commit: str) -> Path:
        """Return the tree of a commit as a folder.

        Raises:
            RepositoryError: the commit is not to be had, or is not taken out of git.
        """
        if commit not in self._folders:
            if not await self.clone.recall(commit):
                hint = "bring the commit back in the repository, or accept the one that is there"
                raise RepositoryError(f"the live commit {commit[:12]} is nowhere to be had", hint=hint)
            found = await self.clone.survey(commit, self._repository.path or "", self._repository.limits)
            if found.refusal:
                raise RepositoryError(f"{commit[:12]} is not taken out of git: {found.refusal}")
            self._folders[commit] = await self._stack.enter_async_context(self.clone.taken_out(commit, found.entries))
        return self._folders[commit]


def problem_of(error: Exception) -> Problem:
    """Return what went wrong in this process as commands tell what went wrong in theirs."""
    if isinstance(error, AgentopsError):
        return Problem(error.message, error.hint)
    return Problem(f"{type(error).__name__}: {error}", "look at the disk and the limits of the machine")

"""A memory repository with a forge, for tests: real git, on this machine or over smart HTTP."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from agentops.memory.applying import applied
from agentops.memory.operations import Operation
from agentops.memory_repo.commits import Draft, Move, Person
from agentops.memory_repo.forges.port import Forge, PullRequest
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals.committing import committed, memory_at
from agentops.memory_repo.proposals.letter import lessons
from agentops.memory_repo.proposals.publishing import Proposed, Published, published
from tests.memory_repo.forges.fake.server import FakeForge
from tests.memory_repo.proposals.letters import a_letter, heard

STORE = "runbooks"
BRANCH = proposal_branch(STORE)
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA = Person("Anna", "anna@example.com")
SAID = "Error: the total is off"


@dataclass(frozen=True, slots=True)
class Ground:
    """The repository as this machine has it, its forge, and the fake that stands behind both."""

    repository: Repository
    forge: Forge
    fake: FakeForge

    def fetch(self) -> None:
        """Fetch, unless this machine knows each ref as the forge has it: what would bring nothing costs the most."""
        if self.repository.remote and self.repository.refs("refs/") != self.fake.kept.refs():
            self.repository.fetch()

    def write(self, branch: str, changes: dict[str, str | None], author: Person = ANNA) -> str:
        """Commit something to a branch as a person does."""
        self.fetch()
        old = self.repository.head(branch)
        tree = self.repository.write(old, changes)
        new = self.repository.commit(Draft(tree, (old,) if old else (), "By hand", NOON, author, author))
        self.repository.push({branch: Move(new, old)})
        return new

    def head(self, branch: str = BRANCH) -> str:
        """Return the head of a branch."""
        self.fetch()
        found = self.repository.head(branch)
        assert found is not None
        return found

    def files(self, branch: str = "main") -> dict[str, str]:
        """Return the store's files on a branch."""
        return dict(self.repository.tree(self.head(branch), f"stores/{STORE}"))

    def proposed(self, *operations: Operation) -> Proposed:
        """Return what a dream with these operations proposes on main as it stands."""
        main = self.head("main")
        done = applied(memory_at(self.repository, main, STORE), operations, dream="dream-0123", today=DAY)
        assert not done.unfit
        letter = replace(a_letter(*operations), day=DAY, lessons=lessons(operations, {}, heard(SAID)))
        return Proposed(letter, committed(self.repository, main, done.memory, letter, NOON), main)

    async def published(self, proposed: Proposed) -> Published:
        """Bring it to the forge."""
        self.fetch()
        return await published(self.repository, self.forge, proposed)

    async def opened(self, *operations: Operation) -> PullRequest:
        """Publish what a dream proposes, and return its pull request."""
        found = await self.published(self.proposed(*operations))
        assert found.request is not None
        return found.request

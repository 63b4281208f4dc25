"""A memory repository with a forge, for tests: bare, real, on this machine."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from agentops.memory.applying import applied
from agentops.memory.operations import Operation
from agentops.memory_repo.commits import Draft, Move, Person
from agentops.memory_repo.forges.local import LocalForge
from agentops.memory_repo.git import Repository
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals.committing import committed, memory_at
from agentops.memory_repo.proposals.letter import lessons
from agentops.memory_repo.proposals.publishing import Proposed
from tests.memory_repo.proposals.letters import a_letter, heard

STORE = "runbooks"
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA = Person("Anna", "anna@example.com")


@dataclass(frozen=True, slots=True)
class Ground:
    """The repository and its forge."""

    repository: Repository
    forge: LocalForge

    @classmethod
    def at(cls, folder: Path) -> "Ground":
        """Make a repository with a first commit."""
        repository = Repository.create(folder)
        ground = cls(repository, LocalForge(repository))
        ground.write("main", {f"stores/{STORE}/README.md": "# Runbooks\n"})
        return ground

    def write(self, branch: str, changes: dict[str, str | None], author: Person = ANNA) -> str:
        """Commit something to a branch as a person does."""
        old = self.repository.head(branch)
        tree = self.repository.write(old, changes)
        draft = Draft(tree, (old,) if old else (), "By hand", NOON, author, author)
        new = self.repository.commit(draft)
        self.repository.push({branch: Move(new, old)})
        return new

    def main(self) -> str:
        """Return the head of main."""
        found = self.repository.head("main")
        assert found is not None
        return found

    def files(self, branch: str = "main") -> dict[str, str]:
        """Return the store's files on a branch."""
        commit = self.repository.head(branch)
        assert commit is not None
        return dict(self.repository.tree(commit, f"stores/{STORE}"))

    def proposed(self, *operations: Operation) -> Proposed:
        """Return what a dream with these operations proposes on main as it stands."""
        main = self.main()
        before = memory_at(self.repository, main, STORE)
        done = applied(before, operations, dream="dream-0123", today=DAY)
        assert not done.unfit
        letter = replace(
            a_letter(*operations), day=DAY, lessons=lessons(operations, {}, heard("Error: the total is off"))
        )
        return Proposed(letter, committed(self.repository, main, done.memory, letter, NOON), main)

    @property
    def branch(self) -> str:
        """Return the proposal's branch."""
        return proposal_branch(STORE)

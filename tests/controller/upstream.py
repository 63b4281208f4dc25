"""A git repository that a controller follows, as its people use it: commits, pushes, and what hostile ones do."""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: shop}\nspec: {}\n"


def agent(name: str, system: str = "Be kind.", more: str = "", about: str = "") -> str:
    """Return the manifest of an agent; `about` stands in its metadata."""
    spec = f"{{model: claude-opus-4-6, system: {system!r}{more}}}"
    return f"---\napiVersion: agentops/v1\nkind: Agent\nmetadata: {{name: {name}{about}}}\nspec: {spec}\n"


@dataclass(frozen=True, slots=True)
class Upstream:
    """A repository with a working tree."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Upstream":
        """Make an empty one."""
        folder.mkdir(parents=True)
        found = cls(folder)
        found.git("init", "--quiet", "--initial-branch=main")
        return found

    def tree(self, *manifests: str) -> str:
        """Commit a tree of these manifests."""
        return self.commit({"agents.d/shop.yaml": PROJECT + "".join(manifests)})

    def commit(self, files: dict[str, str], *flags: str) -> str:
        """Write files, commit everything, and return the commit."""
        for path, text in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        self.git("add", "--all")
        return self.committed(*flags)

    def committed(self, *flags: str) -> str:
        """Commit what is added."""
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change", *flags)
        return self.head

    @property
    def head(self) -> str:
        """Return the newest commit."""
        return self.git("rev-parse", "HEAD")

    def imported(self, lines: Iterable[str]) -> str:
        """Commit files on top without writing them to disk: `M 100644 :1 PATH`; the blob :1 is one letter."""
        begin = "blob\nmark :1\ndata 1\nx\ncommit refs/heads/main\ncommitter a <a@b> 1700000000 +0000\ndata 1\nx\n"
        stream = "".join([begin, "from refs/heads/main^0\n", *(f"{each}\n" for each in lines)])
        self.git("fast-import", "--quiet", data=stream)
        return self.head

    def git(self, *arguments: str, data: str = "") -> str:
        """Run git as somebody who has nothing configured."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            **{f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")},
        }
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, input=data, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

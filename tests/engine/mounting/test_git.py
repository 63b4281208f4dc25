"""Git on the host: what it cannot even be started with is its failure, and no fault of the server."""

from pathlib import Path

import pytest

from agentops.engine.mounting.git import Git, GitFailed, GitLimits, Origin

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("word", ["x" * 300_000, "main\0-hardened", "--upload-pack=touch /tmp/pwned"])
async def test_what_no_system_takes_for_a_word_is_a_failure_of_git(tmp_path: Path, word: str) -> None:
    with pytest.raises(GitFailed):
        await Git(Origin(), GitLimits(), tmp_path, None).run("fetch", word)

"""What git says when it cannot get somewhere: one sentence, the way out, and never a secret."""

import pytest

from agentops.base.errors import ForgeUnavailable, RepositoryError, StaleProposal
from agentops.base.secrets import Secret
from agentops.memory_repo.remotes import Remote, failure

HELD = "Unable to create '/m.git/main.lock': File exists.\n\nAnother git process seems to be running in this repository"


@pytest.mark.parametrize(
    ("words", "kind", "hint"),
    [
        ("!\tabc:refs/heads/main\t[rejected] (stale info)\nDone", StaleProposal, "run the command again"),
        ("! [remote rejected] main -> main (failed to update ref)", StaleProposal, "run the command again"),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", ForgeUnavailable, "check the address"),
        ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", ForgeUnavailable, "network"),
        ("fatal: Authentication failed for 'https://h/a.git/'", RepositoryError, "check the credential"),
        ("remote: Repository not found.\nfatal: repository 'https://h/a.git/' not found", RepositoryError, "private"),
        ("! [remote rejected] main -> main (pre-receive hook declined)", RepositoryError, "rules refuse it"),
        ("fatal: detected dubious ownership in repository at '/x'", RepositoryError, "change its owner"),
        (f"fatal: cannot lock ref 'refs/heads/main': {HELD}", RepositoryError, "and remove /m.git/main.lock"),
        (f"remote: error: cannot lock ref 'refs/heads/main': {HELD}", StaleProposal, "remove /m.git/main.lock"),
        ("fatal: cannot lock ref 'refs/heads/main': is at 1 but expected 2", StaleProposal, "run the command again"),
        ("", RepositoryError, "by hand"),
    ],
)
def test_each_failure_has_its_way_out(words: str, kind: type[RepositoryError], hint: str) -> None:
    found = failure("pushing main", words)
    assert type(found) is kind
    assert hint in found.hint
    assert found.message.startswith("pushing main")


def test_no_failure_tells_the_token_in_any_spelling() -> None:
    remote = Remote("https://example.com/a.git", Secret("t0ken-of-ann"))
    header = next(value for _, value in remote.settings())
    said = f"fatal: https://x:t0ken-of-ann@example.com refused t0ken-of-ann, {header}"
    found = failure("reading", said, remote.secrets)
    assert "t0ken" not in found.message
    assert header.rpartition(" ")[2] not in found.message
    assert "t0ken" not in repr(remote)


def test_a_flood_of_words_is_cut() -> None:
    assert len(failure("reading", "fatal: " + "x" * 10_000).message) < 500

"""The forge of an address, its API, and the variable that has its token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.memory_repo.forges.finding import ForgeKind, dialect_of, place_of, site_of, token_for


@pytest.mark.parametrize(
    ("remote", "kind", "expected"),
    [
        ("https://github.com/acme/memory.git", "", ("github", "https://api.github.com", "acme/memory")),
        ("https://github.com/acme/memory/", "", ("github", "https://api.github.com", "acme/memory")),
        ("https://GitHub.com/acme/Memory", "", ("github", "https://api.github.com", "acme/Memory")),
        ("git@github.com:acme/memory.git", "", ("github", "https://api.github.com", "acme/memory")),
        ("ssh://git@ssh.github.com:443/acme/memory.git", "", ("github", "https://api.github.com", "acme/memory")),
        ("https://octo.ghe.com/acme/memory", "", ("github", "https://api.octo.ghe.com", "acme/memory")),
        ("https://git.acme.example/a/b.git", "github", ("github", "https://git.acme.example/api/v3", "a/b")),
        ("ssh://git@git.acme.example:2222/a/b.git", "github", ("github", "https://git.acme.example/api/v3", "a/b")),
        ("https://gitlab.com/group/sub/name.git", "", ("gitlab", "https://gitlab.com/api/v4", "group/sub/name")),
        ("git@gitlab.com:group/name.git", "", ("gitlab", "https://gitlab.com/api/v4", "group/name")),
        ("https://git.acme.example:8443/a/b", "gitlab", ("gitlab", "https://git.acme.example:8443/api/v4", "a/b")),
        ("https://codeberg.org/acme/memory.git", "", ("forgejo", "https://codeberg.org/api/v1", "acme/memory")),
        ("https://acme.example/git/a/b.git", "gitea", ("gitea", "https://acme.example/git/api/v1", "a/b")),
        ("http://127.0.0.1:3000/a/b.git", "forgejo", ("forgejo", "http://127.0.0.1:3000/api/v1", "a/b")),
        ("http://[::1]:3000/a/b.git", "gitea", ("gitea", "http://[::1]:3000/api/v1", "a/b")),
        ("https://somebody:pass@github.com/acme/memory", "", ("github", "https://api.github.com", "acme/memory")),
        ("/srv/memory.git", "", ("local", "", "/srv/memory.git")),
        ("memory.git", "local", ("local", "", "memory.git")),
        ("file:///srv/my%20memory.git", "", ("local", "", "/srv/my memory.git")),
        ("C:/memory.git", "", ("local", "", "C:/memory.git")),
    ],
)
def test_an_address_tells_the_forge(remote: str, kind: str, expected: tuple[str, str, str]) -> None:
    place = place_of(remote, kind)

    assert (place.kind, place.api, place.repository) == expected
    assert "pass" not in repr(place)


@pytest.mark.parametrize(
    ("remote", "kind", "words"),
    [
        ("https://git.acme.example/a/b", "", "nothing tells which forge"),
        ("https://github.com/a/b", "bitbucket", "no forge called bitbucket"),
        ("http://github.com/a/b", "", "http://"),
        ("http://git.acme.example/a/b", "gitea", "http://"),
        ("https://github.com/acme", "", "no address"),
        ("https://github.com/acme/a/b", "", "no address"),
        ("https://github.com/acme/..", "", "no address"),
        ("https://github.com/acme/a%2Fb", "", "no address"),
        ("https://github.com/acme/a?x=1#/b", "", ""),
        ("https://github.com:nonsense/a/b", "", "no address"),
        ("https://[github.com/a/b", "", "no address"),
        ("ftp://github.com/a/b", "", "no address"),
        ("https:///a/b", "", "no address"),
        ("git@github.com:a b/c", "github", "no address"),
        ("https://github.com/a/b", "local", "a folder on this machine"),
    ],
)
def test_an_address_that_tells_nothing_is_refused(remote: str, kind: str, words: str) -> None:
    if not words:
        assert place_of(remote, kind).repository == "acme/a", "what comes after the path is dropped"
        return
    with pytest.raises(UsageError, match=words):
        place_of(remote, kind)


@given(st.text(max_size=60), st.sampled_from(["", *ForgeKind]))
def test_any_text_is_a_place_or_refused(remote: str, kind: str) -> None:
    try:
        place = place_of(remote, kind)
    except UsageError:
        return
    assert place.kind is ForgeKind.LOCAL or place.api.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    ("remote", "environment", "token"),
    [
        ("https://github.com/a/b", {"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, "one"),
        ("https://github.com/a/b", {"GH_TOKEN": " two\n"}, "two"),
        ("https://github.com/a/b", {"AGENTOPS_FORGE_TOKEN": "ours", "GITHUB_TOKEN": "one"}, "ours"),
        ("https://github.com/a/b", {"GITLAB_TOKEN": "not-for-github"}, None),
        ("https://gitlab.com/a/b", {"GITLAB_TOKEN": "lab", "GITHUB_TOKEN": "one"}, "lab"),
        ("https://codeberg.org/a/b", {"GITEA_TOKEN": "tea", "FORGEJO_TOKEN": "jo"}, "jo"),
        ("https://gitea.com/a/b", {"GITEA_TOKEN": "tea", "FORGEJO_TOKEN": "jo"}, "tea"),
        ("https://github.com/a/b", {"GITHUB_TOKEN": ""}, None),
    ],
)
def test_each_forge_has_its_own_variable(remote: str, environment: dict[str, str], token: str | None) -> None:
    assert token_for(place_of(remote), environment) == (Secret(token) if token else None)


def test_a_refusal_names_the_variable() -> None:
    assert site_of(place_of("https://gitlab.com/a/b"), None).asks_for == "GITLAB_TOKEN or AGENTOPS_FORGE_TOKEN"


def test_gitlab_names_a_project_in_one_segment() -> None:
    call = dialect_of(place_of("https://gitlab.com/group/sub/name.git")).one(7)

    assert call.path == "/projects/group%2Fsub%2Fname/merge_requests/7"


def test_github_wants_a_second_between_two_writes_and_a_version() -> None:
    site = site_of(place_of("https://github.com/a/b"), None)

    assert (site.write_pause_s, site.headers["x-github-api-version"]) == (1.0, "2022-11-28")


def test_a_folder_has_no_api() -> None:
    with pytest.raises(UsageError, match="no API"):
        dialect_of(place_of("/srv/memory.git"))

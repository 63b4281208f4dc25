"""What goes wrong with forges, on each face: nothing is done twice, nothing is lost, nobody waits in vain."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentops.base.errors import ForgeError, ForgeUnavailable, StaleProposal
from agentops.base.secrets import Secret
from agentops.memory_repo.forges.hosted import HostedForge
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State
from tests.memory_repo.forges.conftest import BRANCH, proposed
from tests.memory_repo.forges.fake.faults import (
    ANY,
    Broken,
    Elsewhere,
    Exhausted,
    Expired,
    Fault,
    Hidden,
    Huge,
    Limited,
    Lost,
    Odd,
    Page,
    Says,
    Secondary,
    Slow,
    Truncated,
)
from tests.memory_repo.forges.fake.repository import Pull
from tests.memory_repo.forges.fake.server import FakeForge, Server

pytestmark = pytest.mark.anyio

DRAFT = Draft(BRANCH, "main", "memory(incidents): 3 notes", "What is new.", ("agentops", "dream"))
PLAIN = replace(DRAFT, labels=())

UNKNOWN = [Lost(), Slow(), Truncated(), Broken(502, acts=True)]
"""The forge has done it, and we cannot know."""

LIMITS = [Limited(7), Exhausted(30), Secondary(retry_after=9), Secondary()]
WAITS = {Limited(7): 7, Exhausted(30): 31, Secondary(retry_after=9): 9, Secondary(): 60}


def named(value: object) -> str:
    return type(value).__name__


@pytest.fixture(scope="module")
def begun(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same repository with a branch that brings something new."""
    return proposed(begun, tmp_path_factory.mktemp("proposed"))


@pytest.fixture
async def port(face: str, forge: FakeForge) -> AsyncIterator[HostedForge]:
    """The forge, on each face."""
    async with forge.speaking(face) as hosted:
        yield hosted


Deed = Callable[[HostedForge, PullRequest], Awaitable[object]]

DEEDS: dict[str, Deed] = {
    "edit": lambda port, found: port.update(found.number, replace(PLAIN, title="another")),
    "comment": lambda port, found: port.close(found.number, words="Superseded."),
    "merge": lambda port, found: port.merge(found.number, head=found.head),
    "status": lambda port, found: port.status(found.head, Mark.SUCCESS, context="gates", words="fine"),
}


@pytest.mark.parametrize("fault", UNKNOWN, ids=named)
async def test_one_is_opened_once_when_the_answer_is_lost(port: HostedForge, forge: FakeForge, fault: Fault) -> None:
    forge.faults.plan(fault, on="open")

    opened = await port.open(DRAFT)

    assert forge.faults.are_over
    assert forge.deeds.count("open") == 1, "it was seen, and not opened again"
    assert opened == await port.latest(BRANCH)
    assert [(each.number, each.title) for each in forge.kept.pulls.values()] == [(opened.number, DRAFT.title)]
    assert sorted(forge.kept.pulls[1].labels) == ["agentops", "dream"]


async def test_one_is_opened_once_when_looking_fails_too(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Lost(), on="open")
    forge.faults.plan(Broken(503), on="list", times=2)

    await port.open(PLAIN)

    assert (forge.faults.are_over, len(forge.kept.pulls), forge.deeds.count("open")) == (True, 1, 1)


async def test_one_that_was_not_opened_is_opened_by_the_next_try(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Broken(502), on="open", times=2)

    await port.open(PLAIN)

    assert forge.deeds.count("open") == 3, "each was looked for, and was not there"
    assert len(forge.kept.pulls) == 1


@pytest.mark.parametrize("fault", [Lost(), Broken(502, acts=True)], ids=named)
@pytest.mark.parametrize("deed", DEEDS)
async def test_nothing_is_done_twice_when_the_answer_is_lost(
    port: HostedForge, forge: FakeForge, deed: str, fault: Fault
) -> None:
    opened = await port.open(PLAIN)
    forge.faults.plan(fault, on=deed)

    await DEEDS[deed](port, opened)

    assert forge.faults.are_over
    pull = forge.kept.pulls[1]
    assert {
        "edit": pull.title == "another",
        "comment": (pull.state, [each.body for each in pull.comments]) == ("closed", ["Superseded."]),
        "merge": pull.state == "merged" and forge.kept.git("rev-list", "--count", "--merges", "main") == "1",
        "status": {each.state for each in forge.kept.statuses} == {"success"},
    }[deed]


async def test_closing_is_seen_when_the_answer_is_lost(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    forge.faults.plan(Lost(), on="edit")

    await port.close(opened.number, words="Superseded.")

    assert (forge.faults.are_over, forge.kept.pulls[1].state, forge.deeds.count("edit")) == (True, "closed", 1)


@pytest.mark.parametrize("limit", LIMITS, ids=named)
async def test_a_limit_is_waited_for_as_long_as_it_says(port: HostedForge, forge: FakeForge, limit: Fault) -> None:
    forge.faults.plan(limit, on="list")
    forge.faults.plan(limit, on="open")

    await port.latest(BRANCH)
    await port.open(PLAIN)

    assert forge.naps == [WAITS[limit]] * 2
    assert forge.deeds.count("open") == 2, "who is limited has done nothing: there is nothing to look for"
    assert len(forge.kept.pulls) == 1


async def test_who_wants_an_hour_is_asked_again_by_the_next_run(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Exhausted(3600), on="open")

    with pytest.raises(ForgeUnavailable, match="left alone for 60 minutes") as error:
        await port.open(PLAIN)

    assert (error.value.retry, forge.naps, forge.kept.pulls) == ("temporary", [], {})


@pytest.mark.parametrize("status", [500, 503])
async def test_reading_is_repeated_while_the_server_fails(port: HostedForge, forge: FakeForge, status: int) -> None:
    forge.faults.plan(Broken(status), on="list", times=3)

    assert await port.latest(BRANCH) is None

    assert forge.naps == [1, 4, 15]


async def test_a_server_that_stays_broken_is_named(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Broken(502), times=4, on="list")

    with pytest.raises(ForgeUnavailable, match=r"127\.0\.0\.1:\d+ failed to list the .* requests of agentops/memory"):
        await port.latest(BRANCH)


async def test_a_page_for_people_is_named(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Page(200), times=4, on="list")

    with pytest.raises(ForgeUnavailable, match=r"no JSON \(text/html\)") as error:
        await port.latest(BRANCH)

    assert "a page to log in at" in error.value.hint


async def test_half_an_answer_is_read_again(port: HostedForge, forge: FakeForge) -> None:
    await port.open(PLAIN)
    forge.faults.plan(Truncated(), on="list")

    found = await port.latest(BRANCH)

    assert found is not None
    assert found.number == 1


async def test_json_of_another_shape_is_no_answer(port: HostedForge, forge: FakeForge) -> None:
    await port.open(PLAIN)
    forge.faults.plan(Odd(), on="read", times=4)

    with pytest.raises(ForgeUnavailable, match="not what its API says"):
        await port.close(1, words="No.")

    assert forge.kept.pulls[1].state == "open"


async def test_an_answer_without_end_is_cut(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Huge(), on="list")

    with pytest.raises(ForgeError, match="more than 8,000,000 bytes"):
        await port.latest(BRANCH)


async def test_a_renamed_repository_is_followed(port: HostedForge, forge: FakeForge, forge_server: Server) -> None:
    forge_server.rename(forge, f"{forge.kept.name}-renamed")

    opened = await port.open(PLAIN)
    await port.update(opened.number, replace(PLAIN, title="another"))

    found = await port.latest(BRANCH)
    assert found is not None
    assert (found.title, len(forge.kept.pulls)) == ("another", 1)


@pytest.mark.parametrize(
    ("status", "where"),
    [(301, "https://elsewhere.example/"), (307, "http://127.0.0.1:9/"), (308, "//elsewhere.example/x")],
)
async def test_the_token_goes_to_no_other_host(port: HostedForge, forge: FakeForge, where: str, status: int) -> None:
    forge.faults.plan(Elsewhere(where, status), on="open")

    with pytest.raises(ForgeError, match="the token does not go there"):
        await port.open(PLAIN)

    assert forge.deeds == ["open"]


@pytest.mark.parametrize("status", [302, 303])
async def test_a_way_to_a_page_is_not_followed(port: HostedForge, forge: FakeForge, status: int) -> None:
    forge.faults.plan(Elsewhere(f"{forge.where}/login", status), on="open")

    with pytest.raises(ForgeError, match=f"status {status}"):
        await port.open(PLAIN)

    assert forge.deeds == ["open"]


async def test_rights_that_are_missing_look_like_a_repository_that_is_not_there(
    port: HostedForge, forge: FakeForge
) -> None:
    forge.faults.plan(Hidden(), on="open")

    with pytest.raises(ForgeError, match="refuses to open") as error:
        await port.open(PLAIN)

    assert error.value.retry == "permanent"
    assert "the token may not see it" in error.value.hint


async def test_labels_that_the_token_may_not_attach_are_no_reason_to_fail(port: HostedForge, forge: FakeForge) -> None:
    for deed in ("make-label", "label"):
        forge.faults.plan(Hidden(), on=deed, times=2)

    assert (await port.open(DRAFT)).state is State.OPEN


async def test_a_token_that_expires_on_the_way_is_named_with_its_variable(
    port: HostedForge, forge: FakeForge, face: str
) -> None:
    opened = await port.open(PLAIN)
    forge.faults.plan(Expired(), on=ANY, times=9)

    with pytest.raises(ForgeError, match="refuses to update") as error:
        await port.update(opened.number, PLAIN)

    assert {"github": "GITHUB_TOKEN", "gitea": "GITEA_TOKEN", "gitlab": "GITLAB_TOKEN"}[face] in error.value.hint
    assert forge.token.reveal() not in f"{error.value} {error.value.hint}"


async def test_a_wrong_token_is_refused(face: str, forge: FakeForge) -> None:
    async with forge.speaking(face, token=Secret("wrong")) as port:
        with pytest.raises(ForgeError, match=r"refuses to list .*Bad credentials"):
            await port.latest(BRANCH)

    assert forge.deeds == ["list"]


async def test_a_head_that_the_forge_does_not_know_yet_is_waited_for(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    pushed = forge.kept.commit(BRANCH, {"stores/incidents/facts/b.md": "- b\n"})
    forge.kept.lagging = 2

    merged = await port.merge(opened.number, head=pushed)

    assert (merged.state, merged.head, forge.naps) == (State.MERGED, pushed, [1, 3])


async def test_a_head_that_the_forge_never_learns_of_is_not_merged(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)

    with pytest.raises(StaleProposal):
        await port.merge(opened.number, head="0" * 40)

    assert "merge" not in forge.deeds


async def test_a_push_between_looking_and_merging_is_seen_by_the_forge(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    forge.kept.commit(BRANCH, {"stores/incidents/facts/b.md": "- b\n"})
    forge.kept.lagging = 1
    main = forge.kept.tip("main")

    with pytest.raises(StaleProposal, match="somebody pushed"):
        await port.merge(opened.number, head=opened.head)

    assert (forge.deeds[-1], forge.kept.tip("main")) == ("merge", main)


async def test_a_forge_that_is_still_thinking_is_asked_again(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    forge.kept.thinking = 2

    assert (await port.merge(opened.number, head=opened.head)).state is State.MERGED

    assert forge.naps == [1, 3]


async def test_what_was_opened_and_is_not_listed_yet_is_not_opened_again(port: HostedForge, forge: FakeForge) -> None:
    forge.faults.plan(Lost(), on="open")
    forge.kept.unlisted = 2

    opened = await port.open(PLAIN)

    assert (opened.number, len(forge.kept.pulls)) == (1, 1)
    assert forge.deeds == ["open", "list", "open", "list", "open", "list"]


async def test_github_is_asked_again_while_it_does_not_see_the_branch(forge: FakeForge) -> None:
    forge.kept.unseen = 2
    async with forge.speaking("github") as port:
        await port.open(PLAIN)

    assert (forge.naps, len(forge.kept.pulls)) == ([1, 3], 1)


async def test_gitlab_is_asked_again_while_somebody_else_sets_a_status(forge: FakeForge) -> None:
    forge.faults.plan(Says(409, "Another update to this commit status is in progress"), on="status")
    async with forge.speaking("gitlab") as port:
        await port.status(str(forge.kept.tip(BRANCH)), Mark.PENDING, context="gates", words="looking")

    assert (forge.naps, [each.state for each in forge.kept.statuses]) == ([1], ["pending"])


async def test_a_status_that_is_refused_is_an_error(forge: FakeForge) -> None:
    forge.faults.plan(Says(400, "target_url is blocked"), on="status")
    async with forge.speaking("gitlab") as port:
        with pytest.raises(ForgeError, match=r"refuses to set the status .* target_url is blocked"):
            await port.status(str(forge.kept.tip(BRANCH)), Mark.PENDING, context="gates", words="looking")


async def test_a_protected_branch_takes_no_merge_without_its_status(port: HostedForge, forge: FakeForge) -> None:
    forge.kept.protect("main", "agentops/memory-safety")
    opened = await port.open(PLAIN)

    with pytest.raises(ForgeError, match=r"refuses to merge pull request 1: .") as error:
        await port.merge(opened.number, head=opened.head)
    assert "protection" in error.value.hint

    await port.status(opened.head, Mark.SUCCESS, context="agentops/memory-safety", words="no secrets")
    assert (await port.merge(opened.number, head=opened.head)).state is State.MERGED


async def test_what_a_person_closed_meanwhile_is_not_merged(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    forge.kept.pulls[1].is_open = False

    with pytest.raises(StaleProposal, match="closed meanwhile"):
        await port.merge(opened.number, head=opened.head)


async def test_ours_is_found_behind_pages_of_others(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    for number in range(2, 7):
        forge.kept.pulls[number] = Pull(number, f"other-{number}", "main", "other", "body", head=opened.head)
    forge.kept.page_size = 2

    assert await port.latest(BRANCH) == opened
    assert await port.open(PLAIN) == opened


async def test_the_newest_is_found_among_pages_of_closed_ones(port: HostedForge, forge: FakeForge) -> None:
    for number in range(1, 6):
        forge.kept.pulls[number] = Pull(number, BRANCH, "main", "title", "body", is_open=False, head="0" * 40)
    forge.kept.page_size = 2

    found = await port.latest(BRANCH)

    assert found is not None
    assert (found.number, found.state) == (5, State.CLOSED)


async def test_what_was_said_is_found_among_pages_of_comments(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    forge.kept.say(1, "Superseded.")
    for number in range(5):
        forge.kept.say(1, f"{number}")
    forge.kept.page_size = 2

    await port.close(opened.number, words="Superseded.")

    assert [each.body for each in forge.kept.pulls[1].comments].count("Superseded.") == 1


async def test_a_strangers_branch_of_the_same_name_is_not_ours(port: HostedForge, forge: FakeForge) -> None:
    await port.open(PLAIN)
    forge.kept.pulls[1].from_fork = True

    assert await port.latest(BRANCH) is None


async def test_a_merged_one_is_found_when_its_branch_is_gone(port: HostedForge, forge: FakeForge) -> None:
    opened = await port.open(PLAIN)
    await port.merge(opened.number, head=opened.head)
    forge.kept.git("update-ref", "-d", f"refs/heads/{BRANCH}")

    found = await port.latest(BRANCH)

    assert found is not None
    assert (found.number, found.state, found.branch) == (1, State.MERGED, BRANCH)

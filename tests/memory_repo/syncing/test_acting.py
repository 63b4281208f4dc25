"""Live stores and the repository in step: over a real engine and real git."""

from pathlib import Path

import pytest

from agentops.base.errors import RepositoryError, TargetRejected
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Draft
from agentops.memory_repo.git import Repository
from agentops.memory_repo.live import COMMIT
from agentops.memory_repo.remotes import Remote
from agentops.memory_repo.syncing.acting import sync
from agentops.memory_repo.syncing.planning import Finding
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.memory import Memory
from tests.memory_repo.fuse import Fuse, FusedStore
from tests.memory_repo.world import STORE, World

pytestmark = pytest.mark.anyio


async def test_what_agents_wrote_becomes_commits_with_their_sessions(world: World) -> None:
    await world.agent("/a.md", "one\n", "sesn_1")
    await world.agent("/a.md", "two\n", "sesn_2")
    await world.api("/b.md", "three\n")
    await world.agent("/a.md", None, "sesn_3")
    await world.sync()
    tip = world.repository.head(layout.live_branch(STORE))
    assert tip is not None
    commits = world.repository.log([tip], first_parent=True)[::-1]
    assert [each.value("Agentops-Session") for each in commits[:4]] == ["sesn_1", "sesn_2", "", "sesn_3"]
    assert [each.subject for each in commits[:2]] == ["session sesn_1 writes /a.md", "session sesn_2 edits /a.md"]
    assert commits[0].author.name == "session sesn_1"
    assert commits[2].author.name.startswith("API key ")
    assert commits[3].subject == "session sesn_3 deletes /a.md"
    assert world.recorded() == {"/b.md": "three\n"} == await world.holds()


async def test_what_main_has_is_written_to_the_store(world: World) -> None:
    world.commit({f"stores/{STORE}/facts/a.md": "a\n", f"stores/{STORE}/.gitkeep": "", f"stores/{STORE}/b.md": "b\n"})
    await world.sync()
    assert await world.holds() == {"/facts/a.md": "a\n", "/b.md": "b\n"}
    world.person("/b.md", None)
    world.person("/facts/a.md", "aa\n")
    outcome = await world.sync()
    assert await world.holds() == {"/facts/a.md": "aa\n"} == world.recorded()
    assert [each.path for each in outcome.written] == ["/b.md", "/facts/a.md"]
    assert world.proposal() is None


async def test_a_second_sync_does_nothing(world: World) -> None:
    await world.agent("/a.md", "one\n")
    world.person("/b.md", "two\n")
    first = await world.sync()
    again = await world.sync()
    assert (again.taken_in, again.written, again.commit) == ((), (), first.commit)
    assert (await world.live.about())["metadata"] == {COMMIT: first.commit}


async def test_what_only_live_has_is_proposed(world: World) -> None:
    await world.agent("/a.md", "one\n", "sesn_9")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    assert world.side(proposal.commit) == {"/a.md": "one\n"}
    assert [each.value("Agentops-Session") for each in proposal.edits] == ["sesn_9"]
    assert world.proposal() == proposal
    world.merge(proposal.commit)
    assert world.main() == {"/a.md": "one\n"}
    assert (await world.sync()).written == ()
    assert world.proposal() is None


@pytest.mark.parametrize("squash", [False, True])
async def test_a_revert_on_main_takes_the_lesson_out_of_the_store(world: World, squash: bool) -> None:
    await world.agent("/a.md", "- one\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    merged = world.merge(proposal.commit, squash=squash)
    world.revert(merged)
    await world.sync()
    assert await world.holds() == {} == world.main()
    assert world.proposal() is None


@pytest.mark.parametrize("squash", [False, True])
async def test_a_squashed_proposal_that_people_went_on_with_is_no_conflict(world: World, squash: bool) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    world.merge(proposal.commit, squash=squash)
    world.person("/a.md", "one, but better\n")
    outcome = await world.sync()
    assert outcome.comparison.conflicts == ()
    assert await world.holds() == {"/a.md": "one, but better\n"}


@pytest.mark.parametrize("squash", [False, True])
async def test_what_agents_write_after_the_proposal_is_proposed_next(world: World, squash: bool) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    await world.agent("/a.md", "two\n")
    world.merge(proposal.commit, squash=squash)
    outcome = await world.sync()
    assert outcome.comparison.conflicts == ()
    assert await world.holds() == {"/a.md": "two\n"}
    following = world.proposal()
    assert following is not None
    assert world.side(following.commit) == {"/a.md": "two\n"}


async def test_a_text_that_main_goes_back_to_is_no_older_agreement(world: World) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    world.merge(proposal.commit, squash=True)
    learnt = world.person("/a.md", "one\ntwo\n")
    await world.sync()
    world.revert(learnt)
    await world.sync()
    assert await world.holds() == {"/a.md": "one\n"} == world.main()
    assert world.proposal() is None


async def test_what_waits_in_a_proposal_is_not_written_over_when_main_changes_as_well(world: World) -> None:
    world.person("/a.md", "one\n")
    await world.sync()
    await world.agent("/a.md", "agent\n")
    world.person("/b.md", "b\n")
    await world.sync()
    world.person("/a.md", "person\n")
    outcome = await world.sync()
    assert outcome.comparison.conflicts == ("/a.md",)
    assert (await world.holds())["/a.md"] == "agent\n"


async def test_both_changed_different_lines_and_both_changes_stay(world: World) -> None:
    lines = [f"line {number}\n" for number in range(9)]
    world.person("/a.md", "".join(lines))
    await world.sync()
    world.person("/a.md", "".join(["main\n", *lines[1:]]))
    await world.agent("/a.md", "".join([*lines[:-1], "live\n"]))
    outcome = await world.sync()
    merged = "".join(["main\n", *lines[1:-1], "live\n"])
    assert outcome.comparison.paths(Finding.MERGED) == ("/a.md",)
    assert await world.holds() == {"/a.md": merged}
    proposal = world.proposal()
    assert proposal is not None
    assert world.side(proposal.commit) == {"/a.md": merged}


async def test_bullets_that_both_added_at_one_place_are_both_kept(world: World) -> None:
    world.person("/a.md", "# Facts\n- one ^a\n")
    await world.sync()
    world.person("/a.md", "# Facts\n- one ^a\n- main ^b\n")
    await world.agent("/a.md", "# Facts\n- one ^a\n- live\n")
    await world.sync()
    assert await world.holds() == {"/a.md": "# Facts\n- one ^a\n- main ^b\n- live\n"}


async def test_a_conflict_is_left_live_and_stands_in_the_proposal(world: World) -> None:
    world.person("/a.md", "one\n")
    world.person("/b.md", "b\n")
    await world.sync()
    world.person("/a.md", "main\n")
    world.person("/b.md", "main's b\n")
    await world.agent("/a.md", "live\n")
    outcome = await world.sync()
    assert outcome.comparison.conflicts == ("/a.md",)
    assert await world.holds() == {"/a.md": "live\n", "/b.md": "main's b\n"}
    proposal = world.proposal()
    assert proposal is not None
    assert proposal.conflicts == ("/a.md",)
    text = "<<<<<<< main\nmain\n=======\nlive\n>>>>>>> live\n"
    assert world.side(proposal.commit) == {"/a.md": text, "/b.md": "main's b\n"}
    assert (await world.sync()).written == ()


async def test_a_conflict_that_a_person_settles_in_the_proposal_reaches_the_store(world: World) -> None:
    world.person("/a.md", "one\n")
    await world.sync()
    world.person("/a.md", "main\n")
    await world.agent("/a.md", "live\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    branch = layout.proposal_branch(STORE)
    world.repository.update_ref(branch, proposal.commit, None)
    settled = world.commit({f"stores/{STORE}/a.md": "both\n"}, "Settle", branch)
    world.merge(settled)
    outcome = await world.sync()
    assert outcome.comparison.conflicts == ()
    assert await world.holds() == {"/a.md": "both\n"}
    assert world.proposal() is None


async def test_where_the_repository_is_right_live_edits_are_recorded_and_turned_back(world: World) -> None:
    world.policy(("/rules/*", "git"))
    world.person("/rules/a.md", "rule\n")
    await world.sync()
    await world.agent("/rules/a.md", "no rule\n", "sesn_7")
    await world.agent("/rules/b.md", "mine\n", "sesn_7")
    outcome = await world.sync()
    assert await world.holds() == {"/rules/a.md": "rule\n"}
    assert outcome.comparison.paths(Finding.TURNED_BACK) == ("/rules/a.md", "/rules/b.md")
    assert world.history()[-3:-1] == ["session sesn_7 edits /rules/a.md", "session sesn_7 writes /rules/b.md"]
    assert world.proposal() is None
    assert (await world.sync()).written == ()


async def test_where_agents_are_right_the_repository_follows(world: World) -> None:
    world.policy(("/log/*", "live"))
    await world.agent("/log/a.md", "agent\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    world.merge(proposal.commit)
    world.person("/log/a.md", "person\n")
    outcome = await world.sync()
    assert outcome.comparison.paths(Finding.KEPT) == ("/log/a.md",)
    assert await world.holds() == {"/log/a.md": "agent\n"}
    again = world.proposal()
    assert again is not None
    assert world.side(again.commit) == {"/log/a.md": "agent\n"}


async def test_a_memory_that_is_renamed_moves_in_the_repository(world: World) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    await world.rename("/a.md", "/b/c.md")
    await world.agent("/a.md", "new\n")
    await world.sync()
    assert world.recorded() == {"/b/c.md": "one\n", "/a.md": "new\n"}
    assert [each for each in world.history() if "as it is" in each] == []


async def test_a_path_may_be_a_memory_and_a_folder_and_be_called_what_git_keeps_for_itself(world: World) -> None:
    held = {"/a": "1", "/a/b": "2", "/.git/config": "3", "/%2Egit": "4", "/x/.gitignore": "5", "/GIT~1": "6"}
    for path, text in held.items():
        await world.agent(path, text)
    await world.sync()
    assert world.recorded() == held
    proposal = world.proposal()
    assert proposal is not None
    world.merge(proposal.commit)
    assert world.main() == held
    world.repository._git(["fsck", "--strict", "--no-dangling"])
    await world.agent("/a/b", None)
    await world.sync()
    assert world.recorded() == await world.holds()
    assert (await world.sync()).written == ()


async def test_that_a_memory_with_others_below_it_is_gone_is_proposed(world: World) -> None:
    await world.agent("/x", "one\n")
    await world.agent("/x/y", "two\n")
    await world.sync()
    first = world.proposal()
    assert first is not None
    world.merge(first.commit)
    await world.agent("/x", None)
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    assert world.side(proposal.commit) == {"/x/y": "two\n"}
    world.merge(proposal.commit)
    await world.sync()
    assert world.proposal() is None


async def test_a_revert_takes_a_lesson_out_that_others_lie_below_by_now(world: World) -> None:
    learnt = world.person("/x", "one\n")
    await world.sync()
    await world.agent("/x/y", "two\n")
    await world.sync()
    world.revert(learnt)
    await world.sync()
    assert await world.holds() == {"/x/y": "two\n"}
    proposal = world.proposal()
    assert proposal is not None
    assert world.side(proposal.commit) == {"/x/y": "two\n"}
    await world.agent("/x/y", None)
    await world.sync()
    assert await world.holds() == {} == world.main()
    assert world.proposal() is None


async def test_what_no_memory_can_be_is_named_and_left_alone(world: World) -> None:
    world.commit({f"stores/{STORE}/big.md": "x" * 102_401, f"stores/{STORE}/ok.md": "ok"})
    outcome = await world.sync()
    assert dict(outcome.comparison.unfit) == {"/big.md": "must be at most 102400 bytes, is 102401"}
    assert await world.holds() == {"/ok.md": "ok"}
    assert world.proposal() is None
    assert not outcome.is_settled


async def test_what_no_version_tells_is_recorded_as_it_is(world: World) -> None:
    await world.agent("/a.md", "one\n")
    await world.agent("/a.md", "secret\n")
    await world.agent("/a.md", "two\n")
    bodies = [each async for each in world.live.versions({})]
    await world.live.redact(bodies[1]["id"])
    await world.sync()
    assert world.recorded() == {"/a.md": "two\n"}
    assert len([each for each in world.history() if "secret" in each or "as it is" in each]) == 0


async def test_another_store_in_the_place_of_the_old_one_is_filled(world: World) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    proposal = world.proposal()
    assert proposal is not None
    world.merge(proposal.commit)
    await world.sync()
    world.live = await world.ground.store()
    await world.agent("/new.md", "new\n")
    await world.sync()
    assert await world.holds() == {"/a.md": "one\n", "/new.md": "new\n"} == world.recorded()
    following = world.proposal()
    assert following is not None
    assert world.side(following.commit) == {"/a.md": "one\n", "/new.md": "new\n"}
    assert (await world.sync()).written == ()


async def test_a_store_of_another_repository_is_left_alone(world: World) -> None:
    await world.live.annotate({COMMIT: "a" * 40})
    await world.agent("/a.md", "one\n")
    with pytest.raises(RepositoryError, match="does not have"):
        await world.sync()


async def test_a_repository_whose_history_was_rewritten_goes_on(world: World) -> None:
    await world.agent("/a.md", "one\n")
    await world.sync()
    branch = layout.live_branch(STORE)
    tip = world.repository.head(branch)
    assert tip is not None
    kept, parent = world.repository.log([tip], first_parent=True)[::-1], ()
    for each in kept:
        tree = world.repository.subtree(each.sha)
        assert tree is not None
        parents = (*parent, *each.parents[1:])
        rewritten = Draft(tree, parents, f"Rewritten\n\n{each.message}", each.at)
        parent = (world.repository.commit(rewritten),)
    world.repository.update_ref(branch, parent[0], tip)
    await world.live.annotate({COMMIT: "a" * 40})
    again = await world.sync()
    assert (again.taken_in, again.written, again.commit) == ((), (), parent[0])


async def test_a_look_writes_nothing_to_the_store(world: World) -> None:
    world.person("/a.md", "one\n")
    outcome = await world.sync(writes=False)
    assert outcome.comparison.paths(Finding.MAIN_AHEAD) == ("/a.md",)
    assert await world.holds() == {}


async def test_two_clones_of_a_repository_elsewhere_keep_one_store(world: World, tmp_path: Path) -> None:
    remote = Remote(f"file://{world.repository.folder}")
    with Repository.clone(remote, tmp_path / "1.git") as one, Repository.clone(remote, tmp_path / "2.git") as two:
        await world.agent("/a.md", "one\n")
        world.person("/b.md", "two\n")
        await sync(one, world.live, world.subject)
        await world.agent("/a.md", "three\n")
        await sync(two, world.live, world.subject)
        outcome = await sync(one, world.live, world.subject)
    assert (outcome.taken_in, outcome.written) == ((), ())
    assert await world.holds() == {"/a.md": "three\n", "/b.md": "two\n"} == world.recorded()


async def test_an_archived_store_is_read_and_not_written(world: World) -> None:
    await world.agent("/a.md", "one\n")
    world.person("/b.md", "two\n")
    await world.ground.target.write(Write(Verb.ARCHIVE, ObjectKind.MEMORY_STORE, world.live.id))
    outcome = await world.sync()
    assert (outcome.written, world.recorded()) == ((), {"/a.md": "one\n"})


async def test_what_the_server_does_not_take_is_told_and_the_rest_is_written(world: World) -> None:
    world.person("/a.md", "one\n")
    world.person("/b.md", "two\n")
    outcome = await sync(world.repository, Full(world.live), world.subject)
    assert set(outcome.refused) == {"/a.md"}
    assert await world.holds() == {"/b.md": "two\n"} == world.recorded()
    assert not outcome.is_settled
    assert [each.path for each in (await world.sync()).written] == ["/a.md"]


class Full(FusedStore):
    """A store that has no room for one memory."""

    def __init__(self, live: Memory) -> None:
        super().__init__(live, Fuse())

    async def create(self, path: str, text: str) -> Body:
        if path == "/a.md":
            raise TargetRejected("the store is full", status=400)
        return await super().create(path, text)

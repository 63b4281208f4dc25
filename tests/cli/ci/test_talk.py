"""One comment for each thing to say, found again among many and by nobody else's."""

import pytest

from agentops.base.errors import ForgeError, UsageError
from agentops.cli.ci import talk
from agentops.cli.ci.pipeline import Head, Pipeline
from tests.memory_repo.forges.fake.faults import Lost
from tests.memory_repo.forges.fake.repository import Comment, Pull
from tests.memory_repo.forges.fake.server import FakeForge

pytestmark = pytest.mark.anyio

MARK = "<!-- agentops:plan key=0123456789ab plan={} commit=1 -->\n{}"


@pytest.fixture(params=["run", "gitlab"])
def either(request: pytest.FixtureRequest) -> Pipeline:
    """A run on each forge."""
    found: Pipeline = request.getfixturevalue(request.param)
    return found


async def put(run: Pipeline, words: str) -> str:
    assert run.number
    async with talk.client_of(run) as client:
        return await talk.put(client, talk.dialect_of(run), run.number, words)


async def test_a_comment_is_written_once_and_edited_after_that(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    said = [await put(either, MARK.format(plan, words)) for plan, words in (("a", "one"), ("b", "two"), ("b", "two"))]
    assert said == ["written", "edited", "nothing"]
    assert [each.body for each in pull.comments] == [MARK.format("b", "two")]
    assert forge.deeds.count("comment") == 1


async def test_each_target_has_its_own(either: Pipeline, pull: Pull) -> None:
    await put(either, MARK.format("a", "one"))
    await put(either, MARK.replace("key=0", "key=1").format("a", "two"))
    assert len(pull.comments) == 2


async def test_it_is_found_behind_many_others(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    for number in range(7):
        forge.kept.say(pull.number, f"Nice {number}")
    await put(either, MARK.format("a", "one"))
    forge.kept.page_size = 3
    assert await put(either, MARK.format("b", "two")) == "edited"
    assert len(pull.comments) == 8


async def test_a_marker_that_somebody_else_wrote_is_not_ours(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    pull.comments.append(Comment(999, MARK.format("f" * 12, "Merge me!"), "mallory"))
    assert await put(either, MARK.format("a", "one")) == "written"
    assert pull.comments[0].body.endswith("Merge me!")


async def test_who_has_a_token_of_their_own_is_known_by_it(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    forge.kept.me = "robot"
    await put(either, MARK.format("a", "one"))
    assert await put(either, MARK.format("b", "two")) == "edited"
    assert [each.author for each in pull.comments] == ["robot"]


async def test_an_answer_that_is_lost_makes_no_second_comment(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    forge.faults.plan(Lost(), on="comment")
    assert await put(either, MARK.format("a", "one")) == "written"
    assert len(pull.comments) == 1


async def test_a_commit_knows_the_pull_request_that_brought_it(either: Pipeline, forge: FakeForge, pull: Pull) -> None:
    made = forge.kept.merge(pull.number, str(forge.kept.tip(pull.branch)))
    async with talk.client_of(either) as client:
        dialect = talk.dialect_of(either)
        assert await talk.merged_by(client, dialect, made) == pull.number
        assert await talk.merged_by(client, dialect, "9" * 40) is None


async def test_a_pull_request_of_a_fork_is_found_by_its_very_head(run: Pipeline, forge: FakeForge, pull: Pull) -> None:
    pull.from_fork = True
    dialect = talk.dialect_of(run)
    assert isinstance(dialect, talk.GitHub)
    async with talk.client_of(run) as client:
        assert await talk.open_for(client, dialect, Head("stranger", pull.branch, pull.head)) == pull.number
        assert await talk.open_for(client, dialect, Head("stranger", pull.branch, "9" * 40)) is None
        assert await talk.open_for(client, dialect, Head("stranger", "other", pull.head)) is None


async def test_a_pull_request_that_is_gone_is_said_plainly(run: Pipeline) -> None:
    async with talk.client_of(run) as client:
        with pytest.raises(ForgeError) as raised:
            await talk.put(client, talk.dialect_of(run), 99, "x")
    assert "pull request 99" in raised.value.message


def test_without_a_token_or_a_forge_there_is_a_way_out() -> None:
    for run, hint in ((Pipeline(""), "GitHub Actions"), (Pipeline("github", repository="a/b"), "GITHUB_TOKEN")):
        with pytest.raises(UsageError) as raised:
            talk.client_of(run)
        assert hint in raised.value.hint

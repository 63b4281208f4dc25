"""The built-in tools of a session: what a model is told of each call, and what becomes of a sandbox that dies."""

import asyncio
import os
import re
import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.engine.sandbox.port import SandboxSpec
from agentops.engine.tools.builtin import BuiltinTools
from agentops.engine.tools.inputs import INPUTS, checked
from agentops.engine.tools.port import Invocation, Outcome, ToolsUnavailable
from agentops.engine.tools.search import Hit, Query, SearchFailed, WebSearch
from tests.toolboxes import plain_web

pytestmark = pytest.mark.anyio


async def test_the_tools_work_on_the_same_files(kit: Any) -> None:
    assert await kit.said("write", file_path="a.txt", content="one\ntwo\n") == "created a.txt (8 bytes)"
    assert await kit.said("write", file_path="a.txt", content="one\ntwo\n") == "replaced a.txt (8 bytes)"
    assert await kit.said("edit", file_path="a.txt", old_string="two", new_string="2") == "edited a.txt (1 replaced)"
    assert await kit.said("read", file_path="a.txt", view_range=[2, 2]) == "2"
    assert await kit.said("bash", command="cat a.txt") == "one\n2"
    assert (await kit.said("grep", pattern="on.")).endswith("a.txt:1:one")
    assert (await kit.said("glob", pattern="*")).endswith("a.txt")
    assert len(kit.sandboxes.started) == 1


@pytest.mark.parametrize(
    ("fields", "words", "is_error"),
    [
        ({"command": "true"}, "(no output)", False),
        ({"command": "echo a; exit_=1; (exit 3)"}, "a\n[exit code 3]", True),
        ({"command": "exit 3"}, "exit\n[the shell ended with code 3; the next command runs in a new one]", True),
        ({"restart": True}, "The shell was started anew.", False),
        ({"restart": True, "command": "echo a"}, "a", False),
        ({"command": "echo a", "timeout_ms": 0, "restart": None}, "a", False),
    ],
)
async def test_how_a_command_ended_is_told(kit: Any, fields: Any, words: str, is_error: bool) -> None:
    outcome = await kit.run("bash", **fields)
    assert (outcome.content[0]["text"], outcome.is_error) == (words, is_error)


async def test_a_command_that_takes_too_long_is_told_with_the_way_out(kit: Any) -> None:
    outcome = await kit.run("bash", command="echo a; sleep 100", timeout_ms=100)
    assert outcome.is_error
    assert outcome.content[0]["text"].startswith("a\n[interrupted after 0.1 s; give a longer timeout_ms")


async def test_each_thread_has_a_shell_of_its_own(kit: Any) -> None:
    await kit.run("bash", command="x=1", thread="one")
    assert await kit.said("bash", command="echo <$x>", thread="two") != "<1>"
    assert await kit.said("bash", command='echo "<$x>"', thread="one") == "<1>"


async def test_long_output_is_shown_in_part(kit: Any) -> None:
    said = await kit.said("bash", command="seq 1 100000")
    assert len(said) < 21_000
    path = re.search(r"\[the output has 588895 characters; it is in (\S+)\]", said)
    assert path
    assert await kit.said("bash", command=f"wc -c < {path[1]}") == "588895"


async def test_a_long_file_is_read_in_parts(kit: Any) -> None:
    await kit.run("write", file_path="long", content="x" * 150_000)
    said = await kit.said("read", file_path="long")
    assert said.endswith("[50000 characters more; read them with view_range]")
    await kit.run("write", file_path="empty", content="")
    assert await kit.said("read", file_path="empty") == "(the file is empty)"


@pytest.mark.parametrize(
    ("start", "kind", "media_type"),
    [(b"\x89PNG\r\n\x1a\n", "image", "image/png"), (b"%PDF-1.7", "document", "application/pdf")],
)
async def test_pictures_and_pdfs_are_blocks(kit: Any, start: bytes, kind: str, media_type: str) -> None:
    await kit.run("bash", command="true")
    (kit.root / "workspace" / "file").write_bytes(start)
    (block,) = (await kit.run("read", file_path="file")).content
    assert (block["type"], block["source"]["type"], block["source"]["media_type"]) == (kind, "base64", media_type)


async def test_calls_run_side_by_side_and_writes_in_their_order(kit: Any) -> None:
    await kit.run("bash", command="mkfifo pipe")
    writes = [kit.run("write", file_path="a", content=str(each)) for each in range(20)]
    waiting = kit.run("bash", command="cat pipe", thread="one")
    other = kit.run("bash", command="echo met > pipe", thread="two")
    outcomes = await asyncio.gather(waiting, other, *writes)
    assert outcomes[0].content[0]["text"] == "met"
    assert await kit.said("read", file_path="a") == "19"


async def test_a_cancelled_call_is_interrupted_and_the_shell_goes_on(kit: Any) -> None:
    await kit.run("bash", command="mkfifo pipe; x=kept")
    task = asyncio.create_task(kit.run("bash", command="echo > pipe; sleep 100"))
    await kit.run("bash", command="cat pipe", thread="two")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await kit.said("bash", command="echo $x") == "kept"


async def test_a_sandbox_that_dies_is_told_and_replaced(kit: Any) -> None:
    await kit.run("write", file_path="kept", content="kept")
    (first,) = kit.sandboxes.started
    await kit.run("bash", command="mkfifo pipe")
    lost = asyncio.create_task(kit.run("bash", command="echo > pipe; sleep 100"))
    await kit.run("bash", command="cat pipe", thread="two")
    os.kill(first.process.pid, signal.SIGKILL)
    outcome = await lost
    assert outcome.is_error
    assert "it is not known what the call did" in outcome.content[0]["text"]
    assert await kit.said("bash", command="cat kept") == "kept"
    assert len(kit.sandboxes.started) == 2


async def test_without_a_sandbox_tools_are_unavailable_and_come_back(kit: Any) -> None:
    kit.sandboxes.problem = "install bubblewrap"
    with pytest.raises(ToolsUnavailable, match="install bubblewrap"):
        await kit.run("bash", command="true")
    assert "unavailable" in await kit.said("web_search", query="x")
    kit.sandboxes.problem = ""
    assert await kit.said("bash", command="echo on") == "on"


async def test_calls_that_come_together_start_one_sandbox(kit: Any) -> None:
    await asyncio.gather(*(kit.run("glob", pattern="*") for _ in range(3)))
    assert len(kit.sandboxes.started) == 1


async def test_nothing_is_started_for_what_needs_no_sandbox(kit: Any) -> None:
    await kit.run("web_search", query="x")
    await kit.run("bash", "not json")
    await kit.tools.close()
    assert not kit.sandboxes.started


async def test_a_session_that_goes_on_is_told_that_its_shells_are_new(kit: Any) -> None:
    spec = SandboxSpec("sesn_1", kit.root)
    tools = BuiltinTools(kit.sandboxes, spec, plain_web, is_resumed=True)
    try:
        said = [await tools.run(Invocation("1", "bash", {"command": "echo a"}, thread_id=each)) for each in "xxy"]
        heads = [outcome.content[0]["text"].startswith("[this is a new shell") for outcome in said]
        assert heads == [True, False, True]
    finally:
        await tools.close()


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("nosuch\n", {}, 'There is no tool "nosuch\\n". The built-in tools are bash, read'),
        ("bash", '{"command": "ls', 'was not a JSON object. It began: "{"command'),
        ("bash", "x" * 10**6, "was not a JSON object"),
        ("bash", ["ls"], "it must be an object, is a list"),
        ("bash", None, "is null"),
        ("bash", {}, "command must hold a command unless restart is true"),
        ("bash", {"command": 5}, "command must be a string, is a number"),
        ("bash", {"command": "ls", "timeout": 5}, "timeout is not a field here (there are: command"),
        ("bash", {"command": "ls", "timeout_ms": -1}, "timeout_ms must be at least 0"),
        ("write", {"file_path": "x", "content": "x" * (4 * 1024 * 1024 + 1)}, "content must be at most"),
        ("edit", {"file_path": "x", "old_string": "\ud800", "new_string": ""}, "half of a surrogate"),
        ("read", {"file_path": "x", "view_range": [1]}, "view_range must have at least 2"),
        ("read", {str(each): 1 for each in range(300)}, "more"),
        ("web_fetch", {"url": "x" * 3000}, "url must be at most 2048"),
    ],
)
async def test_an_input_that_is_wrong_is_told_in_words(kit: Any, name: str, given: object, words: str) -> None:
    outcome = await kit.tools.run(Invocation("1", name, given))
    assert outcome.is_error
    assert words in outcome.content[0]["text"]
    assert len(outcome.content[0]["text"]) < 3000
    assert not kit.sandboxes.started


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMED = st.sampled_from(sorted({field for shape in INPUTS.values() for field in shape.model_fields}))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(list(INPUTS)), sent=JSON | st.dictionaries(NAMED, JSON, max_size=4))
def test_any_input_is_taken_or_told(name: str, sent: object) -> None:
    found = checked(name, sent)
    assert not isinstance(found, str) or 0 < len(found) < 5000


class Provider:
    """A provider with an index of three pages."""

    def __init__(self) -> None:
        self.asked: list[Query] = []

    async def search(self, query: Query) -> tuple[Hit, ...]:
        self.asked.append(query)
        if query.words == "fail":
            raise SearchFailed("the provider is asleep")
        hosts = ("good.example", "sub.bad.example", "other.example")
        return tuple(Hit(f"About {query.words}", f"https://{host}/", "An excerpt.") for host in hosts)


async def test_searching_leaves_out_what_is_blocked() -> None:
    provider = Provider()
    search = WebSearch(provider, {"blocked_domains": ["bad.example"]})
    outcome = await search.search("turtles")
    urls = re.findall(r"https://\S+", outcome.content[0]["text"])
    assert urls == ["https://good.example/", "https://other.example/"]
    assert provider.asked == [Query("turtles", (), ("bad.example",))]
    failed: Outcome = await search.search("fail")
    assert (failed.is_error, failed.content[0]["text"]) == (True, "unavailable: the provider is asleep")


async def test_without_a_provider_a_search_is_refused_in_words(kit: Any) -> None:
    assert "no search provider is configured on this server" in await kit.said("web_search", query="x")

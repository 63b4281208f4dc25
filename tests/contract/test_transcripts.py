"""The documented orders of events, each as a transcript that a person can read: tests/golden/transcripts.

`UPDATE_GOLDEN=1` writes them anew. The stream is read by the SDK in strict mode over a socket, and the list holds the
same events in the same order.
"""

import os
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from .repertoire import PLAYS
from .stage import Play, Scene, Stage, watched

GOLDEN = Path(__file__).parent.parent / "golden" / "transcripts"
NOT_LISTED = ("event_start", "event_delta", "session.deleted")


async def played(stage: Stage, play: Play) -> Scene:
    async with watched(stage, play) as scene:
        await play.act(scene)
    if not any(each.type == "session.deleted" for each in scene.seen):
        scene.found = await scene.listed()
        await scene.tell_threads()
    return scene


@pytest.mark.parametrize("name", PLAYS)
def test_the_events_come_in_the_documented_order(stage: Stage, portal: BlockingPortal, name: str) -> None:
    scene = portal.call(partial(played, stage, PLAYS[name]))
    told = "".join(f"{line}\n" for line in in_order_of_calls(scene.lines))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    if scene.found is not None:
        assert scene.found == as_listed(scene)


def in_order_of_calls(lines: list[str]) -> Iterator[str]:
    """Yield the lines, results that came one behind the other in the order of their calls.

    Calls run at the same time: which one ends first is theirs to say.
    """
    for is_result, group in groupby(lines, key=lambda line: " agent.tool_result " in line):
        found = list(group)
        if not is_result:
            yield from found
            continue
        numbers, told = zip(*(line.split(" agent.", 1) for line in found), strict=True)
        for number, words in zip(numbers, sorted(told, key=_call_number), strict=True):
            yield f"{number} agent.{words}"


def _call_number(words: str) -> int:
    return int(words.partition("tool_use_id=#")[2].split()[0])


def as_listed(scene: Scene) -> list[Any]:
    """Return what was seen without what is never stored, and what waited where it took effect."""
    newest = {each.id: each for each in scene.seen if each.type not in NOT_LISTED}
    last_seen = {each.id: place for place, each in enumerate(scene.seen) if each.type not in NOT_LISTED}
    return sorted(newest.values(), key=lambda each: last_seen[each.id])


def test_every_transcript_is_of_a_play() -> None:
    assert {each.stem for each in GOLDEN.glob("*.txt")} == set(PLAYS)

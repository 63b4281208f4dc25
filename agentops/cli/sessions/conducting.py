"""A turn from the first message to the last line: what commands say around it, and what they end with."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from agentops.base.errors import EXIT_DONE
from agentops.base.paint import printable
from agentops.cli.output import say
from agentops.cli.sessions import waiting
from agentops.cli.sessions.asking import Desk
from agentops.cli.sessions.following import Following
from agentops.cli.sessions.ground import Ground
from agentops.cli.sessions.screen import Screen, screen
from agentops.cli.sessions.transcript import Transcript
from agentops.cli.sessions.turn import SATISFIED, Rest, Turn
from agentops.cli.sessions.watch import Watch

Event = Mapping[str, Any]


async def conduct(
    ground: Ground,
    session_id: str,
    events: Sequence[Event],
    output: str,
    calls: Sequence[Event] = (),
    *,
    is_new: bool = False,
) -> int:
    """Send events, show what comes of them until the session rests, and return what the command ends with.

    `calls` are those that wait already.

    Raises:
        TargetError: the events are not taken, or the session cannot be watched.
    """

    async def begin() -> None:
        await ground.sessions.send(session_id, events)

    shown = screen(output)
    shown.transcript.is_continued = not is_new
    if any(each.get("session_thread_id") for each in calls):
        shown.transcript.team.meet(await ground.sessions.threads(session_id))
    shown.transcript.know(calls)
    following = Following(ground.sessions, session_id, say, previews=shown.previews, begin=begin, is_from_now=True)
    rest = await Turn(following, shown, Desk(is_attended=output == "text" and sys.stdin.isatty()), calls).run()
    await _close(ground, session_id, shown, rest, output)
    return rest.exit_code


async def watch(ground: Ground, session_id: str, since: str | None, output: str, *, is_endless: bool) -> int:
    """Show what happened and what happens, until the session rests, or for ever; Ctrl-C leaves it as it is.

    Raises:
        TargetError: the session cannot be watched.
    """
    shown = screen(output)
    shown.transcript.is_continued = since is not None
    since_then = {"created_at[gte]": since} if since else None
    following = Following(ground.sessions, session_id, say, previews=shown.previews, since=since_then)
    rest = await Watch(following, shown, is_endless=is_endless).run()
    await _close(ground, session_id, shown, rest, output)
    return EXIT_DONE


async def _close(ground: Ground, session_id: str, shown: Screen, rest: Rest, output: str) -> None:
    """Print the last lines."""
    if output == "text" and rest.stop != "left":
        transcript = shown.transcript
        shown.print(transcript.grouped("end", [transcript.paint("dim", transcript.summary(rest.word))]))
        shown.print([f"wrote {line}" for line in await _written(ground, session_id)])
    explain(ground, session_id, rest, shown.transcript)


def explain(ground: Ground, session_id: str, rest: Rest, transcript: Transcript) -> None:
    """Say what a person can do about a session that did not simply come to its end."""
    match rest.stop:
        case "left" if ground.is_embedded:
            say(f"the session rests with this process; it goes on with `{ground.command('tail', session_id)}`")
        case "left":
            say(f"the session goes on; come back with `{ground.command('tail', session_id)}`")
        case "requires_action":
            waiting.explain(rest.waits_for, ground.command("approve", session_id), transcript.said)
        case "retries_exhausted":
            say(f"nothing came of it; try again with `{ground.command('send', session_id)} 'go on'`")
        case "budget_reached":
            say("the budget is spent; the session goes on when it is raised (`budget` of the session, by the SDK)")
        case "end_turn" if rest.outcome not in (None, SATISFIED) and not rest.was_interrupted:
            became = printable(rest.outcome).replace("_", " ") if rest.outcome else "nobody graded it"
            say(f"the rubric is not satisfied: {became}")


async def _written(ground: Ground, session_id: str) -> list[str]:
    found = await ground.written(session_id)
    return [f"{printable(name)} ({size:,} bytes)  {printable(where)}" for name, size, where in found]


def run(coroutine: Any) -> int:
    """Run it and return what the command ends with."""
    code: int = asyncio.run(coroutine)
    return code

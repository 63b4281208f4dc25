"""Events and parts of replies in one order, though they come by two ways."""

from agentops.engine.api.sse import _in_order
from agentops.engine.operations.session_events import Frame, Glimpse
from agentops.engine.previews import Part, Watcher


def glimpse(*events: tuple[int, str]) -> Glimpse:
    frames = tuple(Frame(event_type, "{}", f"sevt_{seq}", seq) for seq, event_type in events)
    return Glimpse(frames, frames[-1].seq if frames else 0, is_there=True)


def watcher(*parts: Part) -> Watcher:
    found = Watcher(frozenset({"agent.message"}))
    for each in parts:
        found.offer(each)
    return found


def start(after: int, event_id: str = "sevt_2") -> Part:
    return Part(event_id, "agent.message", after=after)


def more(after: int, event_id: str = "sevt_2") -> Part:
    return Part(event_id, "agent.message", "Hel", after=after)


def order(seen: Glimpse, watching: Watcher) -> list[str]:
    return [each.type for each in _in_order(seen, watching)]


def test_parts_stand_between_the_request_and_their_event() -> None:
    watching = watcher(start(1), more(1))
    seen = glimpse((1, "span.model_request_start"), (2, "agent.message"), (3, "span.model_request_end"))
    assert order(seen, watching) == [
        "span.model_request_start",
        "event_start",
        "event_delta",
        "agent.message",
        "span.model_request_end",
    ]


def test_parts_of_a_reply_that_was_cut_off_stand_before_the_end_of_its_request() -> None:
    seen = glimpse((2, "span.model_request_end"), (3, "user.interrupt"))
    assert order(seen, watcher(start(1, "sevt_x"), more(1, "sevt_x")))[:3] == [
        "event_start",
        "event_delta",
        "span.model_request_end",
    ]


def test_a_part_waits_for_what_was_logged_before_it() -> None:
    watching = watcher(start(4, "sevt_5"))
    assert order(glimpse((2, "agent.message")), watching) == ["agent.message"]
    assert order(glimpse((3, "span.model_request_end"), (4, "span.model_request_start")), watching)[-1] == "event_start"

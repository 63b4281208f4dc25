"""Parts of replies: shown whole from their beginning or not at all."""

from agentops.engine.news import News
from agentops.engine.previews import _PARTS_MAX, Part, Previews

SESSION, TOPIC = "sesn_1", "session sesn_1"
MESSAGES = frozenset({"agent.message"})


def start(event_id: str = "sevt_1", event_type: str = "agent.message") -> Part:
    return Part(event_id, event_type)


def more(text: str, event_id: str = "sevt_1") -> Part:
    return Part(event_id, "agent.message", text)


def test_who_watches_gets_the_parts_of_the_types_he_asked_for() -> None:
    previews = Previews(News())
    with previews.watching(SESSION, MESSAGES) as watcher:
        for part in (start(), more("Hel"), more("lo"), start("sevt_2", "agent.thinking")):
            previews.show(SESSION, TOPIC, part)
        assert list(watcher.parts) == [start(), more("Hel"), more("lo")]


def test_who_watches_one_thread_gets_nothing_of_another() -> None:
    previews = Previews(News())
    part = Part("sevt_2", "agent.message", thread_id="sthr_2")
    with previews.watching(SESSION, MESSAGES) as primary, previews.watching(SESSION, MESSAGES, "sthr_2") as child:
        for each in (start(), part):
            previews.show(SESSION, TOPIC, each)
        assert (list(primary.parts), list(child.parts)) == ([start()], [part])


def test_who_comes_in_the_middle_gets_nothing_of_that_event() -> None:
    previews = Previews(News())
    previews.show(SESSION, TOPIC, start())
    with previews.watching(SESSION, MESSAGES) as watcher:
        previews.show(SESSION, TOPIC, more("lo"))
        previews.show(SESSION, TOPIC, start("sevt_2"))
        assert list(watcher.parts) == [start("sevt_2")]


def test_who_falls_behind_gets_a_beginning_without_a_gap() -> None:
    previews = Previews(News())
    with previews.watching(SESSION, MESSAGES) as watcher:
        previews.show(SESSION, TOPIC, start())
        for number in range(_PARTS_MAX + 10):
            previews.show(SESSION, TOPIC, more(str(number)))
        assert len(watcher.parts) == _PARTS_MAX
        watcher.parts.clear()
        previews.show(SESSION, TOPIC, more("behind the gap"))
        assert not watcher.parts
        watcher.done("sevt_1")
        previews.show(SESSION, TOPIC, start("sevt_2"))
        assert list(watcher.parts) == [start("sevt_2")]


def test_nothing_is_kept_for_who_has_gone() -> None:
    previews = Previews(News())
    with previews.watching(SESSION, MESSAGES) as watcher:
        pass
    previews.show(SESSION, TOPIC, start())
    assert not watcher.parts
    assert not previews._watchers

"""Evidence that is searched for is what says a line, not what stands beside it."""

from agentops.dreaming.hosted.backing import Backing
from tests.dreaming.told import call, session, user


def test_who_says_a_line_is_cited_and_not_the_call_beside_it() -> None:
    read = session("s1", user("What does the page of the airline say?"), call("look_up", "Fares are low."))
    found = Backing([read]).found("What does the page of the airline say?")

    assert [each.event.id for each in found] == ["e0"]

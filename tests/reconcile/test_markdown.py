"""What others wrote does nothing in a comment, and a comment has room for every plan."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from agentops.reconcile.views.markdown import LIMIT, About, plan_markdown
from agentops.reconcile.views.untrusted import cell, code, fenced, tagged

from .scenes import SCENES
from .test_views import document

TRICKS = [
    "@evil",
    "evil@evil.example",
    "#1 evil",
    "![evil](https://evil.example/x.png)",
    "[evil](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "<img src=evil onerror=evil()>",
    "</code></summary></details><script>evil()</script>",
    "<!-- evil -->",
    "`evil`",
    "``` evil\n# evil\n```",
    "````evil",
    "`",
    "~~~\nevil\n~~~",
    "evil | evil \\| evil \\\\| evil",
    "\n\n# evil\n\n- evil\n",
    "**evil** _evil_ $evil$ :evil:",
    "[evil]: https://evil.example",
    "&lt;evil&gt;",
    "\x1b[2Jevil\u202eevil\u200bevil\U000e0041",
    "evil\r\nevil\u2028evil",
    " evil! ",
    "",
]
OURS = re.compile(
    r"<details( open)?><summary>(<code>[^<>]*</code> [a-z-]+(, version [\d→ ]+)?|[\w ]+)</summary>\n|</details>\n"
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
PARSER = MarkdownIt("commonmark").enable("table")


def tricked(value: Any, trick: str) -> Any:
    """Return a JSON value with a trick in every text, and in every key that others choose."""
    match value:
        case str():
            return trick
        case list():
            return [tricked(each, trick) for each in value]
        case dict():
            return {key: tricked(each, trick) for key, each in value.items()}
    return value


def tricky(scene: str, trick: str) -> dict[str, Any]:
    """Return a plan in which every text that is not one of our words is a trick."""
    plan = deepcopy(document(SCENES[scene]()))
    for step in plan["steps"]:
        step |= {key: tricked(step[key], trick) for key in ("address", "reason", "memories", "downstream", "source")}
        step["risks"] = [{**each, "note": trick} for each in step["risks"]]
        for change in step["changes"]:
            change |= {key: tricked(change[key], trick) for key in ("path", "before", "after", "source")}
    for key in ("target", "owner", "undeclared", "left_out", "kept_memories"):
        plan[key] = tricked(plan[key], trick)
    plan["diagnostics"] = [
        {**each, "message": trick, "label": trick, "notes": [trick]} for each in plan.get("diagnostics", [])
    ]
    return plan


def flat(tokens: list[Token]) -> Iterator[Token]:
    for each in tokens:
        yield each
        yield from flat(each.children or [])


def acting(text: str) -> list[str]:
    """Return whatever others wrote that a reader would not see as code."""
    found = []
    for each in flat(PARSER.parse(text)):
        if each.type in {"image", "html_inline"}:
            found.append(each.content)
        elif each.type == "link_open":
            found.append(str(each.attrs["href"]))
        elif (
            (each.type == "html_block" and not OURS.fullmatch(each.content))
            or (each.type == "text" and "evil" in each.content)
            or (each.type, each.tag) == ("heading_open", "h1")
        ):
            found.append(each.content)
    return found


@pytest.mark.parametrize("trick", TRICKS)
def test_whatever_others_write_is_code_and_nothing_else(trick: str) -> None:
    for scene in ("edits", "conflict", "removals", "left-out"):
        text = plan_markdown(tricky(scene, trick), About(commit=trick, run_url=f"javascript:{trick}"))
        assert acting(text) == []
        assert not UNSEEN.search(text)


@pytest.mark.parametrize("trick", TRICKS)
def test_code_holds_exactly_one_piece_of_code(trick: str) -> None:
    for made in (code(trick), cell(trick)):
        assert [each.type for each in flat(PARSER.parse(f"- a {made} b"))].count("code_inline") == 1
        assert "\n" not in made
    assert "|" not in cell(trick)
    assert [each.type for each in PARSER.parse(fenced(trick.split("\n")))] == ["fence"]
    assert tagged(trick).count("<") == 2


def test_only_an_address_of_a_run_becomes_a_link() -> None:
    text = plan_markdown(document(SCENES["edits"]()), About(run_url="https://github.com/acme/agents/actions/runs/7"))
    assert acting(text) == ["https://github.com/acme/agents/actions/runs/7"]


def many(count: int, characters: int) -> dict[str, Any]:
    """Return a plan of so many steps, each with a text of so many characters."""
    plan = document(SCENES["edits"]())
    (step,) = (each for each in plan["steps"] if each["address"] == "Agent/reviewer")
    long = "\n".join(f"Line {each} stays." for each in range(characters // 15))
    changed = [{**each, "before": f"{long}\nold\n{long}", "after": f"{long}\nnew\n{long}"} for each in step["changes"]]
    plan["steps"] = [{**step, "address": f"Agent/reviewer-{each}", "changes": changed} for each in range(count)]
    return plan


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("limit", [0, 1, 40, 200, 1_000, 3_000, 10_000, LIMIT])
@pytest.mark.parametrize(("count", "characters"), [(0, 0), (3, 900), (40, 900), (700, 0)])
def test_every_plan_fits(limit: int, count: int, characters: int) -> None:
    plan = many(count, characters)
    text = plan_markdown(plan, About(), limit)
    assert size(text) <= limit
    if limit >= 200:
        assert plan["plan_id"] in text


def test_what_does_not_fit_goes_in_order() -> None:
    plan = many(20, 300)
    words = ("stays.", "+new", "Why:", "| `~`")
    counts = []
    for limit in range(60_000, 2_000, -250):
        text = plan_markdown(plan, About(), limit)
        counts.append([text.count(word) for word in words])
        assert ("no room here" in text) == (text.count("| `~`") < 20)
    whole, last = counts[0], counts[-1]
    for place, word in enumerate(words):
        told = [each[place] for each in counts]
        assert told == sorted(told, reverse=True), word
        assert told[-1] < told[0], word
    for each in counts:
        for place in range(3):
            assert each[place] == 0 or each[place + 1] == whole[place + 1], "one thing goes after the other"
    assert 0 < last[3] < 20


def test_letters_outside_the_first_plane_count_twice() -> None:
    plan = many(30, 0)
    for step in plan["steps"]:
        step["changes"] = [{**each, "before": "x", "after": "\U0001f600\n" * 900} for each in step["changes"]]
    assert size(plan_markdown(plan, About(), 20_000)) <= 20_000

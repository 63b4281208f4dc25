"""What a planned node looks like: the strongest thing that happens to it, in a colour and always in a word."""

from collections.abc import Mapping
from typing import Any

_ORDER = ("delete", "archive", "replace", "update", "move", "adopt", "create", "repin", "restamp")
"""Danger first: a node that several things happen to shows the one that somebody should look at."""

_FILLS: Mapping[str, str] = {
    "delete": "#ffd7d5",
    "archive": "#ffd7d5",
    "replace": "#ffd7d5",
    "update": "#fff3c4",
    "move": "#d2eff5",
    "adopt": "#d2eff5",
    "create": "#d4f5d9",
    "repin": "#f6f3e4",
    "restamp": "#eeeeee",
}
_TERMINAL: Mapping[str, str] = {
    "delete": "red",
    "archive": "red",
    "replace": "red",
    "update": "yellow",
    "move": "cyan",
    "adopt": "cyan",
    "create": "green",
}
_WORDS = {"repin": "re-pin", "restamp": "re-stamp"}


def action(node: Mapping[str, Any]) -> str:
    """Return the action that a node shows, or nothing."""
    actions = node["actions"]
    return min(actions, key=lambda each: _ORDER.index(each) if each in _ORDER else -1) if actions else ""


def word(node: Mapping[str, Any]) -> str:
    """Return what happens to a node, for people."""
    found = action(node)
    return _WORDS.get(found, found)


def fill(node: Mapping[str, Any]) -> str:
    """Return the colour that a node is filled with: red, green, blue in hexadecimal; nothing where nothing happens."""
    return _FILLS.get(action(node), "")


def terminal_colour(node: Mapping[str, Any]) -> str:
    """Return the colour of a node's line on a terminal."""
    return _TERMINAL.get(action(node), "dim")

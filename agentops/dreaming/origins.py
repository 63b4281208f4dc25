"""Who a session's words come from: what decides, later, how far a note that rests on them may be trusted.

A label is set by where a text came from, never by how it reads: what strangers wrote can be worded in any way.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentops.memory.evidence import Origin

MCP = "mcp__"
"""What the name of an MCP server's tool begins with here: `mcp__server__tool`, as Claude Code spells it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHELLS = _words(
    "bash shell sh zsh terminal execute exec run command cmd powershell execute_command run_command run_shell_command "
    "run_terminal_cmd shell_command local_shell execute_bash code_execution bash_code_execution python ipython"
)
_WRITERS = _words(
    "write edit create multiedit notebookedit str_replace insert apply_patch write_file edit_file create_file "
    "str_replace_editor str_replace_based_edit_tool text_editor todowrite think calculate"
)
_STRANGERS = _words(
    "web fetch browse browser browsing url http https crawl scrape download internet mail email gmail inbox rss "
    "webfetch websearch webpage website"
)
_WORDS = re.compile(r"[A-Z]?[a-z]{1,40}|[A-Z]{1,40}")
_FETCHES = re.compile(
    r"(?:^|[\s;&|(`$'\"/])(?:"
    r"curl|wget|aria2c|lynx|w3m|httpie|https?|xh|gh|glab|hub|scp|sftp|ssh|rsync|nc|ncat|telnet|ftp|npx|pnpx|bunx|uvx|"
    r"git\s{1,9}(?:-\S{1,80}\s{1,9}\S{0,80}\s{0,9})?(?:clone|fetch|pull|ls-remote|submodule|remote\s{1,9}update)|"
    r"(?:pip3?|pipx|uv|poetry|conda|mamba|npm|pnpm|yarn|bun|cargo|gem|go|brew|apt|apt-get|apk|dnf|yum|composer|bundle)"
    r"(?:\s{1,9}-\S{1,80}){0,3}\s{1,9}"
    r"(?:pip\s{1,9})?(?:install|i|add|download|update|upgrade|get|ci|sync|search|view|info|create|exec|dlx)|"
    r"docker\s{1,9}(?:pull|run)|aws\s{1,9}s3|gsutil|gcloud|az"
    r")(?=$|[\s;&|)`'\"])"
)
_URL = re.compile(r"(?:\b(?:https?|ftp|ssh|git|wss?)://|\bgit@)(?P<host>\[[0-9a-fA-F:]{2,40}\]|[^\s/:'\"<>]{1,255})")
_HERE = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)$")
_GUIDES = re.compile(
    r"(?:^|[\s/\\'\"=])(?:MEMORY|CLAUDE|CLAUDE\.local|AGENTS|GEMINI)\.md\b|[/\\]\.claude[/\\]\S{0,300}memory"
)
_BLOCK = re.compile(
    r"<(?P<tag>(?:[a-z]{1,20}[-_])?memor(?:y|ies)(?:[-_][a-z]{1,20})?|system-reminder|recalled(?:[-_][a-z]{1,20})?)"
    r"(?:\s[^<>\n]{0,200})?>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Origins:
    """How results are labelled; a workspace may vouch for tools of its own."""

    trusted: frozenset[str] = frozenset()
    """Names of tools whose results only tell of the agent's own surroundings, whatever the name looks like."""

    memory: tuple[str, ...] = ("/mnt/memory", "/memories")
    """Where memory is mounted."""

    def of_result(self, tool: str, arguments: Mapping[str, Any]) -> Origin:
        """Return who speaks in the result of a call."""
        spoken = tuple(_texts(arguments))
        if self._is_recalled(spoken):
            return Origin.RECALLED
        if tool in self.trusted:
            return Origin.TOOL
        return Origin.EXTERNAL if _is_external(tool, spoken) else Origin.TOOL

    def _is_recalled(self, spoken: tuple[str, ...]) -> bool:
        return any(root in each for each in spoken for root in self.memory) or any(map(_GUIDES.search, spoken))


DEFAULT = Origins()


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into what was said in it and the blocks of memory that were put into it, which are true."""
    at = 0
    while (found := _BLOCK.search(text, at)) is not None:
        closing = f"</{found['tag']}>"
        end = text.find(closing, found.end())
        yield text[at : found.start()], False
        at = len(text) if end < 0 else end + len(closing)
        yield text[found.start() : at], True
    yield text[at:], False


def _is_external(tool: str, spoken: tuple[str, ...]) -> bool:
    name = tool.lower()
    if name.startswith(MCP) or _STRANGERS.intersection(each.lower() for each in _WORDS.findall(tool)):
        return True
    if name in _SHELLS:
        return any(map(_goes_out, spoken))
    return name not in _WRITERS and any(_names_a_stranger(each[:2048]) for each in spoken if _URL.match(each))


def _goes_out(command: str) -> bool:
    """Tell whether a part of a command line reaches the network, and not just a server beside it."""
    pieces = re.split(r"[;&|\n]", command)
    return any(_names_a_stranger(each) or (_FETCHES.search(each) and not _URL.search(each)) for each in pieces)


def _names_a_stranger(text: str) -> bool:
    return any(not _HERE.match(found["host"]) for found in _URL.finditer(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)

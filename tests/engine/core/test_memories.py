"""Memories as the API shows them."""

from hashlib import sha256

from agentops.engine.core.json import parsed
from agentops.engine.core.memories import Content, Memory, MemoryVersion, answered, version_answered

TEXT = 'é "quoted" \0 \n \U0001f600'


def test_content_is_measured_in_the_bytes_that_were_sent() -> None:
    content = Content.of(TEXT)
    assert content.sha256 == sha256(TEXT.encode()).hexdigest()
    assert content.size_bytes == len(TEXT.encode())


def test_the_empty_text_is_content_too() -> None:
    assert Content.of("") == Content('""', sha256(b"").hexdigest(), 0)


def test_content_is_shown_in_the_full_view_only() -> None:
    content = Content.of(TEXT)
    memory = Memory("mem_1", "/a", "memver_1", content.sha256, content.size_bytes, "c", "u", content.json)
    full, basic = (parsed(answered(memory, "memstore_1", full=full)) for full in (True, False))
    assert full["content"] == TEXT
    assert basic == {**full, "content": None}


def test_a_version_names_its_author_and_who_redacted_it() -> None:
    version = MemoryVersion(
        "memver_1", "mem_1", "modified", None, None, None, "c", "session_actor", "sesn_1", None, "r", "api_actor", "k"
    )
    shown = parsed(version_answered(version, "memstore_1", full=True))
    assert shown["created_by"] == {"type": "session_actor", "session_id": "sesn_1"}
    assert shown["redacted_by"] == {"type": "api_actor", "api_key_id": "k"}
    assert (shown["path"], shown["content"], shown["content_sha256"], shown["content_size_bytes"]) == (None,) * 4

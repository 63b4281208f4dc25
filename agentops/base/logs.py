"""What a server writes into its log: one line of JSON or of text, in which no secret stands and nothing moves a cursor.

Secrets are taken out in two ways: each one that this process holds at the moment, wherever it stands, and whatever is
spelled like one. Standard library only: every module logs by `logging`, and need not know of this one.
"""

import json
import logging
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

from agentops.base.clock import timestamp
from agentops.base.paint import printable
from agentops.base.secrets import MASK, living, masked

Format = Literal["text", "json"]

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Which request is answered, for every line that is written meanwhile."""

_LONGEST = 64 * 1024
"""Units: characters. A line that is longer is cut, once everything has been taken out of it."""

_SPELLED = (
    re.compile(r"sk-ant-[A-Za-z0-9_-]{6,}"),
    re.compile(r"agentops_(?:key|session)_[A-Za-z0-9_-]{6,}"),
    re.compile(r"whsec_[A-Za-z0-9+/=_-]{6,}"),
    re.compile(r"(?i)(?<=bearer )[A-Za-z0-9._~+/=-]{16,}"),
    re.compile(r"(?i)(?<=basic )[A-Za-z0-9+/=]{12,}"),
    # A password that is not encoded may hold a slash; only databases have URLs in which nothing else has an @.
    re.compile(r"(?<=postgresql://)\S+(?=@)|(?<=postgres://)\S+(?=@)"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?<=://)[^/\s:@]{16,}(?=@)"),
    re.compile(r"(?i)(?:(?<=password=)|(?<=passwd=)|(?<=token=)|(?<=secret=)|(?<=api_key=))(?:'[^']*'|[^\s&;,'\"]+)"),
    re.compile(r"(?i)(?<=x-api-key: )\S+"),
    re.compile(r"(?<=hooks\.slack\.com/)[A-Za-z0-9/_-]{6,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?(?:-----END \1PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-)[A-Za-z0-9_-]{10,}"),
)
"""What keys, tokens and URLs with passwords look like.

Source: the services' prefixes; RFC 6750; RFC 3986 3.2.1; RFC 7519 3.1; RFC 7468; libpq's "Connection Strings".
"""

_FACT = re.compile(r"\b(request_id|session|deployment|dream|tool|endpoint|repository)=([A-Za-z0-9_./:-]{1,200})")
"""What our own messages name; a machine that reads them should not have to search for it."""


def scrubbed(text: str) -> str:
    """Return the text without secrets, and with what could act on a terminal spelled out."""
    text = masked(text, living())
    for pattern in _SPELLED:
        text = pattern.sub(MASK, text)
    return printable(text[:_LONGEST])


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        message = scrubbed(record.getMessage())
        said: dict[str, str] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **({"request_id": request_id.get()} if request_id.get() else {}),
            **dict(_FACT.findall(message)),
        }
        if record.exc_info:
            said["error"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


class TextLines(logging.Formatter):
    """One line of text; what follows, a traceback, is set in, so that nobody can make lines that look like ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        said = record.getMessage()
        if record.exc_info:
            said = f"{said}\n{self.formatException(record.exc_info)}"
        about = f" request_id={request_id.get()}" if request_id.get() and "request_id=" not in said else ""
        return f"{_at(record)} {record.levelname} {record.name}: {scrubbed(said + about)}".replace("\n", "\n    ")


class _Handler(logging.StreamHandler[TextIO]):
    """Writes; what cannot be written is not shown either: Python's own would print it as it came, secrets and all."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - Python's name
        """Say where a line is missing, as far as anything can still be said."""
        with suppress(OSError, ValueError):
            self.stream.write(f"a line of {record.name} at {record.pathname}:{record.lineno} could not be written\n")
            self.flush()


_FORMATTERS: dict[str, Callable[[], logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def configure(kind: Format, level: str, stream: TextIO | None = None) -> None:
    """Have everything that is logged in this process written so, to standard error unless told otherwise."""
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_FORMATTERS[kind]())
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries say less: some tell at `info` of every request that they send.
    root.setLevel(logging.WARNING)
    logging.getLogger("agentops").setLevel(level.upper())


def _at(record: logging.LogRecord) -> str:
    return timestamp(datetime.fromtimestamp(record.created, UTC))

"""Secrets, fetched from where a manifest says they are: the environment, or a file outside the tree."""

from collections.abc import Mapping
from pathlib import Path

from agentops.base.diagnostics import Diagnostic
from agentops.base.secrets import Secret
from agentops.manifests.document import Document
from agentops.reconcile import codes
from agentops.reconcile.lowering.setting import Setting

_LARGEST = 64 * 1024
"""Units: bytes. No token is near it; a path to something else may well be."""


def fetched(document: Document, setting: Setting, path: tuple[str, ...], where: Mapping[str, str]) -> Secret | None:
    """Return the secret that `{env: NAME}` or `{file: path}` stands for, or None after saying why there is none.

    Reports:
        plan.missing-secret: the variable is not set, the file cannot be read, or there is nothing in it.
    """
    try:
        text = _variable(setting, where["env"]) if "env" in where else _file(document, where["file"])
    except _Missing as missing:
        fact = f"{document.address}: `{'.'.join(path)}` {missing.fact}"
        setting.diagnostics.append(Diagnostic(codes.MISSING_SECRET, fact, document.span(path), missing.label))
        return None
    return Secret(text)


class _Missing(Exception):
    """There is no secret: the fact, and what to do."""

    def __init__(self, fact: str, label: str) -> None:
        super().__init__(fact)
        self.fact = fact
        self.label = label


def _variable(setting: Setting, name: str) -> str:
    text = setting.environ.get(name)
    if not text:
        state = "not set" if text is None else "empty"
        raise _Missing(f"is in the variable {name}, which is {state}", f"set {name} where agentops runs")
    return text


def _file(document: Document, name: str) -> str:
    """Return the file's text without the line end that editors put there."""
    path = Path(document.file).parent / name
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text in UTF-8"
        raise _Missing(f"is in the file {path}, which cannot be read: {reason}", "put the secret there") from None
    if not text or len(content) > _LARGEST:
        state = "is empty" if not text else f"has more than {_LARGEST:,} bytes"
        raise _Missing(f"is in the file {path}, which {state}", "put the secret there, and nothing else")
    return text

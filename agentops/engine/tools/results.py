"""What the tool server inside answered, as the model is told it."""

from collections.abc import Callable, Mapping
from typing import Final

from agentops.engine.core.json import Json
from agentops.engine.tools.inputs import BashInput
from agentops.engine.tools.port import Outcome, text
from agentops.wire.shape import Shape

SHOWN_WHOLE: Final = 100_000
"""Longer output is shown in part. Units: characters. Source: documented, managed-agents page tools."""

NOTHING: Final = "(no output)"

_ENDS: Final = {
    "restarted": "The shell was started anew.",
    "exited": "[the shell ended with code {exit_code}; the next command runs in a new one]",
    "timed_out": "[interrupted after {timeout_s:g} s; give a longer timeout_ms (up to 600000), or run it in the "
    "background with &]",
    "cancelled": "[interrupted]",
}
_LOST: Final = "[the shell did not react and was ended; the next command runs in a new one]"


def outcome(name: str, sent: Shape, answer: Json, timeout_s: float) -> Outcome:
    """Return what came of a call."""
    if "ok" not in answer:
        return text(str(answer.get("error") or "The tool server gave no answer."), is_error=True)
    if isinstance(sent, BashInput):
        return _ran(answer["ok"], timeout_s)
    return _SAYS[name](sent.sent(), answer["ok"])


def _ran(ran: Json, timeout_s: float) -> Outcome:
    end, code = ran["end"], ran.get("exit_code")
    words = [str(ran["output"]).strip("\n") if end == "timed_out" else str(ran["output"]).rstrip("\n")]
    if ran.get("path"):
        rest = "its first 16 MiB are" if ran["is_cut"] else "it is"
        words.append(f"[the output has {ran['total']} characters; {rest} in {ran['path']}]")
    if end == "done" and code:
        words.append(f"[exit code {code}]")
    if end in _ENDS:
        words.append(_ENDS[end].format(exit_code=code, timeout_s=timeout_s))
    if end in ("timed_out", "cancelled") and not ran["is_alive"]:
        words.append(_LOST)
    is_error = bool(end == "done" and code) or end in ("timed_out", "cancelled", "exited")
    return text("\n".join(filter(None, words)) or NOTHING, is_error=is_error)


def _read(_: Json, found: Json) -> Outcome:
    if found["kind"] == "text":
        words = str(found["text"])
        if len(words) > SHOWN_WHOLE:
            left = len(words) - SHOWN_WHOLE
            words = f"{words[:SHOWN_WHOLE]}\n[{left} characters more; read them with view_range]"
        return text(words or "(the file is empty)")
    source = {"type": "base64", "media_type": found["media_type"], "data": found["data"]}
    return Outcome(({"type": found["kind"], "source": source},))


def _wrote(sent: Json, done: Json) -> Outcome:
    return text(f"{'created' if done['is_new'] else 'replaced'} {sent['file_path']} ({done['bytes']} bytes)")


def _edited(sent: Json, done: Json) -> Outcome:
    return text(f"edited {sent['file_path']} ({done['replacements']} replaced)")


def _listed(_: Json, found: Json) -> Outcome:
    return text(str(found["output"]) or NOTHING)


_SAYS: Final[Mapping[str, Callable[[Json, Json], Outcome]]] = {
    "read": _read,
    "write": _wrote,
    "edit": _edited,
    "glob": _listed,
    "grep": _listed,
}

"""A server of the Messages API with a scripted model that books flights in sessions and dreams in a character."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.dreaming.messages.scripted import Model, message

_ROLES = ("give_mark", "give_candidates", "give_operations", "give_verdict", "give_playbook")
Body = dict[str, Any]


def _nothing(_: Body) -> None:
    """Let every question of a dream be answered at once."""


@dataclass(slots=True)
class Endpoint:
    """What the model is at the moment, and what it was asked."""

    url: str = ""
    model: Model = field(default_factory=Model)
    before: Callable[[Body], None] = _nothing
    """Called with each question of a dream before it is answered; may wait."""

    asked: list[str] = field(default_factory=list)

    def play(self, model: Model, before: Callable[[Body], None] = _nothing) -> None:
        """Be another model, that was never asked."""
        self.model, self.before, self.asked = model, before, []

    def answer(self, body: Body) -> Body | None:
        """Return the message, or None when nobody answers any more."""
        if not _is_dreamt(body):
            return {**message("", {}), **_booked(body)}
        self.asked.append(json.dumps(body))
        self.before(body)
        if self.model.dies_after is not None and len(self.asked) > self.model.dies_after:
            return None
        return self.model.answer(_plain(body))


def _plain(body: Body) -> Body:
    """Return a question as it was asked: the engine sends text as blocks."""
    messages = [{**each, "content": _text(each["content"])} for each in body["messages"]]
    return {**body, "system": _text(body.get("system") or ""), "messages": messages}


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(str(each.get("text", "")) for each in content)


def _is_dreamt(body: Body) -> bool:
    tools = [each.get("name") for each in body.get("tools") or ()]
    return not tools or tools[0] in _ROLES


def _booked(body: Body) -> Body:
    """Book with a wrong amount, and once more; read a page when that is asked; else take note."""
    last = body["messages"][-1]["content"]
    told = json.dumps(last)
    if "does not add up" in told:
        return _call("book_reservation", {"payment": 305}, len(body["messages"]))
    if "tool_result" in told:
        return {"content": [{"type": "text", "text": "That is done."}], "stop_reason": "end_turn"}
    if "page" in told:
        return _call("fetch_page", {"url": "https://airline.example"}, len(body["messages"]))
    if "window seat" in told:
        return _call("book_reservation", {"payment": 300}, len(body["messages"]))
    return {"content": [{"type": "text", "text": "Noted."}], "stop_reason": "end_turn"}


def _call(tool: str, given: Body, number: int) -> Body:
    block = {"type": "tool_use", "id": f"toolu_{number}", "name": tool, "input": given}
    return {"content": [block], "stop_reason": "tool_use"}


def _streamed(said: Body) -> Iterator[Body]:
    """Yield a message as the events of its stream."""
    yield {"type": "message_start", "message": {**said, "content": [], "stop_reason": None}}
    for index, block in enumerate(said["content"]):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        words = {"text": block["text"]} if is_text else {"partial_json": json.dumps(block["input"])}
        delta = {"type": "text_delta" if is_text else "input_json_delta", **words}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": {"stop_reason": said["stop_reason"]}, "usage": said["usage"]}
    yield {"type": "message_stop"}


class _Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        """Answer as the model does, whole or as a stream."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.partition("?")[0] != "/v1/messages":
            return self._say(404, {"type": "error", "error": {"type": "not_found_error", "message": "no such path"}})
        said = self.endpoint.answer(body)
        if said is None:
            error = {"type": "error", "error": {"type": "overloaded_error", "message": "not now"}}
            return self._say(529, error)
        if not body.get("stream"):
            return self._say(200, said)
        events = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in _streamed(said))
        return self._send(200, "text/event-stream", events.encode())

    def _say(self, status: int, body: Body) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.send_header("retry-after-ms", "1")
        self.send_header("x-should-retry", "false")
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[Endpoint]:
    """Answer on a port of this machine, a thread for each request."""
    endpoint = Endpoint()
    handler = type("Handler", (_Handler,), {"endpoint": endpoint})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        endpoint.url = f"http://127.0.0.1:{server.server_port}"
        yield endpoint
        server.shutdown()
        thread.join()

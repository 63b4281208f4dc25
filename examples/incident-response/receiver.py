"""Receive webhooks and verify each with the official SDK, as a service of yours would."""

# ruff: noqa: INP001, T201 - a script beside an example: it belongs to no package, and printing is its output

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from anthropic import Anthropic
from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError

LARGEST_BODY = 64 * 1024
"""Units: bytes. A webhook names what happened, and no more."""


class Receiver(BaseHTTPRequestHandler):
    """Answers 200 to what is signed with the secret in a file, and 401 to everything else."""

    sdk = Anthropic(api_key="not needed to verify")
    secret_file: Path
    wanted = ""
    has_it = False

    def do_POST(self) -> None:
        """Verify one delivery."""
        body = self.rfile.read(min(int(self.headers.get("content-length") or 0), LARGEST_BODY))
        try:
            secret = self.secret_file.read_text().strip()
            event = self.sdk.beta.webhooks.unwrap(body.decode(), headers=dict(self.headers), key=secret)
        except (WebhookVerificationError, EmptyWebhookSecretError, OSError, ValueError):
            self._answer(401)
            return
        self._answer(200)
        print(f"verified by the SDK: {event.data.type} of {event.data.id}", flush=True)
        type(self).has_it = self.has_it or event.data.type == self.wanted

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Leave out the line that the library writes for each request."""


def main(port_file: str, secret_file: str, wanted: str) -> None:
    """Listen on a free port, write it down, and go on until an event of the wanted type came."""
    Receiver.secret_file, Receiver.wanted = Path(secret_file), wanted
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Path(port_file).write_text(str(server.server_port))
        while not Receiver.has_it:
            server.handle_request()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A registry of this machine for each manager, with packages of one file, and sandboxes that reach it by a name."""

import asyncio
import base64
import hashlib
import io
import json
import subprocess
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agentops.engine.packages.bench import Stock
from agentops.engine.packages.packages import Packages
from agentops.engine.packages.shelf import Shelf
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.egress.dialing import Stream
from agentops.engine.sandbox.egress.rules import Refused
from tests.conftest import NO_SANDBOX

HOST = "registry.test"
INDEXES = {
    "pip": f"http://{HOST}/simple",
    "npm": f"http://{HOST}/npm/",
    "apt": f"deb [trusted=yes] http://{HOST}/apt ./",
}


@dataclass
class Registry:
    """A web server, what it answers at each path, and what it was asked."""

    port: int
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def add_wheel(self, name: str, words: str) -> None:
        """Publish version 1.0 of a distribution: a module, and a command of the same name that says something."""
        file = f"{name}-1.0-py3-none-any.whl"
        data = io.BytesIO()
        files = {
            f"{name}.py": f"def main():\n    print({words!r})\n",
            f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{name}-1.0.dist-info/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
            f"{name}-1.0.dist-info/RECORD": "",
        }
        with zipfile.ZipFile(data, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        self.pages[f"/simple/{name}/"] = f'<a href="/files/{file}">{file}</a>'.encode()
        self.pages[f"/files/{file}"] = data.getvalue()

    def add_tarball(self, name: str, words: str) -> None:
        """Publish version 1.0.0 of a package of npm, likewise."""
        manifest = {"name": name, "version": "1.0.0", "bin": {name: "main.js"}, "main": "main.js"}
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as archive:
            script = f"#!/usr/bin/env node\nconsole.log({json.dumps(words)})\n"
            for path, text in (("package.json", json.dumps(manifest)), ("main.js", script)):
                entry = tarfile.TarInfo(f"package/{path}")
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text.encode()))
        digest = base64.b64encode(hashlib.sha512(data.getvalue()).digest()).decode()
        tarball = f"http://{HOST}/npm/{name}-1.0.0.tgz"
        version = {**manifest, "dist": {"tarball": tarball, "integrity": f"sha512-{digest}"}}
        known = {"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
        self.pages[f"/npm/{name}"] = json.dumps(known).encode()
        self.pages[f"/npm/{name}-1.0.0.tgz"] = data.getvalue()

    def add_deb(self, name: str, words: str, folder: Path) -> None:
        """Publish a package of Debian, likewise."""
        (folder / "DEBIAN").mkdir(parents=True)
        (folder / "usr/bin").mkdir(parents=True)
        control = f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <n@example.com>\n"
        (folder / "DEBIAN/control").write_text(f"{control}Description: Says something\n")
        (folder / "usr/bin" / name).write_text(f"#!/bin/sh\necho '{words}'\n")
        (folder / "usr/bin" / name).chmod(0o755)
        subprocess.run(["dpkg-deb", "--build", folder, f"{folder}.deb"], check=True, capture_output=True)
        data = Path(f"{folder}.deb").read_bytes()
        entry = f"{control}Filename: ./{name}.deb\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
        listed = self.pages.get("/apt/Packages", b"") + entry.encode()
        self.pages["/apt/./Packages"] = self.pages["/apt/Packages"] = listed
        self.pages[f"/apt/./{name}.deb"] = self.pages[f"/apt/{name}.deb"] = data


@dataclass
class Dialer:
    """Leads the name of the registry to this machine, and no other name anywhere."""

    port: int

    async def dial(self, host: str, port: int) -> Stream:
        if (host, port) != (HOST, 80):
            raise Refused("the name of the host leads nowhere")
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
def registry() -> Iterator[Registry]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = found.pages.get(self.path)
            found.asked[self.path] += 1
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html" if self.path.startswith("/simple") else "application/json")
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Registry(server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield found
        server.shutdown()


@pytest.fixture
async def sandboxes(registry: Registry, anyio_backend: str) -> AsyncIterator[Bubblewrap]:
    made = Bubblewrap(dialer=Dialer(registry.port))
    problem = (await made.isolation()).problem
    if problem:
        pytest.skip(f"{NO_SANDBOX}{problem}")
    yield made
    await made.close()


@pytest.fixture
async def server(sandboxes: Bubblewrap, tmp_path: Path) -> AsyncIterator[Callable[..., Packages]]:
    """Makes what a server that has just been started has; all of them share a folder."""
    made: list[Packages] = []

    def make(**more: float) -> Packages:
        made.append(Packages(Stock(sandboxes, Shelf(tmp_path / "packages"), INDEXES, **more)))
        return made[-1]

    yield make
    for each in made:
        await each.close()

"""Which answer a request to the fake forge gets: a face's, git's, or a planned fault's."""

import json
import traceback
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from tests.memory_repo.forges.fake import documents, smart_http
from tests.memory_repo.forges.fake.faces.gitea import GITEA
from tests.memory_repo.forges.fake.faces.github import GITHUB
from tests.memory_repo.forges.fake.faces.gitlab import GITLAB
from tests.memory_repo.forges.fake.faults import Dropped, Lost, Moment
from tests.memory_repo.forges.fake.repository import Refused
from tests.memory_repo.forges.fake.speech import Asked, Face, Reply, Route

if TYPE_CHECKING:
    from tests.memory_repo.forges.fake.server import FakeForge

_FACES = (GITHUB, GITEA, GITLAB)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and what becomes of it."""

    forge: "FakeForge | None"
    deed: str
    reply: Reply
    dropped: Dropped | None = None


class Answering:
    """Finds the repository and the deed, lets planned faults happen, and asks a face or git."""

    def __init__(self, forges: Mapping[str, "FakeForge"], moved: Mapping[str, str]) -> None:
        """Take the repositories, and where renamed ones are."""
        self._forges = forges
        self._moved = moved

    async def to(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Return the answer to a request."""
        for face in _FACES:
            if path.startswith(f"{face.base}/"):
                return self._by_api(face, method, path, query, headers, body)
        return await self._by_git(method, path, query, headers, body)

    def failed(self, error: Exception) -> Answered:
        """Answer that the fake forge itself is wrong, and let every test hear of it that is under way."""
        said = "".join(traceback.format_exception(error))
        for forge in self._forges.values():
            forge.violations.append(said)
        return Answered(None, "", Reply(500, {"message": said}))

    def _by_api(
        self, face: Face, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> Answered:
        route, named = _routed(face, method, path.removeprefix(face.base))
        if route is None:
            return Answered(None, "", face.error(404, "Not Found"))
        name = face.repository(named)
        if name in self._moved:
            return Answered(None, route.deed, _redirected(face, path, query, name, self._moved[name]))
        # Who a token is, is asked of no repository: the newest one's token is meant.
        forge = self._forges.get(name) if name else next(reversed(self._forges.values()), None)
        if forge is None or face.token(headers) == "":
            return Answered(forge, route.deed, face.error(404, "Not Found"))
        if face.token(headers) != forge.token.reveal():
            return Answered(forge, route.deed, face.error(401, "Bad credentials"))
        params = dict(parse_qsl(query))
        asked = Asked(forge.kept, forge.where, params, json.loads(body) if body else None, named)
        forge.violations += documents.of(face.name).faults_of_request(route.operation, params, asked.body)
        return self._with_faults(face, route, forge, asked)

    def _with_faults(self, face: Face, route: Route, forge: "FakeForge", asked: Asked) -> Answered:
        def acted() -> Reply:
            return _documented(face, route, forge, asked)

        fault = forge.faults.next(route.deed)
        if fault is None:
            return Answered(forge, route.deed, acted())
        return Answered(forge, route.deed, *fault.happens(Moment(face, forge.clock.now(), acted)))

    async def _by_git(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answered:
        name, _, service = path.lstrip("/").partition(".git/")
        if name in self._moved:
            where = f"/{self._moved[name]}.git/{service}{'?' if query else ''}{query}"
            return Answered(None, service, Reply(301, headers={"location": where}, content=b""))
        forge, deed = self._forges.get(name), smart_http.DEEDS.get(service, "")
        if forge is None or not deed:
            return Answered(forge, deed, Reply(404, content=b"Not Found"))
        if _password(headers) != forge.token.reveal():
            asks = {"www-authenticate": 'Basic realm="forge"'}
            return Answered(forge, deed, Reply(401, headers=asks, content=b"Unauthorized"))
        fault = forge.faults.next(deed)
        if fault and not isinstance(fault, Lost):
            return Answered(forge, deed, *fault.happens(Moment(GITHUB, forge.clock.now(), lambda: Reply(500))))
        scope = {"method": method, "query": query}
        reply = await smart_http.served(forge.kept.folder, service, scope, headers, body)
        return Answered(forge, deed, reply, Dropped.CLOSED if fault else None)


def _routed(face: Face, method: str, path: str) -> tuple[Route | None, Mapping[str, str]]:
    for route in face.routes:
        named = route.named(method, path)
        if named is not None:
            return route, named
    return None, {}


def _redirected(face: Face, path: str, query: str, old: str, new: str) -> Reply:
    where = path.replace(old.replace("/", "%2F"), new.replace("/", "%2F")).replace(old, new)
    where += f"?{query}" if query else ""
    return Reply(301, {"message": "Moved Permanently", "url": where}, {"location": where})


def _documented(face: Face, route: Route, forge: "FakeForge", asked: Asked) -> Reply:
    """Return a face's own answer, complete and as the vendor's document wants it."""
    try:
        reply = route.does(asked)
    except Refused as refused:
        reply = face.refused(route.deed, refused)
    document = documents.of(face.name)
    data = document.filled(route.operation, reply.status, reply.data)
    forge.violations += document.faults_of_answer(route.operation, reply.status, data)
    return Reply(reply.status, data, reply.headers)


def _password(headers: Mapping[str, str]) -> str:
    kind, _, coded = headers.get("authorization", "").partition(" ")
    return b64decode(coded).decode().partition(":")[2] if kind == "Basic" else ""

"""What people call the objects that events are of, for who reads messages; ids tell them apart."""

from agentops.engine.core.json import Json, parsed
from agentops.engine.store.agents import Agents
from agentops.engine.store.deployment_runs import DeploymentRuns
from agentops.engine.store.deployments import Deployments
from agentops.engine.store.documents import Environments, MemoryStores, Vaults
from agentops.engine.store.port import Transaction
from agentops.engine.store.sessions import Sessions


class Names:
    """The names of one workspace's objects."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def of(self, event_type: str, object_id: str) -> str:
        """Return the name of what an event is of; nothing for what is gone, or has none."""
        match event_type.partition(".")[0]:
            case "session":
                return self._session(object_id)
            case "deployment_run":
                run = DeploymentRuns(self._tx, self._workspace).get(object_id)
                return self._deployment(run.deployment_id) if run else ""
            case "deployment":
                return self._deployment(object_id)
            case "agent":
                agent = Agents(self._tx, self._workspace).get(object_id)
                return _named(parsed(agent.body)) if agent else ""
            case "environment":
                return self._document(Environments, object_id)
            case "memory_store":
                return self._document(MemoryStores, object_id)
            case "vault":
                return self._document(Vaults, object_id)
            case _:
                return ""

    def _session(self, session_id: str) -> str:
        """Return a session's title, or whose session it is."""
        session = Sessions(self._tx, self._workspace).get(session_id)
        if session is None:
            return ""
        return str(parsed(session.fields).get("title") or _named(parsed(session.agent)))

    def _deployment(self, deployment_id: str) -> str:
        found = Deployments(self._tx, self._workspace).get(deployment_id)
        return _named(parsed(found.body)) if found else ""

    def _document(self, kind: type[Environments] | type[MemoryStores] | type[Vaults], object_id: str) -> str:
        found = kind(self._tx, self._workspace).get(object_id)
        return _named(parsed(found.body)) if found else ""


def _named(body: Json) -> str:
    return str(body.get("name") or body.get("display_name") or "")

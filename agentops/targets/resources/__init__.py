"""How each kind of live object is listed, read and written; kinds of the plain sort need one line here."""

from collections.abc import Mapping

from agentops.reconcile.objects import ObjectKind
from agentops.targets.resources.collection import Collection
from agentops.targets.resources.credentials import Credentials
from agentops.targets.resources.extension import Extension
from agentops.targets.resources.memory_stores import MemoryStores
from agentops.targets.resources.skills import Skills

RESOURCES: Mapping[ObjectKind, Collection] = {
    ObjectKind.DEPLOYMENT: Collection(ObjectKind.DEPLOYMENT, lambda beta: beta.deployments),
    ObjectKind.DREAM_SCHEDULE: Extension(ObjectKind.DREAM_SCHEDULE),
    ObjectKind.WEBHOOK: Extension(ObjectKind.WEBHOOK),
    ObjectKind.AGENT: Collection(ObjectKind.AGENT, lambda beta: beta.agents),
    ObjectKind.ENVIRONMENT: Collection(ObjectKind.ENVIRONMENT, lambda beta: beta.environments),
    ObjectKind.MEMORY_STORE: MemoryStores(ObjectKind.MEMORY_STORE, lambda beta: beta.memory_stores),
    ObjectKind.VAULT: Collection(ObjectKind.VAULT, lambda beta: beta.vaults),
    ObjectKind.SKILL: Skills(ObjectKind.SKILL, lambda beta: beta.skills),
    ObjectKind.CREDENTIAL: Credentials(ObjectKind.CREDENTIAL, lambda beta: beta.vaults.credentials),
}

"""Every table, in numbered steps: forward only, append only, never edited once released."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentops.base.errors import StorageError
from agentops.engine.store.port import Transaction


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; its number is its place in the list, from 1."""

    name: str
    statements: tuple[str, ...]
    """Portable SQL; `{text}`, `{integer}` and `{serial}` stand for what a driver spells in its own way."""


_API_KEYS = """
CREATE TABLE api_keys (
  id {text} PRIMARY KEY, workspace_id {text} NOT NULL, key_hash {text} NOT NULL UNIQUE,
  created_at {text} NOT NULL, revoked_at {text})"""

_AGENTS = """
CREATE TABLE agents (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, version {integer} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_AGENT_VERSIONS = """
CREATE TABLE agent_versions (
  workspace_id {text} NOT NULL, agent_id {text} NOT NULL, version {integer} NOT NULL,
  body {text} NOT NULL, multiagent {text} NOT NULL,
  PRIMARY KEY (workspace_id, agent_id, version),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE)"""

_ENVIRONMENTS = """
CREATE TABLE environments (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_MEMORY_STORES = """
CREATE TABLE memory_stores (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_MEMORIES = """
CREATE TABLE memories (
  workspace_id {text} NOT NULL, store_id {text} NOT NULL, id {text} NOT NULL, path {text} NOT NULL,
  version_id {text} NOT NULL, content_sha256 {text} NOT NULL, content_size_bytes {integer} NOT NULL,
  created_at {text} NOT NULL, updated_at {text} NOT NULL, content {text} NOT NULL,
  PRIMARY KEY (workspace_id, store_id, id),
  UNIQUE (workspace_id, store_id, path),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE)"""

_MEMORY_VERSIONS = """
CREATE TABLE memory_versions (
  seq {serial}, workspace_id {text} NOT NULL, store_id {text} NOT NULL, id {text} NOT NULL,
  memory_id {text} NOT NULL, operation {text} NOT NULL, path {text}, content_sha256 {text},
  content_size_bytes {integer}, created_at {text} NOT NULL, created_by_type {text} NOT NULL,
  created_by_id {text} NOT NULL, redacted_at {text}, redacted_by_type {text}, redacted_by_id {text}, content {text},
  UNIQUE (workspace_id, store_id, id),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE)"""

_BLOBS = """
CREATE TABLE blobs (
  owner {text} PRIMARY KEY, sha256 {text} NOT NULL, size_bytes {integer} NOT NULL,
  state {text} NOT NULL, since {text} NOT NULL)"""

_FILES = """
CREATE TABLE files (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, scope_id {text}, expires_at {text}, gone_at {text}, due_at {text},
  UNIQUE (workspace_id, id))"""

_SERVER_KEY = """
CREATE TABLE server_key (
  number {integer} PRIMARY KEY, key_id {text} NOT NULL, created_at {text} NOT NULL)"""

_DATA_KEYS = """
CREATE TABLE data_keys (
  scope {text} NOT NULL, owner {text} NOT NULL, wrapped {text} NOT NULL,
  PRIMARY KEY (scope, owner))"""

_SECRETS = """
CREATE TABLE secrets (
  scope {text} NOT NULL, owner {text} NOT NULL, holder {text} NOT NULL, name {text} NOT NULL, sealed {text} NOT NULL,
  PRIMARY KEY (scope, owner, holder, name))"""

_VAULTS = """
CREATE TABLE vaults (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_CREDENTIALS = """
CREATE TABLE credentials (
  seq {serial}, workspace_id {text} NOT NULL, vault_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text}, active_key {text},
  UNIQUE (workspace_id, vault_id, id),
  UNIQUE (workspace_id, vault_id, active_key),
  FOREIGN KEY (workspace_id, vault_id) REFERENCES vaults (workspace_id, id) ON DELETE CASCADE)"""

_WEBHOOKS = """
CREATE TABLE webhooks (
  seq {serial}, organization_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (organization_id, id))"""

_SKILLS = """
CREATE TABLE skills (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_SKILL_VERSIONS = """
CREATE TABLE skill_versions (
  seq {serial}, workspace_id {text} NOT NULL, skill_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (workspace_id, skill_id, id),
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skills (workspace_id, id) ON DELETE CASCADE)"""

MIGRATIONS = (
    Migration(
        "agents, environments, memory",
        (
            _API_KEYS,
            _AGENTS,
            "CREATE INDEX agents_by_age ON agents (workspace_id, created_at, seq)",
            _AGENT_VERSIONS,
            _ENVIRONMENTS,
            "CREATE INDEX environments_by_age ON environments (workspace_id, created_at, seq)",
            _MEMORY_STORES,
            "CREATE INDEX memory_stores_by_age ON memory_stores (workspace_id, created_at, seq)",
            _MEMORIES,
            _MEMORY_VERSIONS,
            "CREATE INDEX memory_versions_by_age ON memory_versions (workspace_id, store_id, created_at, seq)",
            "CREATE INDEX memory_versions_of ON memory_versions (workspace_id, store_id, memory_id, created_at, seq)",
        ),
    ),
    Migration(
        "files",
        (
            _BLOBS,
            "CREATE INDEX blobs_by_state ON blobs (state, since)",
            _FILES,
            "CREATE INDEX files_by_age ON files (workspace_id, created_at, seq)",
            "CREATE INDEX files_by_due ON files (due_at)",
        ),
    ),
    Migration(
        "vaults",
        (
            _SERVER_KEY,
            _DATA_KEYS,
            _SECRETS,
            _VAULTS,
            "CREATE INDEX vaults_by_age ON vaults (workspace_id, created_at, seq)",
            _CREDENTIALS,
            "CREATE INDEX credentials_by_age ON credentials (workspace_id, vault_id, created_at, seq)",
        ),
    ),
    Migration(
        "webhooks",
        (_WEBHOOKS, "CREATE INDEX webhooks_by_age ON webhooks (organization_id, created_at, seq)"),
    ),
    Migration(
        "skills",
        (
            _SKILLS,
            "CREATE INDEX skills_by_age ON skills (workspace_id, created_at, seq)",
            _SKILL_VERSIONS,
            "CREATE INDEX skill_versions_by_age ON skill_versions (workspace_id, skill_id, created_at, seq)",
        ),
    ),
)

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  number {integer} PRIMARY KEY, name {text} NOT NULL, applied_at {text} NOT NULL)"""


def migrate(tx: Transaction, spelling: Mapping[str, str], *, at: str) -> None:
    """Apply the steps that the database lacks; the caller holds the only write transaction.

    Raises:
        StorageError: a newer version wrote the database, or its record is not a beginning of ours.
    """
    tx.run(_RECORD.format_map(spelling))
    done = applied(tx)
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        for statement in migration.statements:
            tx.run(statement.format_map(spelling))
        tx.run(
            "INSERT INTO schema_migrations (number, name, applied_at) VALUES (:number, :name, :at)",
            {"number": number, "name": migration.name, "at": at},
        )


def applied(tx: Transaction) -> int:
    """Return how many steps the database has.

    Raises:
        StorageError: a newer version wrote the database, or its record is not a beginning of ours.
    """
    record = tx.all("SELECT number, name FROM schema_migrations ORDER BY number")
    if len(record) > len(MIGRATIONS):
        raise StorageError(
            f"The database has schema {len(record)}; this version of agentops knows {len(MIGRATIONS)}.",
            hint="Start the newer agentops that wrote it, or name another database.",
        )
    if record != [(number, each.name) for number, each in enumerate(MIGRATIONS[: len(record)], start=1)]:
        raise StorageError(
            "The database's record of its schema is not one that agentops wrote.",
            hint="Restore it from a backup, or name another database.",
        )
    return len(record)

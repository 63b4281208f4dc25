"""Keys, agents and their versions, environments, memory stores and what is in them."""

from agentops.engine.store.tables.step import Migration

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

STEP = Migration(
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
)

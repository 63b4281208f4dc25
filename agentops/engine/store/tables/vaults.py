"""Vaults and credentials, and the sealed secrets apart from both."""

from agentops.engine.store.tables.step import Migration

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

STEP = Migration(
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
)

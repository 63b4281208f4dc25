-- A database as the first version with memories left it, by `sqlite3 engine.db .dump`: it must open for ever.
BEGIN TRANSACTION;
CREATE TABLE agent_versions (
  workspace_id TEXT NOT NULL, agent_id TEXT NOT NULL, version INTEGER NOT NULL,
  body TEXT NOT NULL, multiagent TEXT NOT NULL,
  PRIMARY KEY (workspace_id, agent_id, version),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE);
INSERT INTO "agent_versions" VALUES('wrkspc_default','agent_0192rNrTfmq89VbtfQ5iFT4z',1,'{"type":"agent","id":"agent_0192rNrTfmq89VbtfQ5iFT4z","version":1,"name":"Reviewer","model":{"id":"claude-opus-4-5","effort":{"type":"high"},"speed":"standard","inference_geo":null},"description":null,"system":"Review what you are given.","tools":[],"mcp_servers":[],"skills":[],"metadata":{},"execution_identity":{"type":"service_account"},"multiagent":null,"created_at":"2026-11-21T12:00:00.000000Z","updated_at":"2026-11-21T12:00:00.000000Z"}','{}');
INSERT INTO "agent_versions" VALUES('wrkspc_default','agent_0192rNrTfmq89VbtfQ5iFT4z',2,'{"type":"agent","id":"agent_0192rNrTfmq89VbtfQ5iFT4z","version":2,"name":"Reviewer","model":{"id":"claude-opus-4-5","effort":{"type":"high"},"speed":"standard","inference_geo":null},"description":"Second version","system":"Review what you are given.","tools":[],"mcp_servers":[],"skills":[],"metadata":{},"execution_identity":{"type":"service_account"},"multiagent":null,"created_at":"2026-11-21T12:00:00.000000Z","updated_at":"2026-11-21T12:00:00.000000Z"}','{}');
CREATE TABLE agents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace_id TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  created_at TEXT NOT NULL, archived_at TEXT,
  UNIQUE (workspace_id, id));
INSERT INTO "agents" VALUES(1,'wrkspc_default','agent_0192rNrTfmq89VbtfQ5iFT4z',2,'2026-11-21T12:00:00.000000Z',NULL);
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL, revoked_at TEXT);
INSERT INTO "api_keys" VALUES('apikey_01wFfuETFCeyToFRgxTtGNhW','wrkspc_default','62ad7b342ad389df3494b5dc803e04e8220a6dbffff7b4f2a9d26320d239e606','2026-11-21T12:00:00.000000Z',NULL);
CREATE TABLE environments (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  created_at TEXT NOT NULL, archived_at TEXT,
  UNIQUE (workspace_id, id));
INSERT INTO "environments" VALUES(1,'wrkspc_default','env_01bx43kr91GQNVSrjcHxDhZx','{"type":"environment","id":"env_01bx43kr91GQNVSrjcHxDhZx","name":"Workshop","description":null,"config":{"type":"cloud","networking":{"type":"unrestricted"},"packages":{"type":"packages","apt":[],"cargo":[],"gem":[],"go":[],"npm":[],"pip":[]}},"metadata":{},"scope":"organization","created_at":"2026-11-21T12:00:00.000000Z","updated_at":"2026-11-21T12:00:00.000000Z","archived_at":null}','2026-11-21T12:00:00.000000Z',NULL);
CREATE TABLE memories (
  workspace_id TEXT NOT NULL, store_id TEXT NOT NULL, id TEXT NOT NULL, path TEXT NOT NULL,
  version_id TEXT NOT NULL, content_sha256 TEXT NOT NULL, content_size_bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (workspace_id, store_id, id),
  UNIQUE (workspace_id, store_id, path),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE);
INSERT INTO "memories" VALUES('wrkspc_default','memstore_01w4LWTN4Hzv2cHKbJRY8DDH','mem_01YoVJ2cWe2Dso8WbVzkuZfb','/a.md','memver_01Ve3GhGTqWVHrCj7CNyCtxv','1e8bbbab2a0b0e51cce5a6867182b081c60b35e2512744847021b624729a8218',7,'2026-11-21T12:00:00.000000Z','2026-11-21T12:00:00.000000Z','"Second."');
CREATE TABLE memory_stores (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace_id TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  created_at TEXT NOT NULL, archived_at TEXT,
  UNIQUE (workspace_id, id));
INSERT INTO "memory_stores" VALUES(1,'wrkspc_default','memstore_01w4LWTN4Hzv2cHKbJRY8DDH','{"type":"memory_store","id":"memstore_01w4LWTN4Hzv2cHKbJRY8DDH","name":"Notes","description":"","metadata":{},"created_at":"2026-11-21T12:00:00.000000Z","updated_at":"2026-11-21T12:00:00.000000Z","archived_at":null}','2026-11-21T12:00:00.000000Z',NULL);
CREATE TABLE memory_versions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace_id TEXT NOT NULL, store_id TEXT NOT NULL, id TEXT NOT NULL,
  memory_id TEXT NOT NULL, operation TEXT NOT NULL, path TEXT, content_sha256 TEXT,
  content_size_bytes INTEGER, created_at TEXT NOT NULL, created_by_type TEXT NOT NULL,
  created_by_id TEXT NOT NULL, redacted_at TEXT, redacted_by_type TEXT, redacted_by_id TEXT, content TEXT,
  UNIQUE (workspace_id, store_id, id),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE);
INSERT INTO "memory_versions" VALUES(1,'wrkspc_default','memstore_01w4LWTN4Hzv2cHKbJRY8DDH','memver_01L3pMYPceTvMmuNpYfdxWT6','mem_01YoVJ2cWe2Dso8WbVzkuZfb','created','/a.md','6ccbae3c549451073bfcd5d56254fc65cba81b7c44192ef9fb4e68b91872d342',6,'2026-11-21T12:00:00.000000Z','api_actor','apikey_01wFfuETFCeyToFRgxTtGNhW',NULL,NULL,NULL,'"First."');
INSERT INTO "memory_versions" VALUES(2,'wrkspc_default','memstore_01w4LWTN4Hzv2cHKbJRY8DDH','memver_01Ve3GhGTqWVHrCj7CNyCtxv','mem_01YoVJ2cWe2Dso8WbVzkuZfb','modified','/a.md','1e8bbbab2a0b0e51cce5a6867182b081c60b35e2512744847021b624729a8218',7,'2026-11-21T12:00:00.000000Z','api_actor','apikey_01wFfuETFCeyToFRgxTtGNhW',NULL,NULL,NULL,'"Second."');
CREATE TABLE schema_migrations (
  number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'agents, environments, memory','2026-11-21T12:00:00.000000Z');
CREATE INDEX agents_by_age ON agents (workspace_id, created_at, seq);
CREATE INDEX environments_by_age ON environments (workspace_id, created_at, seq);
CREATE INDEX memory_stores_by_age ON memory_stores (workspace_id, created_at, seq);
CREATE INDEX memory_versions_by_age ON memory_versions (workspace_id, store_id, created_at, seq);
CREATE INDEX memory_versions_of ON memory_versions (workspace_id, store_id, memory_id, created_at, seq);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('agents',1);
INSERT INTO "sqlite_sequence" VALUES('environments',1);
INSERT INTO "sqlite_sequence" VALUES('memory_stores',1);
INSERT INTO "sqlite_sequence" VALUES('memory_versions',2);
COMMIT;

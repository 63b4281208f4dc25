-- agents, environments, memory
CREATE TABLE api_keys (
  id {text} PRIMARY KEY, workspace_id {text} NOT NULL, key_hash {text} NOT NULL UNIQUE,
  created_at {text} NOT NULL, revoked_at {text});
CREATE TABLE agents (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, version {integer} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX agents_by_age ON agents (workspace_id, created_at, seq);
CREATE TABLE agent_versions (
  workspace_id {text} NOT NULL, agent_id {text} NOT NULL, version {integer} NOT NULL,
  body {text} NOT NULL, multiagent {text} NOT NULL,
  PRIMARY KEY (workspace_id, agent_id, version),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agents (workspace_id, id) ON DELETE CASCADE);
CREATE TABLE environments (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX environments_by_age ON environments (workspace_id, created_at, seq);
CREATE TABLE memory_stores (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX memory_stores_by_age ON memory_stores (workspace_id, created_at, seq);
CREATE TABLE memories (
  workspace_id {text} NOT NULL, store_id {text} NOT NULL, id {text} NOT NULL, path {text} NOT NULL,
  version_id {text} NOT NULL, content_sha256 {text} NOT NULL, content_size_bytes {integer} NOT NULL,
  created_at {text} NOT NULL, updated_at {text} NOT NULL, content {text} NOT NULL,
  PRIMARY KEY (workspace_id, store_id, id),
  UNIQUE (workspace_id, store_id, path),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE);
CREATE TABLE memory_versions (
  seq {serial}, workspace_id {text} NOT NULL, store_id {text} NOT NULL, id {text} NOT NULL,
  memory_id {text} NOT NULL, operation {text} NOT NULL, path {text}, content_sha256 {text},
  content_size_bytes {integer}, created_at {text} NOT NULL, created_by_type {text} NOT NULL,
  created_by_id {text} NOT NULL, redacted_at {text}, redacted_by_type {text}, redacted_by_id {text}, content {text},
  UNIQUE (workspace_id, store_id, id),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX memory_versions_by_age ON memory_versions (workspace_id, store_id, created_at, seq);
CREATE INDEX memory_versions_of ON memory_versions (workspace_id, store_id, memory_id, created_at, seq);

-- files
CREATE TABLE blobs (
  owner {text} PRIMARY KEY, sha256 {text} NOT NULL, size_bytes {integer} NOT NULL,
  state {text} NOT NULL, since {text} NOT NULL);
CREATE INDEX blobs_by_state ON blobs (state, since);
CREATE TABLE files (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, scope_id {text}, expires_at {text}, gone_at {text}, due_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX files_by_age ON files (workspace_id, created_at, seq);
CREATE INDEX files_by_due ON files (due_at);

-- vaults
CREATE TABLE server_key (
  number {integer} PRIMARY KEY, key_id {text} NOT NULL, created_at {text} NOT NULL);
CREATE TABLE data_keys (
  scope {text} NOT NULL, owner {text} NOT NULL, wrapped {text} NOT NULL,
  PRIMARY KEY (scope, owner));
CREATE TABLE secrets (
  scope {text} NOT NULL, owner {text} NOT NULL, holder {text} NOT NULL, name {text} NOT NULL, sealed {text} NOT NULL,
  PRIMARY KEY (scope, owner, holder, name));
CREATE TABLE vaults (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX vaults_by_age ON vaults (workspace_id, created_at, seq);
CREATE TABLE credentials (
  seq {serial}, workspace_id {text} NOT NULL, vault_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text}, active_key {text},
  UNIQUE (workspace_id, vault_id, id),
  UNIQUE (workspace_id, vault_id, active_key),
  FOREIGN KEY (workspace_id, vault_id) REFERENCES vaults (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX credentials_by_age ON credentials (workspace_id, vault_id, created_at, seq);

-- webhooks
CREATE TABLE webhooks (
  seq {serial}, organization_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (organization_id, id));
CREATE INDEX webhooks_by_age ON webhooks (organization_id, created_at, seq);

-- skills
CREATE TABLE skills (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX skills_by_age ON skills (workspace_id, created_at, seq);
CREATE TABLE skill_versions (
  seq {serial}, workspace_id {text} NOT NULL, skill_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (workspace_id, skill_id, id),
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skills (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX skill_versions_by_age ON skill_versions (workspace_id, skill_id, created_at, seq);

-- extensions
CREATE TABLE workspace_webhooks (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX workspace_webhooks_by_age ON workspace_webhooks (workspace_id, created_at, seq);
CREATE TABLE dream_schedules (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX dream_schedules_by_age ON dream_schedules (workspace_id, created_at, seq);

-- work
CREATE TABLE work (
  seq {serial}, workspace_id {text} NOT NULL, environment_id {text} NOT NULL, id {text} NOT NULL,
  session_id {text} NOT NULL, state {text} NOT NULL, metadata {text} NOT NULL, created_at {text} NOT NULL,
  queued_at {text} NOT NULL, claim {integer} NOT NULL, ttl_seconds {integer} NOT NULL, claimed_at {text},
  acknowledged_at {text}, started_at {text}, latest_heartbeat_at {text}, lease_until {text},
  stop_requested_at {text}, stopped_at {text},
  UNIQUE (workspace_id, id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX work_by_age ON work (workspace_id, environment_id, created_at, seq);
CREATE INDEX work_open ON work (workspace_id, environment_id, seq) WHERE stopped_at IS NULL;
CREATE INDEX work_by_session ON work (workspace_id, session_id);
CREATE TABLE work_tokens (
  token_hash {text} PRIMARY KEY, workspace_id {text} NOT NULL, work_id {text} NOT NULL, claim {integer} NOT NULL,
  FOREIGN KEY (workspace_id, work_id) REFERENCES work (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX work_tokens_by_work ON work_tokens (workspace_id, work_id);
CREATE TABLE work_pollers (
  workspace_id {text} NOT NULL, environment_id {text} NOT NULL, worker_id {text} NOT NULL, polled_at {text} NOT NULL,
  PRIMARY KEY (workspace_id, environment_id, worker_id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE);
CREATE TABLE environment_keys (
  seq {serial}, workspace_id {text} NOT NULL, environment_id {text} NOT NULL, id {text} NOT NULL,
  name {text} NOT NULL, key_hash {text} NOT NULL UNIQUE, created_at {text} NOT NULL, revoked_at {text},
  UNIQUE (workspace_id, environment_id, id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX environment_keys_by_age ON environment_keys (workspace_id, environment_id, created_at, seq);

-- sessions
CREATE TABLE sessions (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, status {text} NOT NULL,
  agent_id {text} NOT NULL, agent_version {integer} NOT NULL, environment_id {text} NOT NULL, deployment_id {text},
  config {text} NOT NULL, agent {text} NOT NULL, fields {text} NOT NULL, progress {text} NOT NULL,
  created_at {text} NOT NULL, updated_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX sessions_by_age ON sessions (workspace_id, created_at, seq);
CREATE INDEX sessions_by_agent ON sessions (workspace_id, agent_id, created_at, seq);
CREATE INDEX sessions_by_deployment ON sessions (workspace_id, deployment_id, created_at, seq);
CREATE INDEX sessions_by_environment ON sessions (workspace_id, environment_id);
CREATE TABLE session_resources (
  seq {serial}, workspace_id {text} NOT NULL, session_id {text} NOT NULL, id {text} NOT NULL,
  body {text} NOT NULL, file_id {text}, memory_store_id {text},
  UNIQUE (workspace_id, session_id, id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX session_resources_in_order ON session_resources (workspace_id, session_id, seq);
CREATE INDEX session_resources_by_file ON session_resources (workspace_id, file_id);
CREATE INDEX session_resources_by_store ON session_resources (workspace_id, memory_store_id, session_id);
CREATE TABLE session_events (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, seq {integer} NOT NULL, id {text} NOT NULL,
  type {text} NOT NULL, processed_at {text}, body {text} NOT NULL,
  PRIMARY KEY (workspace_id, session_id, seq),
  UNIQUE (workspace_id, session_id, id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX session_events_in_order
        ON session_events (workspace_id, session_id, (COALESCE(processed_at, '~')), seq);
CREATE TABLE blob_shares (owner {text} PRIMARY KEY, lender {text} NOT NULL);
CREATE INDEX blob_shares_by_lender ON blob_shares (lender);

-- deployments
CREATE TABLE deployments (
  seq {serial}, organization_id {text} NOT NULL, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  agent_id {text} NOT NULL, status {text} NOT NULL, is_scheduled {integer} NOT NULL, last_run_at {text},
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX deployments_by_age ON deployments (workspace_id, created_at, seq);
CREATE INDEX deployments_by_agent ON deployments (workspace_id, agent_id, created_at, seq);
CREATE INDEX deployments_by_schedule ON deployments (organization_id, is_scheduled);
CREATE TABLE deployment_runs (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL, deployment_id {text} NOT NULL,
  trigger_type {text} NOT NULL, scheduled_at {text}, has_error {integer} NOT NULL, created_at {text} NOT NULL,
  UNIQUE (workspace_id, id),
  UNIQUE (workspace_id, deployment_id, scheduled_at),
  FOREIGN KEY (workspace_id, deployment_id) REFERENCES deployments (workspace_id, id));
CREATE INDEX deployment_runs_by_age ON deployment_runs (workspace_id, created_at, seq);
CREATE INDEX deployment_runs_of ON deployment_runs (workspace_id, deployment_id, created_at, seq);

-- runs
ALTER TABLE session_events ADD COLUMN received_seq {integer};
ALTER TABLE session_events ADD COLUMN kept {text};
ALTER TABLE sessions ADD COLUMN is_stirred {integer} NOT NULL DEFAULT 0;
CREATE INDEX sessions_with_work ON sessions (id)
        WHERE is_stirred = 1 OR status IN ('running', 'rescheduling');
CREATE TABLE run_claims (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, runner_id {text} NOT NULL,
  PRIMARY KEY (workspace_id, session_id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX run_claims_by_runner ON run_claims (runner_id);
CREATE TABLE runners (
  id {text} PRIMARY KEY, host {text} NOT NULL, process {text} NOT NULL, seen_at {text} NOT NULL);

-- threads
ALTER TABLE session_events ADD COLUMN thread_id {text};
ALTER TABLE session_events ADD COLUMN is_crossposted {integer} NOT NULL DEFAULT 0;
DROP INDEX session_events_in_order;
CREATE INDEX session_events_shown
        ON session_events (workspace_id, session_id, (COALESCE(processed_at, '~')), seq)
        WHERE thread_id IS NULL OR is_crossposted = 1;
CREATE INDEX session_events_of_threads
        ON session_events (workspace_id, session_id, thread_id, (COALESCE(processed_at, '~')), seq)
        WHERE thread_id IS NOT NULL;
CREATE TABLE session_threads (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, id {text} NOT NULL, seq {integer} NOT NULL,
  parent_id {text} NOT NULL, agent {text} NOT NULL, status {text} NOT NULL, progress {text} NOT NULL,
  workflow_run_id {text}, created_at {text} NOT NULL, updated_at {text} NOT NULL, archived_at {text},
  PRIMARY KEY (workspace_id, session_id, id),
  UNIQUE (workspace_id, session_id, seq),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE);

-- evaluations
CREATE TABLE outcome_evaluations (
  seq {serial}, workspace_id {text} NOT NULL, session_id {text} NOT NULL, outcome_id {text} NOT NULL,
  iteration {integer} NOT NULL, rubric_title {text}, agent_id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (workspace_id, session_id, outcome_id, iteration),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE);
CREATE INDEX outcome_evaluations_by_age ON outcome_evaluations (workspace_id, created_at, seq);
CREATE INDEX outcome_evaluations_by_session
        ON outcome_evaluations (workspace_id, session_id, created_at, seq);
CREATE INDEX outcome_evaluations_by_rubric
        ON outcome_evaluations (workspace_id, rubric_title, created_at, seq);
CREATE INDEX outcome_evaluations_by_agent ON outcome_evaluations (workspace_id, agent_id, created_at, seq);

-- dreams
CREATE TABLE dreams (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, status {text} NOT NULL,
  store_id {text} NOT NULL, updates_input {integer} NOT NULL, request {text} NOT NULL, progress {text} NOT NULL,
  session_id {text}, runner_id {text},
  created_at {text} NOT NULL, started_at {text}, ended_at {text}, archived_at {text},
  UNIQUE (workspace_id, id));
CREATE INDEX dreams_by_age ON dreams (workspace_id, created_at, seq);
CREATE INDEX dreams_at_work ON dreams (workspace_id, store_id)
        WHERE status IN ('pending', 'running') OR runner_id IS NOT NULL;
CREATE TABLE dream_operations (
  workspace_id {text} NOT NULL, dream_id {text} NOT NULL, seq {integer} NOT NULL, standing {text} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (workspace_id, dream_id, seq),
  FOREIGN KEY (workspace_id, dream_id) REFERENCES dreams (workspace_id, id) ON DELETE CASCADE);
CREATE TABLE dream_ledgers (
  workspace_id {text} NOT NULL, store_id {text} NOT NULL, body {text} NOT NULL,
  PRIMARY KEY (workspace_id, store_id),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE);
ALTER TABLE sessions ADD COLUMN dream_id {text};

-- deliveries
CREATE TABLE deliveries (
  seq {serial}, owner_id {text} NOT NULL, id {text} NOT NULL, endpoint_id {text} NOT NULL, event_id {text} NOT NULL,
  event_type {text} NOT NULL, body {text} NOT NULL, status {text} NOT NULL, attempts {integer} NOT NULL,
  due_at {text}, runner_id {text}, created_at {text} NOT NULL, ended_at {text}, reason {text},
  UNIQUE (owner_id, id));
CREATE INDEX deliveries_free ON deliveries (endpoint_id, due_at, seq)
        WHERE status = 'pending' AND runner_id IS NULL;
CREATE INDEX deliveries_held ON deliveries (runner_id, seq)
        WHERE status = 'pending' AND runner_id IS NOT NULL;
CREATE INDEX deliveries_of ON deliveries (owner_id, endpoint_id, created_at, seq);
CREATE TABLE delivery_attempts (
  owner_id {text} NOT NULL, delivery_id {text} NOT NULL, number {integer} NOT NULL, at {text} NOT NULL,
  took_ms {integer} NOT NULL, status {integer}, problem {text} NOT NULL,
  PRIMARY KEY (owner_id, delivery_id, number),
  FOREIGN KEY (owner_id, delivery_id) REFERENCES deliveries (owner_id, id) ON DELETE CASCADE);
CREATE TABLE endpoint_health (
  owner_id {text} NOT NULL, endpoint_id {text} NOT NULL, failing_since {text}, failures {integer} NOT NULL,
  PRIMARY KEY (owner_id, endpoint_id));

-- firings
ALTER TABLE deployments ADD COLUMN due_at {text};
ALTER TABLE deployments ADD COLUMN fires_at {text};
CREATE INDEX deployments_by_firing ON deployments (fires_at, seq) WHERE fires_at IS NOT NULL;

-- control
CREATE TABLE leases (
  name {text} PRIMARY KEY, holder {text} NOT NULL, until {text} NOT NULL);
CREATE TABLE followed_repositories (
  name {text} PRIMARY KEY, body {text} NOT NULL, updated_at {text} NOT NULL);

-- census
CREATE INDEX sessions_by_status ON sessions (status) WHERE archived_at IS NULL AND dream_id IS NULL;
CREATE INDEX dreams_by_status ON dreams (status) WHERE archived_at IS NULL;
CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE status = 'pending';

-- retention
CREATE INDEX sessions_ended ON sessions (updated_at, seq) WHERE status = 'terminated';
CREATE INDEX deliveries_ended ON deliveries (ended_at, seq) WHERE ended_at IS NOT NULL;
CREATE INDEX deployment_runs_ended ON deployment_runs (created_at, seq);

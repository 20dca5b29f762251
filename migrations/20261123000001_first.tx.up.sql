CREATE TABLE meta (
  name VARCHAR(64) PRIMARY KEY,
  value TEXT NOT NULL
);
--bun:split
CREATE TABLE nodes (
  number BIGINT PRIMARY KEY,
  boot VARCHAR(64) NOT NULL,
  lease_until TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE job_leases (
  name VARCHAR(64) PRIMARY KEY,
  node BIGINT NOT NULL,
  lease_until TIMESTAMPTZ NOT NULL,
  ran_at TIMESTAMPTZ
);
--bun:split
CREATE TABLE sites (
  id BIGINT PRIMARY KEY,
  site_key VARCHAR(64) NOT NULL UNIQUE,
  name TEXT NOT NULL,
  domains TEXT NOT NULL DEFAULT '[]',
  accent VARCHAR(7) NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  greeting TEXT NOT NULL DEFAULT '',
  position VARCHAR(8) NOT NULL DEFAULT 'right',
  theme VARCHAR(8) NOT NULL DEFAULT 'auto',
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE people (
  id BIGINT PRIMARY KEY,
  kind VARCHAR(8) NOT NULL,
  site_id BIGINT NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '',
  avatar TEXT NOT NULL DEFAULT '',
  email VARCHAR(254) UNIQUE,
  password_hash TEXT NOT NULL DEFAULT '',
  locale VARCHAR(8) NOT NULL DEFAULT 'en',
  disabled_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE roles (
  site_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  role VARCHAR(16) NOT NULL,
  PRIMARY KEY (site_id, person_id)
);
--bun:split
CREATE INDEX roles_person ON roles (person_id);
--bun:split
CREATE TABLE sessions (
  token_hash VARCHAR(64) PRIMARY KEY,
  person_id BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX sessions_person ON sessions (person_id);
--bun:split
CREATE INDEX sessions_expiry ON sessions (expires_at);
--bun:split
CREATE TABLE links (
  token_hash VARCHAR(64) PRIMARY KEY,
  purpose VARCHAR(16) NOT NULL,
  site_id BIGINT NOT NULL DEFAULT 0,
  person_id BIGINT NOT NULL DEFAULT 0,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ
);
--bun:split
CREATE INDEX links_expiry ON links (expires_at);
--bun:split
CREATE TABLE conversations (
  id BIGINT PRIMARY KEY,
  kind VARCHAR(8) NOT NULL,
  site_id BIGINT NOT NULL DEFAULT 0,
  owner_id BIGINT NOT NULL DEFAULT 0,
  seq BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 0,
  updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX conversations_live ON conversations (site_id, owner_id) WHERE kind = 'live';
--bun:split
CREATE TABLE lists (
  person_id BIGINT PRIMARY KEY,
  list BIGINT NOT NULL
);
--bun:split
CREATE TABLE members (
  conversation_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  role VARCHAR(8) NOT NULL,
  join_seq BIGINT NOT NULL,
  left_seq BIGINT,
  version BIGINT NOT NULL,
  read_seq BIGINT NOT NULL DEFAULT 0,
  received_seq BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, person_id)
);
--bun:split
CREATE INDEX members_person ON members (person_id, left_seq);
--bun:split
CREATE TABLE messages (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sender_id BIGINT NOT NULL,
  client_msg_id VARCHAR(64) NOT NULL,
  body_hash VARCHAR(64) NOT NULL,
  type VARCHAR(16) NOT NULL,
  body TEXT NOT NULL,
  alt TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);
--bun:split
CREATE UNIQUE INDEX messages_client ON messages (conversation_id, sender_id, client_msg_id);
--bun:split
CREATE INDEX messages_version ON messages (conversation_id, version);
--bun:split
CREATE TABLE queues (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  position BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX queues_site ON queues (site_id, position);
--bun:split
CREATE TABLE seats (
  person_id BIGINT PRIMARY KEY,
  state VARCHAR(8) NOT NULL DEFAULT 'away',
  cap BIGINT NOT NULL DEFAULT 5,
  version BIGINT NOT NULL DEFAULT 0,
  idle_since TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE tickets (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  queue_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  visitor_id BIGINT NOT NULL,
  state VARCHAR(8) NOT NULL,
  agent_id BIGINT NOT NULL DEFAULT 0,
  from_seq BIGINT NOT NULL,
  to_seq BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  page TEXT NOT NULL DEFAULT '',
  last_text TEXT NOT NULL DEFAULT '',
  last_sender_id BIGINT NOT NULL DEFAULT 0,
  last_at TIMESTAMPTZ NOT NULL,
  opened_at TIMESTAMPTZ NOT NULL,
  assigned_at TIMESTAMPTZ,
  closed_at TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX tickets_one_open ON tickets (conversation_id) WHERE state <> 'closed';
--bun:split
CREATE INDEX tickets_conversation ON tickets (conversation_id, id);
--bun:split
CREATE INDEX tickets_site_state ON tickets (site_id, state, id);
--bun:split
CREATE INDEX tickets_agent ON tickets (agent_id, state);
--bun:split
CREATE INDEX tickets_queue ON tickets (queue_id, state, assigned_at);
--bun:split
CREATE TABLE assignments (
  id BIGINT PRIMARY KEY,
  ticket_id BIGINT NOT NULL,
  agent_id BIGINT NOT NULL,
  why TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ,
  ended_by VARCHAR(16) NOT NULL DEFAULT ''
);
--bun:split
CREATE INDEX assignments_ticket ON assignments (ticket_id, id);

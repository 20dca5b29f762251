CREATE TABLE push_devices (
  session VARCHAR(64) PRIMARY KEY,
  person_id BIGINT NOT NULL,
  endpoint TEXT NOT NULL,
  endpoint_hash VARCHAR(64) NOT NULL,
  public_key VARCHAR(128) NOT NULL,
  secret VARCHAR(32) NOT NULL,
  locale VARCHAR(8) NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX push_devices_person ON push_devices (person_id);
--bun:split
CREATE UNIQUE INDEX push_devices_endpoint ON push_devices (endpoint_hash);
--bun:split
CREATE TABLE pushes (
  id BIGINT PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  session VARCHAR(64) NOT NULL,
  person_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  visitor_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  state VARCHAR(8) NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  due_at TIMESTAMPTZ NOT NULL,
  error TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX pushes_due ON pushes (state, due_at);
--bun:split
CREATE UNIQUE INDEX pushes_one ON pushes (session, conversation_id) WHERE state = 'queued';

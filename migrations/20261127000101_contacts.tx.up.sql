ALTER TABLE conversations ADD COLUMN bond VARCHAR(8) NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN avatar TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN about TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN notice TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN join_rule VARCHAR(8) NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN hushed BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE UNIQUE INDEX conversations_number ON conversations (number) WHERE number <> 0;
--bun:split
CREATE INDEX conversations_found ON conversations (id) WHERE number <> 0;
--bun:split
ALTER TABLE members ADD COLUMN blocks BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE members ADD COLUMN muted_until TIMESTAMPTZ;
--bun:split
CREATE TABLE requests (
  id BIGINT PRIMARY KEY,
  kind VARCHAR(8) NOT NULL,
  from_id BIGINT NOT NULL,
  to_id BIGINT NOT NULL,
  group_id BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  asked TEXT NOT NULL DEFAULT '',
  state VARCHAR(8) NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  answered_by BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL,
  answered_at TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX requests_pending ON requests (kind, from_id, to_id) WHERE state = 'pending' AND kind <> 'found';
--bun:split
CREATE INDEX requests_to ON requests (kind, to_id, state, id);
--bun:split
CREATE INDEX requests_from ON requests (from_id, state);
--bun:split
CREATE TABLE box (
  person_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  request_id BIGINT NOT NULL DEFAULT 0,
  from_id BIGINT NOT NULL DEFAULT 0,
  about_id BIGINT NOT NULL DEFAULT 0,
  about TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person_id, id)
);
--bun:split
CREATE INDEX box_request ON box (request_id);
--bun:split
CREATE TABLE member_reports (
  id BIGINT PRIMARY KEY,
  by_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL DEFAULT 0,
  seq BIGINT NOT NULL DEFAULT 0,
  category VARCHAR(16) NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  evidence TEXT NOT NULL DEFAULT '[]',
  state VARCHAR(8) NOT NULL,
  verdict TEXT NOT NULL DEFAULT '',
  done_by BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL,
  done_at TIMESTAMPTZ
);
--bun:split
CREATE INDEX member_reports_state ON member_reports (state, id);
--bun:split
CREATE TABLE group_links (
  token_hash VARCHAR(64) PRIMARY KEY,
  conversation_id BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX group_links_conversation ON group_links (conversation_id, expires_at);

ALTER TABLE messages ADD COLUMN edited_at TIMESTAMPTZ;
--bun:split
CREATE TABLE message_edits (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  version BIGINT NOT NULL,
  edit_id VARCHAR(64) NOT NULL,
  edit_hash VARCHAR(64) NOT NULL,
  was TEXT NOT NULL,
  said_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (conversation_id, seq, version)
);
--bun:split
CREATE UNIQUE INDEX message_edits_id ON message_edits (conversation_id, seq, edit_id);
--bun:split
ALTER TABLE conversations ADD COLUMN peer_id BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE conversations ADD COLUMN member_count BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN members_version BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN dissolved_at TIMESTAMPTZ;
--bun:split
CREATE UNIQUE INDEX conversations_direct ON conversations (owner_id, peer_id) WHERE kind = 'direct';
--bun:split
CREATE TABLE foundings (
  person_id BIGINT NOT NULL,
  client_id VARCHAR(64) NOT NULL,
  asked_hash VARCHAR(64) NOT NULL,
  conversation_id BIGINT NOT NULL,
  PRIMARY KEY (person_id, client_id)
);
--bun:split
CREATE INDEX members_version ON members (conversation_id, version);
--bun:split
CREATE INDEX members_inside ON members (conversation_id, person_id) WHERE left_seq IS NULL;

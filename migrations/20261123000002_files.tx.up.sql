CREATE TABLE files (
  id BIGINT PRIMARY KEY,
  uploader_id BIGINT NOT NULL,
  kind VARCHAR(8) NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  mime VARCHAR(128) NOT NULL,
  thumb_mime VARCHAR(32) NOT NULL DEFAULT '',
  width BIGINT NOT NULL DEFAULT 0,
  height BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(8) NOT NULL,
  state_at TIMESTAMPTZ NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX files_state ON files (state, state_at);
--bun:split
CREATE TABLE file_uses (
  file_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  site_id BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (file_id, conversation_id, seq)
);
--bun:split
CREATE INDEX file_uses_message ON file_uses (conversation_id, seq);

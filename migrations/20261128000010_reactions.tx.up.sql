ALTER TABLE messages ADD COLUMN reacted BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE TABLE reactions (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  emoji VARCHAR(40) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, seq, person_id, emoji)
);
--bun:split
CREATE UNIQUE INDEX reactions_order ON reactions (conversation_id, seq, version);

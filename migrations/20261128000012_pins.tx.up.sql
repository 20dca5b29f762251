CREATE TABLE pins (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);
--bun:split
ALTER TABLE conversations ADD COLUMN pins BIGINT NOT NULL DEFAULT 0;

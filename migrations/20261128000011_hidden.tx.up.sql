CREATE TABLE hidden (
  person_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (person_id, conversation_id, seq)
);
--bun:split
CREATE INDEX hidden_message ON hidden (conversation_id, seq, person_id);
--bun:split
ALTER TABLE members ADD COLUMN hid BIGINT NOT NULL DEFAULT 0;

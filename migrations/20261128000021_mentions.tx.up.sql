CREATE TABLE mentions (
  conversation_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, person_id, seq)
);
--bun:split
CREATE INDEX mentions_person ON mentions (person_id, message_id);

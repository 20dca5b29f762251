CREATE TABLE merged (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  items TEXT NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);

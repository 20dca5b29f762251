CREATE TABLE kept (
  person_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL,
  pinned BIGINT NOT NULL DEFAULT 0,
  notify VARCHAR(8) NOT NULL DEFAULT 'all',
  notify_until TIMESTAMPTZ,
  hidden_below BIGINT NOT NULL DEFAULT 0,
  marked BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, conversation_id)
);

CREATE TABLE bindings (
  client_id VARCHAR(64) PRIMARY KEY,
  person_id BIGINT NOT NULL,
  session VARCHAR(64) NOT NULL,
  origin TEXT NOT NULL,
  list BIGINT NOT NULL,
  has TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
--bun:split
CREATE INDEX bindings_at ON bindings (at_ms);

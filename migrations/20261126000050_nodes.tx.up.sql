ALTER TABLE nodes ADD COLUMN alive_ms BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE TABLE presences (
  node BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  boot VARCHAR(64) NOT NULL,
  here BIGINT NOT NULL,
  turn BIGINT NOT NULL,
  PRIMARY KEY (node, person_id)
);
--bun:split
CREATE INDEX presences_turn ON presences (node, turn);

CREATE TABLE used_proofs (
  hash VARCHAR(64) PRIMARY KEY,
  until TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX used_proofs_until ON used_proofs (until);

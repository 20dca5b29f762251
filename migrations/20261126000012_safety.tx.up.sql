CREATE TABLE blocks (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  visitor_id BIGINT NOT NULL DEFAULT 0,
  network VARCHAR(64) NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  by_id BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ
);
--bun:split
CREATE UNIQUE INDEX blocks_target ON blocks (site_id, visitor_id, network);
--bun:split
CREATE INDEX blocks_site ON blocks (site_id, id);
--bun:split
CREATE INDEX blocks_expiry ON blocks (expires_at);
--bun:split
ALTER TABLE sessions ADD COLUMN address VARCHAR(64) NOT NULL DEFAULT '';

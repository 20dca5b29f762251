ALTER TABLE sites ADD COLUMN away TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sites ADD COLUMN hint TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sites ADD COLUMN texts TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sites ADD COLUMN when_away VARCHAR(8) NOT NULL DEFAULT 'message';
--bun:split
ALTER TABLE sites ADD COLUMN hours TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE sites ADD COLUMN timed BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX sites_timed ON sites (timed, id);
--bun:split
ALTER TABLE tickets ADD COLUMN due_at TIMESTAMPTZ;

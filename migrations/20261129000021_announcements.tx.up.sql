ALTER TABLE conversations ADD COLUMN notice_version BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN notice_by BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE conversations ADD COLUMN notice_at TIMESTAMPTZ;
--bun:split
ALTER TABLE conversations ADD COLUMN notice_asks BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE kept ADD COLUMN noticed BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE kept ADD COLUMN noticed_at TIMESTAMPTZ;

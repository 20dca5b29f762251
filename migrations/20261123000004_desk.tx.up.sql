ALTER TABLE tickets ADD COLUMN stars BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE tickets ADD COLUMN comment TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE tickets ADD COLUMN rated_at TIMESTAMPTZ;
--bun:split
ALTER TABLE tickets ADD COLUMN asked_at TIMESTAMPTZ;
--bun:split
ALTER TABLE tickets ADD COLUMN passed_by BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE queues ADD COLUMN removed_at TIMESTAMPTZ;
--bun:split
CREATE TABLE visitor_contacts (
  visitor_id BIGINT PRIMARY KEY,
  name TEXT NOT NULL DEFAULT '',
  email VARCHAR(254) NOT NULL DEFAULT '',
  phone VARCHAR(32) NOT NULL DEFAULT '',
  updated_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE TABLE canned (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL DEFAULT 0,
  shortcut VARCHAR(64) NOT NULL,
  text TEXT NOT NULL,
  uses BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX canned_shortcut ON canned (site_id, person_id, shortcut);

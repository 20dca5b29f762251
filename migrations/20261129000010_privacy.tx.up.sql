ALTER TABLE lists ADD COLUMN discreet BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX lists_discreet ON lists (person_id) WHERE discreet = 1;
--bun:split
ALTER TABLE members ADD COLUMN unshown BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX members_unshown ON members (conversation_id, person_id) WHERE unshown > 0;
--bun:split
ALTER TABLE profiles ADD COLUMN last_seen_for VARCHAR(8) NOT NULL DEFAULT 'friends';
--bun:split
ALTER TABLE profiles ADD COLUMN seen_ms BIGINT NOT NULL DEFAULT 0;

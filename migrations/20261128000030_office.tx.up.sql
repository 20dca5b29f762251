ALTER TABLE member_reports ADD COLUMN sanctions TEXT NOT NULL DEFAULT '';
--bun:split
CREATE INDEX conversations_over ON conversations (id) WHERE number <> 0 AND dissolved_at IS NOT NULL;

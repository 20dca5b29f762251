CREATE TABLE group_categories (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_zh TEXT NOT NULL DEFAULT '',
  position BIGINT NOT NULL
);
--bun:split
ALTER TABLE conversations ADD COLUMN category BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX conversations_category ON conversations (category, id) WHERE category <> 0 AND dissolved_at IS NULL AND join_rule <> 'invite';

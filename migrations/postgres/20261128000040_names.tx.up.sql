CREATE TABLE person_grams (
  gram BIGINT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (gram, id)
);
--bun:split
CREATE TABLE group_grams (
  gram BIGINT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (gram, id)
);
--bun:split
ALTER TABLE profiles ADD COLUMN named BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX profiles_unnamed ON profiles (person_id) WHERE named = 0 AND folded IS NOT NULL;
--bun:split
ALTER TABLE conversations ADD COLUMN folded TEXT NOT NULL DEFAULT '';
--bun:split
CREATE INDEX conversations_unfolded ON conversations (id) WHERE number <> 0 AND folded = '';

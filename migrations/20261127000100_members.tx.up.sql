CREATE TABLE profiles (
  person_id BIGINT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  folded VARCHAR(256) UNIQUE,
  signature TEXT NOT NULL DEFAULT '',
  sex VARCHAR(8) NOT NULL DEFAULT '',
  birthday VARCHAR(10) NOT NULL DEFAULT '',
  province TEXT NOT NULL DEFAULT '',
  city TEXT NOT NULL DEFAULT '',
  district TEXT NOT NULL DEFAULT '',
  presence VARCHAR(9) NOT NULL DEFAULT 'online',
  box_read BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
--bun:split
CREATE TABLE friend_groups (
  id BIGINT PRIMARY KEY,
  person_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  position BIGINT NOT NULL
);
--bun:split
CREATE INDEX friend_groups_person ON friend_groups (person_id, position);
--bun:split
CREATE TABLE friends (
  person_id BIGINT NOT NULL,
  friend_id BIGINT NOT NULL,
  group_id BIGINT NOT NULL DEFAULT 0,
  remark TEXT NOT NULL DEFAULT '',
  since TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person_id, friend_id)
);
--bun:split
CREATE INDEX friends_friend ON friends (friend_id, person_id);
--bun:split
CREATE TABLE person_blocks (
  person_id BIGINT NOT NULL,
  blocked_id BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person_id, blocked_id)
);
--bun:split
CREATE INDEX person_blocks_blocked ON person_blocks (blocked_id, person_id);

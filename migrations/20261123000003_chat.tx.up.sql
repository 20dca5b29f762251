ALTER TABLE messages ADD COLUMN reply_seq BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE messages ADD COLUMN recalled_at TIMESTAMPTZ;
--bun:split
CREATE UNIQUE INDEX conversations_staff ON conversations (owner_id) WHERE kind = 'staff';
--bun:split
CREATE TABLE settings (
  name VARCHAR(64) PRIMARY KEY,
  value TEXT NOT NULL
);

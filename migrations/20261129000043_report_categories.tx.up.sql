CREATE TABLE report_categories (
  id BIGINT PRIMARY KEY,
  code VARCHAR(16) NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '',
  name_zh TEXT NOT NULL DEFAULT '',
  position BIGINT NOT NULL,
  hidden BIGINT NOT NULL DEFAULT 0
);
--bun:split
INSERT INTO report_categories (id, code, position) VALUES (1, 'spam', 1), (2, 'fraud', 2), (3, 'abuse', 3), (4, 'sexual', 4), (5, 'violence', 5),
  (6, 'illegal', 6), (7, 'impersonation', 7), (8, 'other', 8);
--bun:split
ALTER TABLE member_reports ADD COLUMN subject TEXT NOT NULL DEFAULT '';

CREATE TABLE faq_sites (
  site_id BIGINT PRIMARY KEY,
  version BIGINT NOT NULL DEFAULT 0,
  bot_id BIGINT NOT NULL DEFAULT 0,
  bot TEXT NOT NULL DEFAULT '',
  secret TEXT NOT NULL DEFAULT ''
);
--bun:split
CREATE TABLE faq_entries (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  question TEXT NOT NULL,
  alternatives TEXT NOT NULL DEFAULT '[]',
  keywords TEXT NOT NULL DEFAULT '[]',
  answer TEXT NOT NULL,
  language VARCHAR(8) NOT NULL DEFAULT '',
  position BIGINT NOT NULL DEFAULT 0,
  shown BIGINT NOT NULL DEFAULT 0,
  uses BIGINT NOT NULL DEFAULT 0,
  helpful BIGINT NOT NULL DEFAULT 0,
  unhelpful BIGINT NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX faq_entries_order ON faq_entries (site_id, position, id);
--bun:split
CREATE TABLE faq_marks (
  entry_id BIGINT NOT NULL,
  visitor_id BIGINT NOT NULL,
  useful BIGINT NOT NULL,
  PRIMARY KEY (entry_id, visitor_id)
);
--bun:split
CREATE TABLE faq_unknown (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  hash VARCHAR(64) NOT NULL,
  question TEXT NOT NULL,
  times BIGINT NOT NULL DEFAULT 1,
  last_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE UNIQUE INDEX faq_unknown_once ON faq_unknown (site_id, hash);
--bun:split
CREATE INDEX faq_unknown_last ON faq_unknown (site_id, last_at, id);
--bun:split
CREATE TABLE faq_talks (
  conversation_id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  from_seq BIGINT NOT NULL,
  misses BIGINT NOT NULL DEFAULT 0,
  page TEXT NOT NULL DEFAULT ''
);
--bun:split
CREATE TABLE faq_turns (
  conversation_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  due_at TIMESTAMPTZ NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, seq)
);
--bun:split
CREATE INDEX faq_turns_due ON faq_turns (due_at, conversation_id, seq);

CREATE TABLE mails (
  id BIGINT PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  site_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  conversation_id BIGINT NOT NULL DEFAULT 0,
  seq BIGINT NOT NULL DEFAULT 0,
  address VARCHAR(254) NOT NULL,
  locale VARCHAR(8) NOT NULL,
  details TEXT NOT NULL,
  stop VARCHAR(64) NOT NULL,
  state VARCHAR(8) NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  due_at TIMESTAMPTZ NOT NULL,
  error TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX mails_due ON mails (state, due_at);
--bun:split
CREATE INDEX mails_site ON mails (site_id, state, id);
--bun:split
CREATE INDEX mails_conversation ON mails (conversation_id, kind, seq);
--bun:split
CREATE UNIQUE INDEX mails_one_missed ON mails (conversation_id) WHERE kind = 'missed' AND state = 'queued';
--bun:split
CREATE INDEX mails_person ON mails (person_id, kind, created_at);
--bun:split
CREATE INDEX mails_address ON mails (address, kind, created_at);
--bun:split
CREATE UNIQUE INDEX mails_stop ON mails (stop);
--bun:split
CREATE TABLE mail_stops (
  site_id BIGINT NOT NULL,
  address VARCHAR(254) NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (site_id, address)
);

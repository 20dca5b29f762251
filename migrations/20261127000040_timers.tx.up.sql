ALTER TABLE tickets ADD COLUMN replied_at TIMESTAMPTZ;
--bun:split
ALTER TABLE tickets ADD COLUMN answer_by TIMESTAMPTZ;
--bun:split
ALTER TABLE tickets ADD COLUMN nudged BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE tickets ADD COLUMN apologized BIGINT NOT NULL DEFAULT 0;
--bun:split
UPDATE tickets SET replied_at = last_at WHERE state = 'open' AND last_sender_id <> visitor_id;
--bun:split
CREATE INDEX tickets_visitor_open ON tickets (visitor_id) WHERE state = 'open';

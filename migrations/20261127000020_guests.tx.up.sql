CREATE TABLE ticket_guests (
  id BIGINT PRIMARY KEY,
  ticket_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  ended_at TIMESTAMPTZ,
  ended_by VARCHAR(16) NOT NULL DEFAULT ''
);
--bun:split
CREATE UNIQUE INDEX ticket_guests_inside ON ticket_guests (ticket_id, person_id) WHERE ended_at IS NULL;
--bun:split
CREATE INDEX ticket_guests_person ON ticket_guests (person_id) WHERE ended_at IS NULL;
--bun:split
ALTER TABLE tickets ADD COLUMN turned_at TIMESTAMPTZ;
--bun:split
UPDATE tickets SET turned_at = last_at WHERE state <> 'closed';

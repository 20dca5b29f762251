CREATE TABLE dispatch_leases (
  site_id BIGINT PRIMARY KEY,
  holder VARCHAR(64) NOT NULL,
  epoch BIGINT NOT NULL,
  until_ms BIGINT NOT NULL
);
--bun:split
CREATE INDEX dispatch_leases_holder ON dispatch_leases (holder);
--bun:split
CREATE UNIQUE INDEX assignments_one_open ON assignments (ticket_id) WHERE ended_at IS NULL;
--bun:split
CREATE INDEX tickets_waiting ON tickets (site_id, opened_at, id) WHERE state = 'waiting';

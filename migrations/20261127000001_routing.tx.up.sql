ALTER TABLE queues ADD COLUMN rules TEXT NOT NULL DEFAULT '';
--bun:split
CREATE TABLE queue_agents (
  queue_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  level BIGINT NOT NULL DEFAULT 3,
  PRIMARY KEY (queue_id, person_id)
);
--bun:split
CREATE INDEX queue_agents_person ON queue_agents (person_id);
--bun:split
ALTER TABLE seats ADD COLUMN languages TEXT NOT NULL DEFAULT '';
--bun:split
ALTER TABLE seats ADD COLUMN served_at TIMESTAMPTZ;
--bun:split
ALTER TABLE tickets ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE tickets ADD COLUMN locale VARCHAR(16) NOT NULL DEFAULT '';
--bun:split
ALTER TABLE tickets ADD COLUMN wanted BIGINT NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE tickets ADD COLUMN last_agent BIGINT NOT NULL DEFAULT 0;
--bun:split
UPDATE tickets SET last_agent = agent_id WHERE agent_id <> 0;
--bun:split
CREATE INDEX tickets_line ON tickets (queue_id, priority DESC, opened_at, id) WHERE state = 'waiting';
--bun:split
ALTER TABLE visitor_contacts ADD COLUMN vip BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE TABLE timers (
  ticket_id BIGINT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  site_id BIGINT NOT NULL,
  n BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (ticket_id, kind)
);
--bun:split
CREATE INDEX timers_at ON timers (at, site_id);
--bun:split
CREATE TABLE ticket_events (
  id BIGINT PRIMARY KEY,
  ticket_id BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  kind VARCHAR(16) NOT NULL,
  by_id BIGINT NOT NULL DEFAULT 0,
  why TEXT NOT NULL
);
--bun:split
CREATE INDEX ticket_events_ticket ON ticket_events (ticket_id, id);

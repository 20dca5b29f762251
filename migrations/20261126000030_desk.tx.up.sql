ALTER TABLE tickets ADD COLUMN answered_at TIMESTAMPTZ;
--bun:split
UPDATE tickets SET answered_at = (
  SELECT MIN(m.created_at) FROM messages AS m
  WHERE m.conversation_id = tickets.conversation_id AND m.seq >= tickets.from_seq
    AND (tickets.to_seq = 0 OR m.seq <= tickets.to_seq)
    AND m.sender_id <> tickets.visitor_id AND m.type <> 'system'
);
--bun:split
CREATE INDEX tickets_opened ON tickets (site_id, opened_at, id);
--bun:split
CREATE INDEX tickets_state_opened ON tickets (site_id, state, opened_at, id);
--bun:split
CREATE INDEX tickets_queue_opened ON tickets (site_id, queue_id, opened_at, id);
--bun:split
CREATE INDEX tickets_agent_opened ON tickets (site_id, agent_id, opened_at, id);
--bun:split
CREATE INDEX tickets_rated ON tickets (site_id, stars, opened_at, id) WHERE stars > 0;
--bun:split
CREATE INDEX tickets_missed ON tickets (site_id, state, opened_at, id) WHERE answered_at IS NULL;

ALTER TABLE queues ADD COLUMN timed BIGINT NOT NULL DEFAULT 0;
--bun:split
CREATE INDEX queues_timed ON queues (timed, id);

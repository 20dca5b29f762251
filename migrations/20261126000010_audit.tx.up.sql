CREATE TABLE audit_log (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  person TEXT NOT NULL,
  action VARCHAR(64) NOT NULL,
  target_id BIGINT NOT NULL,
  target TEXT NOT NULL,
  address VARCHAR(64) NOT NULL,
  changes TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL
);
--bun:split
CREATE INDEX audit_log_site ON audit_log (site_id, id);
--bun:split
CREATE INDEX audit_log_person ON audit_log (site_id, person_id, id);
--bun:split
CREATE INDEX audit_log_action ON audit_log (site_id, action, id);

CREATE OR REPLACE FUNCTION audit_log_is_fixed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the audit log is not changed''; END';
--bun:split
CREATE TRIGGER audit_log_not_changed BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_is_fixed();

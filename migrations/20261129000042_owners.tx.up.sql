CREATE INDEX roles_owner ON roles (person_id) WHERE role = 'owner';

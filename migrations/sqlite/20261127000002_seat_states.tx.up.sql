SELECT 1; -- the type of a column bounds no length here

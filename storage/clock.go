package storage

// ClockMS is the database's clock in SQL: milliseconds since 1970, as they pass also within a transaction.
// What several nodes must agree on is measured by it, for their own clocks differ.
func (db *DB) ClockMS() string {
	if db.Postgres() {
		return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
}

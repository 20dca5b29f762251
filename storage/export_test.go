package storage

import "time"

// CountBy lets a test say how long the machine has been running.
func (db *DB) CountBy(clock func() time.Duration) { db.tenure.clock = clock }

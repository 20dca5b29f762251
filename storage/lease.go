package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ichat/app/id"
)

// NodeLease is how long a node number is held without being renewed. A process that slept for longer writes nothing
// before it has renewed it.
const NodeLease = 60 * time.Second

var errOver = errors.New("the lease of the node number is over")

// Node is a leased node number. Boot names the process that leased it.
type Node struct {
	Number int
	Boot   string
}

// LeaseNode takes the lowest free node number. Renew it well within NodeLease.
func (db *DB) LeaseNode(ctx context.Context, now time.Time) (Node, error) {
	n := Node{Boot: id.Token()}
	asked := db.tenure.clock()
	err := db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		tx.tenure = nil
		for number := 0; number <= id.MaxNode; number++ {
			res, err := tx.NewRaw(`
				INSERT INTO nodes (number, boot, lease_until) VALUES (?, ?, ?)
				ON CONFLICT (number) DO UPDATE SET boot = excluded.boot, lease_until = excluded.lease_until
				WHERE nodes.lease_until < ?`, number, n.Boot, now.Add(NodeLease), now).Exec(ctx)
			if err != nil {
				return err
			}
			if rows, _ := res.RowsAffected(); rows == 1 {
				n.Number = number
				return nil
			}
		}
		return errors.New("all node numbers are taken")
	})
	if err != nil {
		return Node{}, fmt.Errorf("lease a node number: %w", err)
	}
	db.tenure.hold(asked)
	return n, nil
}

// RenewNode extends the lease; an error means that the number may belong to somebody else by now.
func (db *DB) RenewNode(ctx context.Context, n Node, now time.Time) error {
	asked := db.tenure.clock()
	err := db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		tx.tenure = nil
		res, err := tx.NewRaw("UPDATE nodes SET lease_until = ? WHERE number = ? AND boot = ?",
			now.Add(NodeLease), n.Number, n.Boot).Exec(ctx)
		if err != nil {
			return err
		}
		if rows, _ := res.RowsAffected(); rows != 1 {
			return errors.New("the node number was taken by another process")
		}
		return nil
	})
	if err == nil {
		db.tenure.hold(asked)
	}
	return err
}

// ReleaseNode gives the number back, for the next start to have the same one.
func (db *DB) ReleaseNode(ctx context.Context, n Node) error {
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		tx.tenure = nil
		_, err := tx.NewRaw("DELETE FROM nodes WHERE number = ? AND boot = ?", n.Number, n.Boot).Exec(ctx)
		return err
	})
}

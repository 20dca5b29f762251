package check

import "context"

// clusterParts are the settings of several nodes: the database, NATS and the store they share.
func clusterParts(context.Context, string) ([]string, error) {
	return nil, &MissingError{Part: "PostgreSQL and NATS: run it under scripts/cluster.sh"}
}

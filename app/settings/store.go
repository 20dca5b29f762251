package settings

import (
	"context"

	"github.com/uptrace/bun"

	"ichat/storage"
)

type row struct {
	bun.BaseModel `bun:"table:settings,alias:s"`

	Name  string `bun:"name,pk"`
	Value string `bun:"value"` // JSON
}

func all(ctx context.Context, r bun.IDB) ([]row, error) {
	var found []row
	err := r.NewSelect().Model(&found).Scan(ctx)
	return found, err
}

func save(ctx context.Context, tx *storage.Tx, r row) error {
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (name) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
	return err
}

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const syncTries = 31

// syncTime is how long the disk under dir takes to make 4 KiB durable, the median of some tries.
// Durable sends depend on it, so it is printed beside them; near 0 it means a disk in memory.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, fmt.Errorf("try the disk: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4<<10)
	took := make([]time.Duration, syncTries)
	for i := range took {
		began := time.Now()
		if _, err = f.Write(page); err == nil {
			err = f.Sync()
		}
		if err != nil {
			return 0, fmt.Errorf("try the disk: %w", err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return percentile(took, 50), nil
}

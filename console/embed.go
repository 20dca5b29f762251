// Package console holds the built pages of the agents, of the back office and of the messenger.
package console

import (
	"embed"
	"io/fs"
)

// dist is what `npm run build` writes; a placeholder keeps `go build` working without Node.
//
//go:embed all:dist
var dist embed.FS

// Regions are the provinces, cities and districts that the messenger offers, as JSON: scripts/regions.mjs makes the file.
// It stands here because the page carries it too.
//
//go:embed regions.json
var Regions []byte

// Files answers the built pages: agent.html, admin.html, im.html and assets/, or only placeholder.txt when they were not built.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is part of this package
	}
	return files
}

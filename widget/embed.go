// Package widget holds the built chat window: the script of the embed line, the frame's page and its assets.
package widget

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// Files answers the build output: loader.js, frame.html and assets/. A build without Node holds only placeholder.txt.
func Files() fs.FS {
	files, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // the folder is named in the directive above
	}
	return files
}

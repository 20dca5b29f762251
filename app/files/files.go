// Package files takes what people upload, looks at what it really is, keeps it in the blob store, and
// hands it out by links that are signed and short-lived.
//
// Pictures are never served as they came: they are decoded within limits and drawn anew, which leaves
// behind what was hidden in them, the place where a photo was taken included. Everything else is kept
// as it is and only ever served as a download.
package files

import (
	"fmt"
	"time"

	"ichat/app/fault"
	"ichat/app/settings"
)

// The kinds of file.
const (
	Image = "image" // a picture this server drew anew; may be shown in a page
	Plain = "file"  // anything else; a download
)

// The states of a file.
const (
	coming = "coming" // its bytes are on their way to the store
	fresh  = "new"    // whole, and nobody refers to it yet
	sent   = "sent"   // messages refer to it
	gone   = "gone"   // served no more; its bytes wait for the clean-up
)

// The variants a file is kept in.
const (
	full  = "full"
	thumb = "thumb" // pictures only
)

const (
	// thumbSide is the longer side of a thumbnail: twice the widest bubble, for dense screens.
	thumbSide = 480

	// unusedFor is how long an upload waits for the message that refers to it.
	unusedFor = 24 * time.Hour

	// linkGrid is how long the same link is given out, so that a browser's cache is of use; a link
	// is good for one to two of it.
	linkGrid = 5 * time.Minute
)

// File is an upload as its sender sees it. Width and Height are 0 unless it is a picture.
type File struct {
	ID     int64  `json:"id"`
	Kind   string `json:"kind" enum:"image,file"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Mime   string `json:"mime"`
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
}

// FileLinks are addresses of a file that need no sign-in until they expire. ThumbURL is empty unless
// the file is a picture.
type FileLinks struct {
	URL       string    `json:"url"`
	ThumbURL  string    `json:"thumb_url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// most is how many bytes an upload of this kind may have, and the refusal for more.
func most(l settings.Files, picture bool) (int64, error) {
	if picture {
		return int64(l.MaxImageMB) << 20, fault.New(fault.TooLarge, fmt.Sprintf("the picture is larger than %d MB", l.MaxImageMB))
	}
	return int64(l.MaxFileMB) << 20, fault.New(fault.TooLarge, fmt.Sprintf("the file is larger than %d MB", l.MaxFileMB))
}

// Keys are the names under which the blob store holds a file.
func Keys(id int64, kind string) []string {
	if kind == Image {
		return []string{key(id, full), key(id, thumb)}
	}
	return []string{key(id, full)}
}

// key spreads the files over 256 folders. The bits are those of the milliseconds: the lower ones are
// mostly zero.
func key(id int64, variant string) string {
	return fmt.Sprintf("%02x/%d-%s", id>>12&0xff, id, variant)
}

package files

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strconv"
	"strings"

	"golang.org/x/image/draw"

	"ichat/app/fault"
	"ichat/app/settings"
	"ichat/storage"
)

const (
	// Face is a small square that shows a person or a group. Unlike other files it has an address for good, which
	// nobody can guess and whoever has it may open: faces stand in pages of people who are not signed in.
	Face = "face"

	// faceSide is twice the largest face on a page, for dense screens.
	faceSide = 256

	faceQuality = 86
)

// FaceFile is an uploaded face and where it will be seen.
type FaceFile struct {
	ID  int64  `json:"id"`
	URL string `json:"url"`
}

// DrawFace makes a face of the middle of a picture, upright and with nothing but its pixels. It waits a day for
// somebody to be shown by it. Faults are Upload's, and Invalid for what is no picture.
func (s *Service) DrawFace(ctx context.Context, by int64, r io.Reader) (FaceFile, error) {
	limits := s.settings.Current().Files
	in, mime, err := s.receive(r, limits)
	if err != nil {
		return FaceFile{}, err
	}
	defer s.release(ctx, in)
	if _, picture := codecs[mime]; !picture {
		return FaceFile{}, fault.New(fault.Invalid, "this file is not a picture").With("file", "this file is not a picture")
	}
	face, mime, err := s.square(ctx, in, mime, limits)
	if err != nil {
		return FaceFile{}, err
	}
	defer s.release(ctx, face)
	now := s.now().UTC()
	row := fileRow{ID: s.ids.Next(), UploaderID: by, Kind: Face, Name: "face", Size: face.size, Mime: mime, Width: faceSide, Height: faceSide,
		State: coming, StateAt: now, CreatedAt: now}
	return FaceFile{ID: row.ID, URL: s.faceAddress(row.ID)}, s.keep(ctx, row, map[string]*spool{full: face})
}

// square draws the middle of a picture anew; of a moving one its first frame.
func (s *Service) square(ctx context.Context, in *spool, mime string, l settings.Files) (*spool, string, error) {
	moving, err := measure(in, mime, int64(l.MaxMegapixels)*1_000_000)
	if err != nil {
		return nil, "", err
	}
	if moving == tooMuch {
		return nil, "", unreadable(errors.New("it moves"))
	}
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	img, err := codecs[mime].decode(in.reader())
	if err != nil {
		return nil, "", unreadable(err)
	}
	img = middle(turned(img, orientationOf(in.reader(), mime)))
	mime = mimeJPEG
	if !opaque(img) {
		mime = mimePNG
	}
	out, err := s.encoded(img, mime, faceQuality)
	return out, mime, err
}

// middle is the largest square in the middle of a picture, at the size of a face.
func middle(img image.Image) image.Image {
	b := img.Bounds()
	side := min(b.Dx(), b.Dy())
	from := image.Rect(0, 0, side, side).Add(b.Min).Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	if side > 4*faceSide {
		out := image.NewRGBA(image.Rect(0, 0, 4*faceSide, 4*faceSide))
		draw.ApproxBiLinear.Scale(out, out.Bounds(), img, from, draw.Src, nil) // the good one holds a strip of the whole in memory
		img, from = out, out.Bounds()
	}
	out := image.NewRGBA(image.Rect(0, 0, faceSide, faceSide))
	draw.CatmullRom.Scale(out, out.Bounds(), img, from, draw.Src, nil)
	return out
}

func (s *Service) faceAddress(id int64) string {
	return fmt.Sprintf("/faces/%d/%s", id, s.sign(id, Face, ""))
}

// FaceTx puts a face that somebody uploaded into use, in the place of the one at the address before, which goes; 0
// takes that one away. It answers the new address, which may be the same, and joins the caller's write. NotFound for
// a face that is not his, or in use already.
func (s *Service) FaceTx(ctx context.Context, tx *storage.Tx, by, id int64, before string) (address string, err error) {
	if id != 0 {
		if address = s.faceAddress(id); address == before {
			return address, nil
		}
		now := storage.Time{Time: s.now().UTC()}
		var found int64
		err := tx.One(ctx, `UPDATE files SET state = ?, state_at = ? WHERE id = ? AND uploader_id = ? AND kind = ? AND state = ? RETURNING id`,
			[]any{sent, now, id, by, Face, fresh}, &found)
		if err != nil {
			return "", storage.Found(err, "file")
		}
	}
	if old, ours := faceOf(before); ours {
		return address, setState(ctx, tx, old, gone, s.now().UTC())
	}
	return address, nil
}

// faceOf is the file behind an address of this room.
func faceOf(address string) (id int64, ours bool) {
	rest, ours := strings.CutPrefix(address, "/faces/")
	number, _, _ := strings.Cut(rest, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	return id, ours && err == nil
}

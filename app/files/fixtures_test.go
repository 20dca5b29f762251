package files_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ichat/app/apptest"
)

var (
	red   = color.RGBA{230, 20, 20, 255}
	green = color.RGBA{20, 200, 20, 255}
	blue  = color.RGBA{20, 20, 230, 255}
	white = color.RGBA{250, 250, 250, 255}
)

// quarters is a picture of four colours: top left, top right, bottom left, bottom right.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, [2][2]color.RGBA{{red, green}, {blue, white}}[2*y/h][2*x/w])
		}
	}
	return img
}

// cornersOf names the colours of a picture's quarters in the same order.
func cornersOf(img image.Image) string {
	b := img.Bounds()
	var out strings.Builder
	for _, at := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Min.X+b.Dx()*at[0]/4, b.Min.Y+b.Dy()*at[1]/4).RGBA()
		switch high := func(v uint32) bool { return v > 0x8000 }; {
		case high(r) && high(g) && high(bl):
			out.WriteByte('W')
		case high(r):
			out.WriteByte('R')
		case high(g):
			out.WriteByte('G')
		case high(bl):
			out.WriteByte('B')
		}
	}
	return out.String()
}

func asJPEG(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func asPNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// secret stands for the place where a photo was taken.
const secret = "48.8583N 2.2945E"

// photo is a JPEG as a camera writes it: with an orientation and things it should not tell.
func photo(img image.Image, orientation uint16) []byte {
	var tiff bytes.Buffer
	tiff.WriteString("MM\x00\x2a\x00\x00\x00\x08")
	for _, v := range []any{uint16(2),
		uint16(0x010e), uint16(2), uint32(len(secret)), uint32(8 + 2 + 24 + 4), // a description, further down
		uint16(0x0112), uint16(3), uint32(1), orientation, uint16(0), uint32(0)} {
		if err := binary.Write(&tiff, binary.BigEndian, v); err != nil {
			panic(err)
		}
	}
	tiff.WriteString(secret)
	note := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	plain := asJPEG(img)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1, byte((len(note)+2)>>8), byte(len(note)+2))
	out = append(out, note...)
	return append(out, plain[2:]...)
}

// hugePNG is a picture of a few bytes that says it has w x h pixels.
func hugePNG(w, h uint32) []byte {
	b := asPNG(quarters(4, 4))
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// hugeJPEG is hugePNG in the other format.
func hugeJPEG(w, h uint16) []byte {
	b := asJPEG(quarters(4, 4))
	frame := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[frame+5:], h)
	binary.BigEndian.PutUint16(b[frame+7:], w)
	return b
}

// film is an animated GIF with a comment in it.
func film(frames, w, h int) []byte {
	g := &gif.GIF{Config: image.Config{Width: w, Height: h}}
	for i := range frames {
		img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{red, green, blue})
		for p := range img.Pix {
			img.Pix[p] = uint8(i % 3)
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	out := b.Bytes()[:b.Len()-1]
	out = append(out, 0x21, 0xfe, byte(len(secret)))
	return append(append(out, secret...), 0, 0x3b)
}

// webpDot is one pixel.
func webpDot() []byte {
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		panic(err)
	}
	return b
}

// clock is a time that tests move.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// limits sets how large uploads may be, as an owner does.
func limits(p *apptest.Product, imageMB, fileMB int) {
	p.Owner().OK("PATCH", "/api/admin/settings", fmt.Sprintf(`{"files":{"max_image_mb":%d,"max_file_mb":%d}}`, imageMB, fileMB), nil)
}

// kept lists the files below the data folder that hold uploads.
func kept(t *testing.T, p *apptest.Product) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(p.Config.Data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// rows counts the files in the database.
func rows(t *testing.T, p *apptest.Product) (n int) {
	t.Helper()
	if err := p.DB.R.NewRaw("SELECT COUNT(*) FROM files").Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func problem(t *testing.T, r apptest.Reply) (p apptest.Problem) {
	t.Helper()
	if err := json.Unmarshal(r.Body, &p); err != nil {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	return p
}

// with changes one part of a link.
func with(t *testing.T, link, name, value string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

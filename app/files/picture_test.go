package files_test

import (
	"bytes"
	"image"
	"image/gif"
	"testing"

	"ichat/app/apptest"
	"ichat/app/files"
)

// served uploads a picture and returns it as people see it, with its thumbnail.
func served(t *testing.T, c *apptest.Client, content []byte) (f files.File, full, thumb []byte) {
	t.Helper()
	f = c.Upload("picture", content)
	if f.Kind != files.Image {
		t.Fatalf("not a picture: %+v", f)
	}
	l := c.Links(f.ID)
	return f, c.Do("GET", l.URL, nil).Body, c.Do("GET", l.ThumbURL, nil).Body
}

func decoded(t *testing.T, content []byte) image.Image {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestAPhotoIsTurnedTheRightWayAndTellsNothing(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	for orientation, want := range map[uint16]string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 0: "RGBW", 99: "RGBW"} {
		f, full, thumb := served(t, visitor, photo(quarters(160, 80), orientation))
		w, h := int64(160), int64(80)
		if orientation >= 5 && orientation <= 8 {
			w, h = h, w
		}
		for what, content := range map[string][]byte{"picture": full, "thumbnail": thumb} {
			img := decoded(t, content)
			if got := cornersOf(img); got != want {
				t.Errorf("%d: the %s shows %s, want %s", orientation, what, got, want)
			}
			if img.Bounds().Dx() != int(w) || img.Bounds().Dy() != int(h) || f.Width != w || f.Height != h {
				t.Errorf("%d: the %s has %v, the row says %d x %d", orientation, what, img.Bounds(), f.Width, f.Height)
			}
			if bytes.Contains(content, []byte("Exif")) || bytes.Contains(content, []byte(secret)) {
				t.Errorf("%d: the %s tells where it was taken", orientation, what)
			}
		}
	}
}

func TestAThumbnailFitsItsFrame(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	for size, want := range map[[2]int][2]int{{4000, 2000}: {480, 240}, {900, 1800}: {240, 480}, {481, 480}: {480, 479}, {100, 50}: {100, 50}, {3000, 2}: {480, 1}} {
		f, full, thumb := served(t, visitor, asJPEG(quarters(size[0], size[1])))
		small := decoded(t, thumb).Bounds()
		if small.Dx() != want[0] || small.Dy() != want[1] {
			t.Errorf("%v became %v, want %v", size, small, want)
		}
		if got := decoded(t, full).Bounds(); got.Dx() != size[0] || got.Dy() != size[1] || f.Size != int64(len(full)) {
			t.Errorf("%v is kept as %v", size, got)
		}
		if size[0] >= 900 && size[1] >= 900 && len(thumb) > 20_000 {
			t.Errorf("the thumbnail of %v has %d bytes", size, len(thumb))
		}
	}
}

func TestEveryFormatIsDrawnAnew(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	glass := image.NewNRGBA(image.Rect(0, 0, 60, 60)) // all transparent
	for what, try := range map[string]struct {
		content    []byte
		mime, name string
	}{
		"PNG":             {asPNG(quarters(60, 60)), "image/png", "picture.png"},
		"transparent PNG": {asPNG(glass), "image/png", "picture.png"},
		"JPEG":            {asJPEG(quarters(60, 60)), "image/jpeg", "picture.jpg"},
		"WebP":            {webpDot(), "image/png", "picture.png"}, // this one is transparent
		"still GIF":       {film(1, 60, 60), "image/png", "picture.png"},
		"film":            {film(3, 60, 40), "image/gif", "picture.gif"},
	} {
		f, full, thumb := served(t, visitor, try.content)
		if f.Mime != try.mime || f.Name != try.name {
			t.Errorf("%s: %+v", what, f)
		}
		if bytes.Equal(full, try.content) || bytes.Contains(full, []byte(secret)) {
			t.Errorf("%s is kept as it came", what)
		}
		decoded(t, thumb)
	}
}

func TestAFilmKeepsMovingUnlessItIsTooMuch(t *testing.T) {
	p := apptest.New(t)
	visitor := p.Visitor()
	_, full, _ := served(t, visitor, film(3, 60, 40))
	g, err := gif.DecodeAll(bytes.NewReader(full))
	if err != nil || len(g.Image) != 3 {
		t.Fatalf("%d frames, %v", len(g.Image), err)
	}
	f := visitor.Upload("long.gif", film(12, 2000, 2000)) // 48 megapixels in all
	if f.Kind != files.Plain || f.Mime != "image/gif" {
		t.Fatalf("%+v", f)
	}
}

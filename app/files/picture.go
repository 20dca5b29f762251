package files

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"ichat/app/fault"
	"ichat/app/settings"
)

const (
	mimeJPEG = "image/jpeg"
	mimePNG  = "image/png"
	mimeGIF  = "image/gif"
	mimeWebP = "image/webp"

	fullQuality  = 88
	thumbQuality = 80
)

// codec reads one format of picture.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs are the formats that are drawn anew. Whatever is not among them is a plain file, whatever it
// calls itself.
var codecs = map[string]codec{
	mimeJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	mimePNG:  {png.DecodeConfig, png.Decode},
	mimeGIF:  {gif.DecodeConfig, gif.Decode},
	mimeWebP: {webp.DecodeConfig, webp.Decode},
}

// picture is an upload drawn anew.
type picture struct {
	full, thumb     *spool
	mime, thumbMime string
	extensions      []string // the usual one first
	width, height   int
}

func (p *picture) close() error { return errors.Join(p.full.close(), p.thumb.close()) }

// redraw decodes a picture within the limits and encodes it anew, upright and without anything but
// its pixels. It answers nil for one that is better kept as a plain file.
func (s *Service) redraw(ctx context.Context, in *spool, mime string, l settings.Files) (*picture, error) {
	limit := int64(l.MaxMegapixels) * 1_000_000
	moving, err := measure(in, mime, limit)
	if err != nil || moving == tooMuch {
		return nil, err
	}
	select { // one picture can take hundreds of megabytes and a core: they take turns
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if moving == moves {
		return s.redrawMoving(in)
	}
	img, err := codecs[mime].decode(in.reader())
	if err != nil {
		return nil, unreadable(err)
	}
	img = turned(img, orientationOf(in.reader(), mime))
	p := &picture{width: img.Bounds().Dx(), height: img.Bounds().Dy()}
	switch {
	case mime == mimePNG, mime == mimeGIF, !opaque(img):
		p.mime, p.extensions = mimePNG, []string{".png"}
	default:
		p.mime, p.extensions = mimeJPEG, []string{".jpg", ".jpeg"}
	}
	if p.full, err = s.encoded(img, p.mime, fullQuality); err != nil {
		return nil, err
	}
	return s.withThumb(p, img)
}

// How a picture moves.
type motion int

const (
	still motion = iota
	moves
	tooMuch // moves, and is kept as it came
)

// measure looks at what a picture says about itself before anything is decoded.
func measure(in *spool, mime string, limit int64) (motion, error) {
	if mime == mimeWebP && webpMoves(in.reader()) {
		return tooMuch, nil
	}
	c, err := codecs[mime].config(in.reader())
	if err != nil {
		return still, unreadable(err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return still, unreadable(fmt.Errorf("%d x %d pixels", c.Width, c.Height))
	}
	if int64(c.Width)*int64(c.Height) > limit {
		return still, fault.New(fault.TooLarge, fmt.Sprintf("the picture has more than %d megapixels", limit/1_000_000))
	}
	if mime != mimeGIF {
		return still, nil
	}
	frames, pixels, err := gifSize(in.reader())
	switch {
	case err != nil:
		return still, unreadable(err)
	case frames < 2:
		return still, nil
	case pixels > limit:
		return tooMuch, nil
	}
	return moves, nil
}

// webpMoves reads the flag of an animation.
func webpMoves(r io.Reader) bool {
	head := make([]byte, 21)
	_, err := io.ReadFull(r, head)
	return err == nil && string(head[12:16]) == "VP8X" && head[20]&0x02 != 0
}

// redrawMoving keeps the frames of an animated GIF and nothing else of it.
func (s *Service) redrawMoving(in *spool) (*picture, error) {
	g, err := gif.DecodeAll(in.reader())
	if err != nil {
		return nil, unreadable(err)
	}
	p := &picture{mime: mimeGIF, extensions: []string{".gif"}, width: g.Config.Width, height: g.Config.Height}
	p.full, err = s.written(func(w io.Writer) error { return gif.EncodeAll(w, g) })
	if err != nil {
		return nil, err
	}
	first := image.NewNRGBA(image.Rect(0, 0, p.width, p.height)) // the first frame may be smaller than the whole
	draw.Draw(first, g.Image[0].Bounds(), g.Image[0], g.Image[0].Bounds().Min, draw.Src)
	return s.withThumb(p, first)
}

func (s *Service) withThumb(p *picture, img image.Image) (*picture, error) {
	small := shrunk(img)
	p.thumbMime = mimeJPEG
	if !opaque(small) {
		p.thumbMime = mimePNG
	}
	var err error
	if p.thumb, err = s.encoded(small, p.thumbMime, thumbQuality); err != nil {
		return nil, errors.Join(err, p.full.close())
	}
	return p, nil
}

// shrunk is the thumbnail; a picture that is small already keeps its size.
func shrunk(img image.Image) image.Image {
	b := img.Bounds()
	if b.Dx() > 4*thumbSide || b.Dy() > 4*thumbSide {
		img = scaled(img, 4*thumbSide, draw.ApproxBiLinear) // the good one holds a strip of the whole in memory
	}
	return scaled(img, thumbSide, draw.CatmullRom)
}

func scaled(img image.Image, side int, by draw.Scaler) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	by.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

// turned draws a picture the right way up.
func turned(img image.Image, orientation int) image.Image {
	if orientation == upright {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	line := image.NewRGBA(image.Rect(0, 0, w, 1)) // line by line: a second whole copy would double the memory
	for y := range h {
		draw.Draw(line, line.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		for x := range w {
			to := out.PixOffset(place(orientation, x, y, w, h))
			copy(out.Pix[to:to+4], line.Pix[4*x:])
		}
	}
	return out
}

// place says where the pixel at x, y of a w x h picture belongs.
func place(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

func (s *Service) encoded(img image.Image, mime string, quality int) (*spool, error) {
	return s.written(func(w io.Writer) error {
		if mime == mimeJPEG {
			return jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
		}
		fast := png.Encoder{CompressionLevel: png.BestSpeed} // a third of the time for a quarter more bytes
		return fast.Encode(w, img)
	})
}

// written is a spool with what f writes.
func (s *Service) written(f func(io.Writer) error) (*spool, error) {
	out, err := s.newSpool()
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriter(out)
	if err = f(buffered); err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return nil, errors.Join(unkept(err), out.close())
	}
	return out, nil
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "this picture cannot be read").Because(err)
}

package ops

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
)

const (
	photoWidth  = 960
	photoHeight = 720
)

var (
	table   = color.RGBA{196, 164, 124, 255}
	window  = color.RGBA{244, 232, 210, 255}
	celadon = color.RGBA{142, 184, 166, 255}
	inside  = color.RGBA{205, 224, 208, 255}
	shade   = color.RGBA{128, 102, 74, 255}
	crack   = color.RGBA{58, 74, 66, 255}
	leaf    = color.RGBA{78, 52, 36, 255}
	crumb   = color.RGBA{112, 78, 52, 255}
)

// photograph draws what a visitor shows: a cracked gaiwan, or a cake of tea in crumbs. No two with
// different n are alike.
func photograph(what string, n int) io.Reader {
	img := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	for y := range photoHeight {
		for x := range photoWidth {
			grain := 0.06 * math.Sin(float64(y)/9+3*math.Sin(float64(x+n*37)/160))
			img.SetRGBA(x, y, mixed(window, table, float64(y)/photoHeight+grain))
		}
	}
	middle, side := photoWidth/2+n%7*12-36, photoHeight/2+n%5*10
	if what == "gaiwan" {
		gaiwan(img, middle, side, n)
	} else {
		cake(img, middle, side, n)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err) // into memory, of a picture made here
	}
	return &out
}

func gaiwan(img *image.RGBA, x, y, n int) {
	disc(img, x+20, y+190, 300, 62, shade)
	disc(img, x, y+170, 290, 58, celadon)
	for down := range 190 { // the bowl narrows towards its foot
		disc(img, x, y+down, 230-down*down/260, 52-down/8, mixed(celadon, shade, float64(down)/420))
	}
	disc(img, x, y, 230, 62, mixed(celadon, window, 0.5))
	disc(img, x, y+6, 212, 52, inside)
	at := float64(x - 80 + n%9*12)
	for down := range 150 {
		at += 1.1*math.Sin(float64(down+n*5)/(9+float64(n%4))) + 0.5*math.Cos(float64(down)/3)
		disc(img, int(at), y+40+down, 2, 2, crack)
	}
}

func cake(img *image.RGBA, x, y, n int) {
	disc(img, x+16, y+40, 300, 180, shade)
	disc(img, x, y+20, 290, 172, leaf)
	disc(img, x, y, 286, 168, mixed(leaf, crumb, 0.4))
	disc(img, x, y, 40, 22, leaf)
	for i := range 260 {
		turn := float64(i*i+n*31) * 0.37
		far := 90 + 210*math.Abs(math.Sin(float64(i*7+n)))
		disc(img, x+int(far*math.Cos(turn)), y+int(far*0.6*math.Sin(turn)), 4+i%9, 2+i%4, mixed(leaf, crumb, float64(i%10)/10))
	}
}

// disc fills an ellipse.
func disc(img *image.RGBA, x, y, wide, high int, c color.RGBA) {
	for dy := -high; dy <= high; dy++ {
		half := int(float64(wide) * math.Sqrt(1-float64(dy*dy)/float64(high*high)))
		for dx := -half; dx <= half; dx++ {
			if (image.Point{x + dx, y + dy}).In(img.Rect) {
				img.SetRGBA(x+dx, y+dy, c)
			}
		}
	}
}

func mixed(a, b color.RGBA, part float64) color.RGBA {
	part = min(max(part, 0), 1)
	between := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*part) }
	return color.RGBA{between(a.R, b.R), between(a.G, b.G), between(a.B, b.B), 255}
}

package files

import (
	"bufio"
	"encoding/binary"
	"io"
)

// gifSize counts the frames of a GIF and their pixels together without decoding any: a small file
// can hold thousands of large frames.
func gifSize(from io.Reader) (frames int, pixels int64, err error) {
	r := bufio.NewReader(from)
	head := make([]byte, 13)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, 0, err
	}
	if err := skipColours(r, head[10]); err != nil {
		return 0, 0, err
	}
	for {
		kind, err := r.ReadByte()
		if err != nil {
			return frames, pixels, err
		}
		switch kind {
		case 0x21: // an extension and what it is about
			_, err = r.Discard(1)
		case 0x2c:
			frame := make([]byte, 9)
			if _, err := io.ReadFull(r, frame); err != nil {
				return frames, pixels, err
			}
			frames++
			pixels += int64(binary.LittleEndian.Uint16(frame[4:])) * int64(binary.LittleEndian.Uint16(frame[6:]))
			if err = skipColours(r, frame[8]); err == nil {
				_, err = r.Discard(1) // the width of the codes
			}
		default: // the end, or what every decoder takes for it
			return frames, pixels, nil
		}
		if err == nil {
			err = skipBlocks(r)
		}
		if err != nil {
			return frames, pixels, err
		}
	}
}

// skipColours passes over the colour table that flags announce.
func skipColours(r *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := r.Discard(3 << (flags&7 + 1))
	return err
}

// skipBlocks passes over a run of data blocks and the empty one that ends it.
func skipBlocks(r *bufio.Reader) error {
	for {
		n, err := r.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := r.Discard(int(n)); err != nil {
			return err
		}
	}
}

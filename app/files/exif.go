package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

const (
	upright        = 1 // the orientation of most pictures, and of those that say nothing
	orientationTag = 0x0112
	shortType      = 3
	mostExif       = 64 << 10 // what a JPEG segment can hold
)

// orientationOf reads how a photo has to be turned, 1 to 8 as EXIF counts. A broken note counts as none.
func orientationOf(r io.Reader, mime string) int {
	var note []byte
	switch mime {
	case mimeJPEG:
		note = exifOfJPEG(bufio.NewReader(r))
	case mimeWebP:
		note = exifOfWebP(bufio.NewReader(r))
	}
	return orientation(note)
}

// exifOfJPEG walks the segments before the picture itself.
func exifOfJPEG(r *bufio.Reader) []byte {
	if _, err := r.Discard(2); err != nil {
		return nil
	}
	for {
		head, err := r.Peek(4)
		if err != nil || head[0] != 0xff {
			return nil
		}
		marker, length := head[1], int(binary.BigEndian.Uint16(head[2:]))
		switch {
		case marker == 0xff: // a fill byte
			_, _ = r.Discard(1)
			continue
		case marker == 0xda || marker == 0xd9 || length < 2: // the picture begins, or nothing follows
			return nil
		}
		segment := make([]byte, 2+length)
		if _, err := io.ReadFull(r, segment); err != nil {
			return nil
		}
		if note, ok := bytes.CutPrefix(segment[4:], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return note
		}
	}
}

// exifOfWebP walks the chunks of the RIFF container.
func exifOfWebP(r *bufio.Reader) []byte {
	if _, err := r.Discard(12); err != nil {
		return nil
	}
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(r, head); err != nil {
			return nil
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) != "EXIF" {
			if _, err := io.CopyN(io.Discard, r, length+length&1); err != nil {
				return nil
			}
			continue
		}
		if length > mostExif {
			return nil
		}
		note := make([]byte, length)
		if _, err := io.ReadFull(r, note); err != nil {
			return nil
		}
		return bytes.TrimPrefix(note, []byte("Exif\x00\x00"))
	}
}

// orientation finds the one entry we want in the first directory of a TIFF header.
func orientation(note []byte) int {
	if len(note) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(note[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(note[4:]))
	if at+2 > int64(len(note)) {
		return upright
	}
	entries := note[at+2:]
	for range order.Uint16(note[at:]) {
		if len(entries) < 12 {
			return upright
		}
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == shortType {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

package bench

import (
	"bytes"
	"fmt"
)

// The id of a message says which it is: prefix, sender, number. The widths are fixed, so that
// the next request differs from the last one in some digits only.
const (
	senderDigits = 3
	numberDigits = 8
)

var idKey = []byte(`"client_msg_id":"`)

func messageID(prefix string, sender, number int) string {
	return fmt.Sprintf("%s%0*d-%0*d", prefix, senderDigits, sender, numberDigits, number)
}

// putNumber writes n over digits, with zeros in front.
func putNumber(digits []byte, n int) {
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
}

// scanFrame calls heard for each message of a run in a socket frame, be it one event or a list
// of them. It looks for the ids and decodes nothing: what people say in a run cannot look like one.
func scanFrame(frame []byte, prefix string, heard func(sender, number int)) {
	for {
		at := bytes.Index(frame, idKey)
		if at < 0 {
			return
		}
		frame = frame[at+len(idKey):]
		if sender, number, ok := parseID(frame, prefix); ok {
			heard(sender, number)
		}
	}
}

// parseID reads an id at the beginning of text, up to its closing quote.
func parseID(text []byte, prefix string) (sender, number int, ok bool) {
	size := len(prefix) + senderDigits + 1 + numberDigits
	if len(text) <= size || text[size] != '"' || string(text[:len(prefix)]) != prefix || text[len(prefix)+senderDigits] != '-' {
		return 0, 0, false
	}
	sender, ok = digits(text[len(prefix) : len(prefix)+senderDigits])
	if !ok {
		return 0, 0, false
	}
	number, ok = digits(text[size-numberDigits : size])
	return sender, number, ok
}

func digits(text []byte) (n int, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

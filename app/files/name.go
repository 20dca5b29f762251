package files

import (
	"path"
	"strings"
	"unicode"
)

// longestName is in characters; a name is for people, and file systems take no more than 255 bytes.
const longestName = 80

// cleanName makes the name of an upload safe to show and to save under: no folders, no characters that
// cannot be seen or that turn the reading direction, none that a file system minds.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), turns(r), r == '\uFEFF', r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	ext := path.Ext(name)
	if len([]rune(ext)) > 12 {
		ext = ""
	}
	stem := strings.TrimRight(shorten(strings.TrimSuffix(name, ext), longestName-len([]rune(ext))), " .")
	if stem == "" {
		stem = "file"
	}
	return stem + ext
}

// turns tells the characters that change the direction in which their neighbours are read: they make
// "exe.gpj" look like a picture.
func turns(r rune) bool {
	return r == '\u061C' || r >= '\u200B' && r <= '\u200F' && r != '\u200D' || // \u200D joins emoji
		r >= '\u2028' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// withExtension gives a name the extension of what the file has become.
func withExtension(name string, allowed ...string) string {
	ext := path.Ext(name)
	for _, a := range allowed {
		if strings.EqualFold(ext, a) {
			return name
		}
	}
	return strings.TrimSuffix(name, ext) + allowed[0]
}

package files

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestANameIsMadeSafe(t *testing.T) {
	for given, want := range map[string]string{
		"报价单 2026.pdf":                        "报价单 2026.pdf",
		"../../etc/passwd":                    "passwd",
		`C:\Users\me\photo.jpg`:               "photo.jpg",
		"a/b\\c.txt":                          "c.txt",
		"..":                                  "file",
		"":                                    "file",
		"...hidden":                           "hidden",
		"  spaced .txt ":                      "spaced.txt",
		"photo\u202Egpj.exe":                  "photogpj.exe",
		"\u2066a\u2069\u200F\u200Bb\uFEFF.md": "ab.md",
		"new\r\nSet-Cookie: x.txt":            "newSet-Cookie_ x.txt",
		"tab\there\x00.txt":                   "tabhere.txt",
		`what?"<b>".txt`:                      "what___b__.txt",
		"family 👨\u200D👩\u200D👧.png":          "family 👨\u200D👩\u200D👧.png",
		"broken\xff.txt":                      "broken.txt",
		".txt":                                "txt",
		strings.Repeat("长", 300) + ".pdf":     strings.Repeat("长", 76) + ".pdf",
		"a." + strings.Repeat("x", 300):       "a." + strings.Repeat("x", 78),
	} {
		if got := cleanName(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/b\u202E.txt")
	f.Add(strings.Repeat("é.", 200))
	f.Fuzz(func(t *testing.T, given string) {
		got := cleanName(given)
		if got == "" || got != cleanName(got) || !utf8.ValidString(got) || len([]rune(got)) > longestName || strings.ContainsAny(got, "/\\\x00\r\n\u202E\u2066") ||
			strings.HasPrefix(got, ".") {
			t.Fatalf("%q became %q", given, got)
		}
	})
}

func TestABrokenNoteTurnsNothing(t *testing.T) {
	for _, note := range []string{"", "MM", "MM\x00\x2a\xff\xff\xff\xff", "II\x2a\x00\x08\x00\x00\x00\xff\xff", "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03"} {
		if got := orientation([]byte(note)); got != upright {
			t.Errorf("%q: %d", note, got)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08"), "image/jpeg")
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x04\x00\x00\x00abcd"), "image/webp")
	f.Fuzz(func(t *testing.T, content []byte, mime string) {
		if o := orientationOf(strings.NewReader(string(content)), mime); o < 1 || o > 8 {
			t.Fatalf("orientation %d", o)
		}
		_, _, _ = gifSize(strings.NewReader(string(content)))
	})
}

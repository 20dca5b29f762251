package people

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Members of the messenger are known by their names, so a name must look like no other, and like nobody who
// speaks for the house. Everything here is pure.

const (
	leastName  = 2
	mostName   = 32
	mostMarks  = 2 // accents on one letter; more of them climb over other lines
	separators = " _-.·'"
)

// memberName is the name as it is kept, or what is wrong with it.
func memberName(typed string) (name, problem string) {
	name = strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	for _, r := range name {
		if hiddenRune(r) {
			return "", "must not contain invisible characters or ones that turn the direction"
		}
	}
	name = norm.NFC.String(norm.NFKC.String(name)) // full-width letters are letters
	marks, digits := 0, true
	for _, r := range name {
		switch {
		case unicode.IsMark(r):
			marks++
		case unicode.IsLetter(r):
			marks, digits = 0, false
		case unicode.IsDigit(r), strings.ContainsRune(separators, r):
			marks = 0
		default:
			return "", "must consist of letters, digits, spaces and _ - . ·"
		}
		if marks > mostMarks {
			return "", "must consist of letters, digits, spaces and _ - . ·"
		}
	}
	switch n := utf8.RuneCountInString(name); {
	case n < leastName:
		return "", "must be at least 2 characters"
	case n > mostName:
		return "", tooLong(mostName)
	case digits:
		return "", "must contain a letter" // a number finds people too
	case official(name):
		return "", "is kept for those who run this server"
	}
	return name, ""
}

// hiddenRune tells the characters that show nothing, or change how others are shown: controls, zero-width,
// bidi, fillers, variation selectors, private use.
func hiddenRune(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == utf8.RuneError || r == '\u2800'
}

// Folded is a name as it is compared: of two names with the same fold only one is given away. Width, case,
// separators and letters of other scripts that look like Latin ones make no difference.
func Folded(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(strings.ToLower(norm.NFKC.String(name))) {
		switch twin, ok := twins[r]; {
		case strings.ContainsRune(separators, r), unicode.IsSpace(r):
		case ok:
			b.WriteRune(twin)
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// twins are letters of other scripts that look like Latin ones, in lower case.
var twins = pairs("аa вb сc ԁd еe ғf ɡg һh іi јj κk кk ӏl мm пn оo рp ԛq гr ѕs тt цu νv ѵv ѡw ԝw хx уy зz " +
	"αa βb ϲc εe ηn ιi οo ρp τt υu χx γy ωw ѐe ёe ӓa ӑa ӧo ӱy ıi ɩi ȷj ɑa ʟl ոn օo սu հh ցg զq յj քp ьb ҝk қk")

// shapes are the digits and signs that pass for letters in the name of an official.
var shapes = pairs("0o 1l il 3e 4a 5s 7t 8b 9g |l $s @a !l")

func pairs(list string) map[rune]rune {
	found := map[rune]rune{}
	for _, p := range strings.Fields(list) {
		r := []rune(p)
		found[r[0]] = r[1]
	}
	return found
}

// Words of those who run the house. No name is made of them, or begins with one of the strong ones.
var (
	strong   = shaped("admin", "administrator", "official", "support", "moderator", "ichat", "webmaster", "helpdesk", "guanfang", "guanliyuan", "kefu")
	houses   = append(shaped("root", "system", "service", "customer", "customers", "team", "staff", "help", "security", "mod", "owner", "bot", "info", "the", "sysop", "xitong"), strong...)
	chinese  = []string{"客服", "官方", "管理员", "管理員", "站长", "站長", "客户服务", "人工服务", "系统消息", "系统通知"}
	chinese1 = []string{"系统", "系統", "后台", "公告"} // only as the whole name
)

func shaped(words ...string) []string {
	for i, w := range words {
		words[i] = shape(w)
	}
	return words
}

// shape is a folded word as a hurried eye reads it.
func shape(word string) string {
	var b strings.Builder
	for _, r := range word {
		if twin, ok := shapes[r]; ok {
			r = twin
		}
		b.WriteRune(r)
	}
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(b.String())
}

// bare is a name without accents.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(name))
}

// official tells whether a name poses as one who runs the house.
func official(name string) bool {
	plain := Folded(bare(name))
	for _, w := range chinese {
		if strings.Contains(plain, w) {
			return true
		}
	}
	for _, w := range chinese1 {
		if plain == w {
			return true
		}
	}
	words := append(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(separators, r) }), name)
	for _, word := range words {
		folded := Folded(bare(word))
		if poses(shape(folded)) || poses(shape(strings.TrimRight(folded, "0123456789"))) {
			return true
		}
	}
	return false
}

func poses(word string) bool {
	for _, w := range strong {
		if strings.HasPrefix(word, w) {
			return true
		}
	}
	return len(word) >= 4 && madeOf(word, houses) // "the" or "mod" alone is a word like any other
}

// madeOf tells whether a word is nothing but these words, one after the other.
func madeOf(word string, of []string) bool {
	for _, w := range of {
		if rest, ok := strings.CutPrefix(word, w); ok && (rest == "" || madeOf(rest, of)) {
			return true
		}
	}
	return false
}

package faq

import (
	"strings"
	"unicode"
)

// hollow are the words of a question that say nothing of what it is about.
var hollow = setOf(strings.Fields(`a an and any are at be can could did do does for from get give go got had has have hello help hey hi how i if in is it its
	know like make may me my need of on or our please possible really should so some tell thank thanks that the their them there these they
	this to too us very want was we were what when where which who why will with would you your am im id about`))

// hollowHan are runs of Chinese that say nothing of what a question is about; the longest come first.
var hollowHan = strings.NewReplacer("为什么", " ", "什么时候", " ", "有没有", " ", "能不能", " ", "可不可以", " ", "是不是", " ", "请问一下", " ", "请问", " ",
	"怎么样", " ", "怎么办", " ", "怎么", " ", "怎样", " ", "如何", " ", "什么", " ", "多久", " ", "多少", " ", "哪里", " ", "哪儿", " ", "哪些", " ",
	"可以", " ", "能够", " ", "需要", " ", "我想", " ", "我要", " ", "你们", " ", "您们", " ", "我们", " ", "一下", " ", "知道", " ", "告诉", " ", "你好", " ", "您好", " ",
	"谢谢", " ", "吗", " ", "呢", " ", "吧", " ", "啊", " ", "呀", " ", "的", " ", "了", " ", "我", " ", "你", " ", "您", " ", "会", " ", "能", " ", "要", " ", "想", " ", "请", " ", "在", " ", "是", " ", "有", " ")

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

// fold makes texts that people take for the same the same: small letters, full-width forms as ASCII, everything
// that is neither letter nor digit a space.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r == '\'' || r == '’':
			return -1 // it's, don't
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			return unicode.ToLower(r)
		}
		return ' '
	}, text)), " ")
}

// terms are what a text is compared by: of scripts with spaces its words, without their endings; of Chinese,
// Japanese and Korean every two characters that stand together. What says nothing is left out, unless nothing else is there.
func terms(text string) map[string]bool {
	text = fold(text)
	found := map[string]bool{}
	gather(hollowHan.Replace(text), found, true)
	if len(found) == 0 {
		gather(text, found, false)
	}
	return found
}

func gather(text string, into map[string]bool, telling bool) {
	var run []rune
	flush := func(dense bool) {
		switch word := string(run); {
		case len(run) == 0:
		case !dense && telling && hollow[word]:
		case !dense:
			into[stem(word)] = true
		case len(run) == 1:
			into[word] = true
		default:
			for i := range len(run) - 1 {
				into[string(run[i:i+2])] = true
			}
		}
		run = run[:0]
	}
	last := false
	for _, r := range text {
		is := dense(r)
		if r == ' ' || is != last {
			flush(last)
		}
		if r != ' ' {
			run = append(run, r)
		}
		last = is
	}
	flush(last)
}

// dense tells whether a script is written without spaces between its words.
func dense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// stem takes the commonest English endings off, so that returns, returned and returning meet return. It need not
// be right, only the same for both sides.
func stem(word string) string {
	for _, end := range []string{"ing", "ied", "ies", "ed", "es", "s", "e", "y"} {
		short := strings.TrimSuffix(word, end)
		if short == word || len(short) < 3 || end == "s" && strings.HasSuffix(short, "s") {
			continue
		}
		if n := len(short); (end == "ing" || end == "ed") && n > 3 && short[n-1] == short[n-2] && short[n-1] != 'l' && short[n-1] != 's' {
			short = short[:n-1] // shipped, shipping
		}
		if end != "e" && end != "y" {
			short = strings.TrimSuffix(short, "e")
		}
		return short
	}
	return word
}

package desk

import (
	"fmt"
	"strings"
)

// builtIn are the product's own words for what a rule tells a visitor, in one language.
type builtIn struct{ apology, still, stillUntil, overflowed string }

var inEnglish = builtIn{
	apology:    "Sorry that nobody has answered yet. Leave a message and how to reach you: you keep your place, and the answer will find you.",
	still:      "Are you still there?",
	stillUntil: "Are you still there? Without a word from you this chat ends in %d min.",
	overflowed: "You wait for %s now, at the same place",
}

var inChinese = builtIn{
	apology:    "很抱歉，还没有客服回复您。请留言并留下联系方式：您的位置保留，我们会尽快答复。",
	still:      "您还在吗？",
	stillUntil: "您还在吗？如果没有回复，本次接待将在 %d 分钟后结束。",
	overflowed: "已为您转到“%s”排队，位置不变",
}

// builtInFor are the words in the language of a visitor, or in English.
func builtInFor(locale string) builtIn {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return inChinese
	}
	return inEnglish
}

// warning asks whether the visitor is still there; closes is in how many seconds it ends, 0 when it does not.
func (w builtIn) warning(closes int) string {
	if closes <= 0 {
		return w.still
	}
	return fmt.Sprintf(w.stillUntil, (closes+59)/60)
}

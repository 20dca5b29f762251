package chat

import "testing"

func TestASignIsExactlyOneEmoji(t *testing.T) {
	for given, want := range map[string]string{
		"👍": "👍", "👍🏽": "👍🏽", "❤": "❤\ufe0f", "❤\ufe0f": "❤\ufe0f", "☝🏻": "☝🏻", "👨\u200d👩\u200d👧\u200d👦": "👨\u200d👩\u200d👧\u200d👦", "❤\ufe0f\u200d🔥": "❤\ufe0f\u200d🔥", "❤\u200d🔥": "❤\ufe0f\u200d🔥", "🇨🇳": "🇨🇳", "1\u20e3": "1\ufe0f\u20e3", "#\ufe0f\u20e3": "#\ufe0f\u20e3",
		"🏳\u200d🌈": "🏳\ufe0f\u200d🌈", "🌶": "🌶\ufe0f", "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", "™": "™\ufe0f",
		"": "", "a": "", "赞": "", "👍👍": "", "👍a": "", "<b>": "", "1": "", "🇨": "", "🇨🇳🇨🇳": "", "🇨a": "", "👍\u200d": "", "\u200d": "", "\ufe0f": "", "🏽": "", "12\u20e3": "",
		"👨\u200d👩\u200d👧\u200d👦\u200d👨\u200d👩\u200d👧\u200d👦": "",
	} {
		got, ok := oneEmoji(given)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q %v, want %q", given, got, ok, want)
		}
	}
}

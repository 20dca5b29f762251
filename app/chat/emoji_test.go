package chat

import "testing"

func TestASignIsExactlyOneEmoji(t *testing.T) {
	for given, want := range map[string]string{
		"👍": "👍", "👍🏽": "👍🏽", "❤": "❤️", "❤️": "❤️", "☝🏻": "☝🏻", "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦", "❤️‍🔥": "❤️‍🔥", "❤‍🔥": "❤️‍🔥", "🇨🇳": "🇨🇳", "1⃣": "1️⃣", "#️⃣": "#️⃣",
		"🏳‍🌈": "🏳️‍🌈", "🌶": "🌶️", "🏴󠁧󠁢󠁷󠁬󠁳󠁿": "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "™": "™️",
		"": "", "a": "", "赞": "", "👍👍": "", "👍a": "", "<b>": "", "1": "", "🇨": "", "🇨🇳🇨🇳": "", "🇨a": "", "👍‍": "", "‍": "", "️": "", "🏽": "", "12⃣": "",
		"👨‍👩‍👧‍👦‍👨‍👩‍👧‍👦": "",
	} {
		got, ok := oneEmoji(given)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q %v, want %q", given, got, ok, want)
		}
	}
}

package chat

import "strings"

const (
	longestEmoji = 40 // bytes; a family of four is 25

	joiner       = 0x200D
	asPicture    = 0xFE0F // asks for the coloured form
	keycap       = 0x20E3
	endOfTag     = 0xE007F
	tones        = 0x1F3FB // the first of five colours of skin
	letterOfFlag = 0x1F1E6 // the first of 26
)

// oneEmoji reads a text that is exactly one emoji, in the one way it is stored: a sign that is as old as text asks for
// its coloured form. Anything else is false.
func oneEmoji(text string) (string, bool) {
	signs := []rune(strings.ReplaceAll(text, string(rune(asPicture)), ""))
	if len(text) > longestEmoji || len(signs) == 0 {
		return "", false
	}
	if flag := func(r rune) bool { return r >= letterOfFlag && r < letterOfFlag+26 }; flag(signs[0]) {
		return string(signs), len(signs) == 2 && flag(signs[1])
	}
	if strings.ContainsRune("0123456789#*", signs[0]) {
		return string([]rune{signs[0], asPicture, keycap}), len(signs) == 2 && signs[1] == keycap
	}
	var out []rune
	for i := 0; i < len(signs); {
		if !pictured(signs[i]) {
			return "", false
		}
		out = append(out, signs[i])
		next := i + 1
		if next < len(signs) && signs[next] >= tones && signs[next] < tones+5 {
			out, next = append(out, signs[next]), next+1
		} else if signs[i] < 0x1F000 || uncoloured[signs[i]] {
			out = append(out, asPicture)
		}
		if next < len(signs) && tag(signs[next]) { // the flags of Wales and the like
			for next < len(signs) && tag(signs[next]) {
				out, next = append(out, signs[next]), next+1
			}
			if signs[next-1] != endOfTag {
				return "", false
			}
		}
		if next == len(signs) {
			return string(out), true
		}
		if signs[next] != joiner {
			return "", false
		}
		out, i = append(out, joiner), next+1
	}
	return "", false // it ends in the middle
}

func tag(r rune) bool { return r >= 0xE0020 && r <= endOfTag }

// pictured tells whether a sign is a picture by itself: emoji, and the older symbols that have a coloured form.
func pictured(r rune) bool {
	switch {
	case r >= 0x1F300 && r <= 0x1FAFF:
		return r < tones || r >= tones+5
	case r >= 0x2600 && r <= 0x27BF, r >= 0x1F004 && r <= 0x1F0CF, r >= 0x1F170 && r <= 0x1F251:
		return true
	}
	return strings.ContainsRune("©®‼⁉™ℹ↔↕↖↗↘↙↩↪⌚⌛⌨⏏⏩⏪⏫⏬⏭⏮⏯⏰⏱⏲⏳⏸⏹⏺Ⓜ▪▫▶◀◻◼◽◾⤴⤵⬅⬆⬇⬛⬜⭐⭕〰〽㊗㊙", r)
}

// uncoloured are the younger signs that are drawn as text unless they ask for colour.
var uncoloured = func() map[rune]bool {
	set := map[rune]bool{}
	for _, r := range "🅰🅱🅾🅿🈂🈷🌡🌤🌥🌦🌧🌨🌩🌪🌫🌬🌶🍽🎖🎗🎙🎚🎛🎞🎟🏋🏌🏍🏎🏔🏕🏖🏗🏘🏙🏚🏛🏜🏝🏞🏟🏳🏵🏷🐿👁📽🕉🕊🕯🕰🕳🕴🕵🕶🕷🕸🕹🖇🖊🖋🖌🖍🖐🖥🖨🖱🖲🖼🗂🗃🗄🗑🗒🗓🗜🗝🗞🗡🗣🗨🗯🗳🗺🛋🛍🛎🛏🛠🛡🛢🛣🛤🛥🛩🛰🛳" {
		set[r] = true
	}
	return set
}()

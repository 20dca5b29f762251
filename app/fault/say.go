package fault

import "strings"

// Say gives message in lang ("zh-CN" or "en"), or in English when no translation is
// known. Numbers are written as # in the dictionary and carried over in order; what
// follows the first ": " is a value (a list of choices) and stays as it is.
func Say(message, lang string) string {
	if lang != "zh-CN" {
		return message
	}
	if said, ok := wordsZH[message]; ok {
		return said
	}
	pattern, numbers := liftNumbers(message)
	if said, ok := wordsZH[pattern]; ok && len(numbers) > 0 {
		return lowerNumbers(said, numbers)
	}
	if head, tail, ok := strings.Cut(message, ": "); ok {
		if said := Say(head, lang); said != head {
			return said + "：" + tail
		}
	}
	return message
}

// liftNumbers replaces each number (17, -3, 0.5) by # and returns the numbers.
func liftNumbers(s string) (string, []string) {
	var pattern strings.Builder
	var numbers []string
	for i := 0; i < len(s); {
		end := numberEnd(s, i)
		if end == i {
			pattern.WriteByte(s[i])
			i++
			continue
		}
		numbers = append(numbers, s[i:end])
		pattern.WriteByte('#')
		i = end
	}
	return pattern.String(), numbers
}

// numberEnd is where the number that starts at i ends, or i when none does.
func numberEnd(s string, i int) int {
	digit := func(k int) bool { return k < len(s) && s[k] >= '0' && s[k] <= '9' }
	end := i
	if s[end] == '-' {
		end++
	}
	if !digit(end) {
		return i
	}
	for digit(end) || end < len(s) && s[end] == '.' && digit(end+1) {
		end++
	}
	return end
}

func lowerNumbers(s string, numbers []string) string {
	for _, n := range numbers {
		s = strings.Replace(s, "#", n, 1)
	}
	return s
}

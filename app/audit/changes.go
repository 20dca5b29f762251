package audit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// valueMost is how many characters of a value the log keeps: enough to see what was meant.
const valueMost = 500

// hidden stands for what nobody may read, old or new.
const hidden = "•••"

// Change is one field before and after, as text; "" for what was not set.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Compare lists what differs between two values by their JSON names, in the order of the names; fields of a
// struct inside are named `outer.inner`. nil is a value without fields. What looks like a secret is said to
// have changed, and no more.
func Compare(before, after any) []Change {
	was, is := map[string]string{}, map[string]string{}
	flatten("", plain(before), was)
	flatten("", plain(after), is)
	changes := []Change{}
	all := maps.Clone(was)
	maps.Copy(all, is)
	for _, field := range slices.Sorted(maps.Keys(all)) {
		c := Change{Field: field, Old: was[field], New: is[field]}
		if c.Old == c.New {
			continue
		}
		if secret(field) {
			c.Old, c.New = hide(c.Old), hide(c.New)
		}
		c.Old, c.New = short(c.Old), short(c.New)
		changes = append(changes, c)
	}
	return changes
}

func plain(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode for the audit log: %v", err)) // our own structs
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber() // ids are longer than a float holds
	var p any
	if err := d.Decode(&p); err != nil {
		panic(fmt.Sprintf("decode what was just encoded: %v", err))
	}
	return p
}

func flatten(name string, v any, into map[string]string) {
	inner, ok := v.(map[string]any)
	if !ok {
		into[name] = text(v)
		return
	}
	for key, one := range inner {
		if name != "" {
			key = name + "." + key
		}
		flatten(key, one, into)
	}
}

// text is a value on one line: of a list its entries, of a struct in a list what its fields hold, so that
// opening hours read `09:00–12:00, 13:00–18:00; —`.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		nested := slices.ContainsFunc(v, func(one any) bool { _, list := one.([]any); return list })
		parts := make([]string, len(v))
		for i, one := range v {
			if parts[i] = text(one); nested {
				parts[i] = cmp.Or(parts[i], "—")
			}
		}
		if nested {
			return strings.Join(parts, "; ")
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, text(v[key]))
		}
		return strings.Join(parts, "–")
	}
	return fmt.Sprint(v)
}

// secret tells whether a field holds what must not be written down twice.
func secret(field string) bool {
	field = strings.ToLower(field[strings.LastIndexByte(field, '.')+1:])
	return slices.ContainsFunc([]string{"password", "secret", "token", "hash", "smtp"}, func(s string) bool { return strings.Contains(field, s) })
}

func hide(value string) string {
	if value == "" {
		return ""
	}
	return hidden
}

func short(value string) string {
	if r := []rune(value); len(r) > valueMost {
		return string(r[:valueMost]) + "…"
	}
	return value
}

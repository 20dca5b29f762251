package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
)

const (
	deepest  = 64 // nothing honest nests deeper; huma validates by recursion
	manyKeys = 16 // up to here comparing beats hashing
)

// level is one object or list that is open while scanning.
type level struct {
	object bool
	name   bool // the next string is a key
	first  int  // where its keys begin in scanner.keys
	index  int  // of the current entry, in a list
	many   map[string]struct{}
}

// scanner walks JSON that is known to be well-formed, once, and looks for what
// encoding/json lets through.
type scanner struct {
	levels []level
	keys   [][]byte // of all open objects, unescaped
}

// scanners saves what a send would otherwise allocate for its two objects and five keys.
var scanners = sync.Pool{New: func() any {
	return &scanner{levels: make([]level, 0, deepest), keys: make([][]byte, 0, manyKeys)}
}}

// scan refuses duplicate keys at any depth, NUL in any string and absurd nesting. data must
// be valid JSON.
func scan(data []byte) error {
	s := scanners.Get().(*scanner)
	err := s.walk(data)
	clear(s.levels[:cap(s.levels)])
	clear(s.keys[:cap(s.keys)]) // they point into the request
	s.levels, s.keys = s.levels[:0], s.keys[:0]
	if cap(s.keys) <= 64*manyKeys {
		scanners.Put(s)
	}
	return err
}

func (s *scanner) walk(data []byte) error {
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			if len(s.levels) == deepest {
				return errors.New(problemDeep)
			}
			object := data[i] == '{'
			s.levels = append(s.levels, level{object: object, name: object, first: len(s.keys)})
		case '}', ']':
			last := len(s.levels) - 1
			s.keys = s.keys[:s.levels[last].first]
			s.levels = s.levels[:last]
		case ',':
			l := &s.levels[len(s.levels)-1]
			l.name = l.object
			l.index++
		case '"':
			end, escaped := stringEnd(data, i+1)
			if err := s.text(data[i:end+1], escaped); err != nil {
				return err
			}
			i = end
		}
	}
	return nil
}

// stringEnd finds the closing quote of a string whose text begins at i.
func stringEnd(data []byte, i int) (end int, escaped bool) {
	for ; data[i] != '"'; i++ {
		if data[i] == '\\' {
			escaped = true
			i++
		}
	}
	return i, escaped
}

// text looks at one string, quotes included.
func (s *scanner) text(quoted []byte, escaped bool) error {
	value := quoted[1 : len(quoted)-1]
	if escaped {
		value = unescape(quoted)
	}
	if len(s.levels) > 0 && s.levels[len(s.levels)-1].name {
		if err := s.key(value); err != nil {
			return err
		}
	}
	if escaped && bytes.IndexByte(value, 0) >= 0 { // unescaped it is not valid JSON at all
		return s.at(problemNUL)
	}
	return nil
}

func unescape(quoted []byte) []byte {
	var value string
	if err := json.Unmarshal(quoted, &value); err != nil {
		panic(err) // the whole was valid, so is its part
	}
	return []byte(value)
}

func (s *scanner) key(k []byte) error {
	l := &s.levels[len(s.levels)-1]
	l.name = false
	others := s.keys[l.first:]
	s.keys = append(s.keys, k)
	if l.many != nil {
		if _, twice := l.many[string(k)]; twice {
			return s.at(problemTwice)
		}
		l.many[string(k)] = struct{}{}
		return nil
	}
	for _, other := range others {
		if bytes.Equal(other, k) {
			return s.at(problemTwice)
		}
	}
	if len(others) >= manyKeys {
		l.many = make(map[string]struct{}, 4*manyKeys)
		for _, other := range s.keys[l.first:] {
			l.many[string(other)] = struct{}{}
		}
	}
	return nil
}

// at adds where the scanner stands: "items[2].name".
func (s *scanner) at(problem string) error {
	var path strings.Builder
	for i, l := range s.levels {
		end := len(s.keys)
		if i+1 < len(s.levels) {
			end = s.levels[i+1].first
		}
		switch {
		case !l.object:
			path.WriteString("[" + strconv.Itoa(l.index) + "]")
		case end > l.first:
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(strings.ReplaceAll(string(s.keys[end-1]), "\x00", `\u0000`))
		}
	}
	if path.Len() == 0 {
		return errors.New(problem)
	}
	return errors.New(problem + ": " + path.String())
}

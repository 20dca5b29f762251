package chat

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
	"ichat/app/people"
	"ichat/app/web"
)

const (
	// mostExported is how many messages one file holds, the latest ones: what people read, not a backup.
	mostExported = 100_000

	// exportSlice is how many messages are read at a time, so that no long reading holds up others.
	exportSlice = 500
)

// exported is a conversation on its way into a file.
type exported struct {
	s     *Service
	c     Conversation
	who   viewer
	name  string
	from  int64 // the first seq in it
	zone  *time.Location
	lang  string
	known map[int64]people.Person
}

// export begins a file of what somebody sees of a conversation. Whoever is not in gets NotFound.
func (s *Service) export(ctx context.Context, by, conversationID int64) (*exported, error) {
	m, err := membership(ctx, s.db.R, conversationID, by)
	if err == nil && m.LeftSeq != nil {
		err = errNotIn
	}
	if err != nil {
		return nil, err
	}
	c, err := conversation(ctx, s.db.R, conversationID)
	if err == nil && c.Kind != Direct && c.Kind != Group {
		err = errNotIn
	}
	if err != nil {
		return nil, err
	}
	e := &exported{s: s, c: c, who: m.see(), name: c.Name, from: max(m.JoinSeq, c.Seq-mostExported+1), zone: time.UTC, known: map[int64]people.Person{}}
	if c.Kind == Direct {
		other := c.OwnerID
		if other == by {
			other = c.PeerID
		}
		found, err := s.people.PeopleIn(ctx, s.db.R, []int64{other})
		if err != nil {
			return nil, err
		}
		e.name = found[other].Name
	}
	return e, nil
}

// each reads the messages slice by slice, oldest first, up to where the conversation was when the file began.
func (e *exported) each(ctx context.Context, take func(m Message) error) error {
	for from := e.from; from <= e.c.Seq; from += exportSlice {
		rows, err := page(ctx, e.s.db.R, e.c.ID, from, min(from+exportSlice, e.c.Seq+1), exportSlice)
		if err != nil {
			return err
		}
		p, err := e.s.pageOf(ctx, e.c.ID, e.who, rows, exportSlice)
		if err != nil {
			return err
		}
		for _, person := range p.People {
			e.known[person.ID] = person
		}
		for _, m := range p.Messages {
			if m.Hidden {
				continue
			}
			if err := take(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// text writes what people said, a paragraph each. Lines of the system are left to the other form.
func (e *exported) text(ctx context.Context, to io.Writer) error {
	w := exportWords[e.lang]
	fmt.Fprintf(to, "\ufeff%s\n%s %s (%s)\n", e.name, w.made, e.s.now().In(e.zone).Format(time.DateTime), e.zone)
	if e.from > e.who.from {
		fmt.Fprintf(to, w.cut+"\n", mostExported)
	}
	return e.each(ctx, func(m Message) error {
		if m.Type == System {
			return nil
		}
		said := m.Body.Text
		switch {
		case m.Recalled:
			said = w.recalled
		case m.Type == Image:
			said = "[" + w.image + "] " + m.Body.Name
		case m.Type == File:
			said = "[" + w.file + "] " + m.Body.Name
		case m.Type == Merged || m.Type == Card:
			said = w.shown(m)
		}
		var signs []string
		for _, r := range m.Reactions {
			signs = append(signs, r.Emoji+" "+strconv.FormatInt(r.Count, 10))
		}
		if len(signs) > 0 {
			said += "\n" + strings.Join(signs, "  ")
		}
		_, err := fmt.Fprintf(to, "\n%s  %s\n  %s\n", m.CreatedAt.In(e.zone).Format(time.DateTime), e.known[m.SenderID].Name, strings.ReplaceAll(said, "\n", "\n  "))
		return err
	})
}

// json writes everything as the API gives it, and the people who appear.
func (e *exported) json(ctx context.Context, to io.Writer) error {
	head, comma := encode(map[string]any{"conversation": e.c.header(), "name": e.name, "exported_at": e.s.time(), "from_seq": e.from}), ""
	fmt.Fprintf(to, "%s,\n\"messages\":[", head[:len(head)-1])
	err := e.each(ctx, func(m Message) error {
		_, err := fmt.Fprintf(to, "%s\n%s", comma, encode(m))
		comma = ","
		return err
	})
	if err != nil {
		return err
	}
	list := []people.Person{}
	for _, id := range slices.Sorted(maps.Keys(e.known)) {
		list = append(list, e.known[id])
	}
	_, err = fmt.Fprintf(to, "],\n\"people\":%s}\n", encode(list))
	return err
}

// exportLang is what a file says in the reader's language.
type exportLang struct{ made, cut, recalled, image, file, merged, card, more string }

// shown words a card, or several messages that were passed on as one.
func (w exportLang) shown(m Message) string {
	switch b := m.Body; {
	case b.Card != nil:
		return "[" + w.card + "] " + b.Card.Name
	case b.Merged != nil:
		said := "[" + w.merged + "] " + alt(Merged, b)
		for _, line := range b.Merged.Lines {
			said += "\n" + line.Name + ": " + w.line(line)
		}
		if more := b.Merged.Count - len(b.Merged.Lines); more > 0 {
			said += "\n" + fmt.Sprintf(w.more, more)
		}
		return said
	}
	return m.Body.Text
}

func (w exportLang) line(l MergedLine) string {
	word := map[string]string{Image: w.image, File: w.file, Merged: w.merged, Card: w.card}[l.Type]
	if word == "" {
		return l.Text
	}
	return "[" + word + "] " + l.Text
}

var exportWords = map[string]exportLang{
	"en":    {"Exported", "Only the latest %d messages are in this file.", "(recalled)", "Picture", "File", "Chat history", "Card", "… and %d more"},
	"zh-CN": {"导出时间", "此文件只包含最近 %d 条消息。", "（已撤回）", "图片", "文件", "聊天记录", "名片", "……另有 %d 条"},
}

// getExport streams a conversation as a file: text to read, or JSON for programs.
func (s *Service) getExport(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return errNotIn
	}
	e, err := s.export(ctx, web.CallerOf(ctx).Person, id)
	if err != nil {
		return err
	}
	kind, ending, write := "text/plain", "txt", e.text
	switch c.QueryParam("format") {
	case "", "text":
	case "json":
		kind, ending, write = "application/json", "json", e.json
	default:
		return fault.New(fault.Invalid, "the request is not valid").With("format", "must be text or json")
	}
	if zone := c.QueryParam("zone"); zone != "" {
		if e.zone, err = time.LoadLocation(zone); err != nil {
			return fault.New(fault.Invalid, "the request is not valid").With("zone", "must be a time zone such as Asia/Shanghai")
		}
	}
	if e.lang = "en"; web.Lang(ctx) == "zh-CN" || c.QueryParam("lang") == "zh-CN" {
		e.lang = "zh-CN"
	}
	h := c.Response().Header()
	h.Set("Content-Type", kind+"; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="chat-%d-%s.%s"`, id, s.now().UTC().Format(time.DateOnly), ending))
	h.Set("Cache-Control", "no-store")
	c.Response().WriteHeader(http.StatusOK)
	to := bufio.NewWriter(c.Response())
	if err := write(ctx, to); err != nil {
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return to.Flush()
}

package ops

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/storage"
)

// act is one thing that happens at one moment.
type act struct {
	at time.Time
	do func(ctx context.Context) error
}

// scene is a session while it is played.
type scene struct {
	*stage
	*session
	n            int // which one
	conversation int64
	ticket       int64
	seq          int64 // of the last message
	said         int
}

// play lets everything happen in the order of its time, whatever conversation it belongs to.
func (s *stage) play(ctx context.Context, o Options, sessions []*session) error {
	var acts []act
	for n, one := range sessions {
		acts = append(acts, (&scene{stage: s, session: one, n: n}).acts()...)
	}
	slices.SortStableFunc(acts, func(a, b act) int { return a.at.Compare(b.at) })
	for i, a := range acts {
		s.at(a.at)
		if err := a.do(ctx); err != nil {
			return err
		}
		if tenth := len(acts)/10 + 1; (i+1)%tenth == 0 {
			o.say("up to %s, %d messages", a.at.Format(time.DateOnly), s.sent)
		}
	}
	return nil
}

func (s *scene) acts() []act {
	at := s.opened
	all := []act{{at, s.come}}
	if s.end == endWaiting {
		return all
	}
	at = at.Add(s.wait)
	all = append(all, act{at, s.take})
	for _, l := range s.lines {
		at = at.Add(l.after)
		all = append(all, act{at, func(ctx context.Context) error { return s.say(ctx, l) }})
	}
	all = append(all, act{at.Add(3 * time.Second), s.read})
	if s.end == endOpen {
		return all
	}
	all = append(all, act{at.Add(s.pause), s.leave})
	if s.stars > 0 {
		all = append(all, act{at.Add(s.pause + 15*time.Second), func(ctx context.Context) error {
			_, err := s.Desk.Rate(ctx, s.site.ID, s.visitor.id, desk.Rating{Stars: s.stars, Comment: s.comment})
			return err
		}})
	}
	return all
}

// come is a visitor's arrival and first words.
func (s *scene) come(ctx context.Context) error {
	v := s.visitor
	if v.id == 0 {
		here, err := s.People.Arrive(ctx, s.site.Key, v.language, "")
		if err != nil {
			return err
		}
		v.id = here.Person.ID
	}
	if err := s.visitorSays(ctx, s.draft(chat.Text, chat.Body{Text: s.first})); err != nil {
		return err
	}
	if v.name != "" {
		if err := s.introduce(ctx); err != nil {
			return err
		}
	}
	live, err := s.Desk.Live(ctx, s.site.ID, v.id)
	s.ticket = live.TicketID
	return err
}

// introduce gives the visitor a name. He tells how to reach him himself; the name of somebody who is
// not signed in anywhere comes with no request, only with his row.
func (s *scene) introduce(ctx context.Context) error {
	_, err := s.Desk.LeaveContact(ctx, s.site.ID, s.visitor.id, desk.Contact{Name: s.visitor.name, Email: s.visitor.email})
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `UPDATE people SET name = ? WHERE id = ?`, s.visitor.name, s.visitor.id)
	})
}

func (s *scene) visitorSays(ctx context.Context, d chat.Draft) error {
	m, err := s.Desk.SayFrom(ctx, s.site.ID, s.visitor.id, d, desk.Approach{Page: s.page})
	s.conversation, s.seq = cmp.Or(m.ConversationID, s.conversation), max(m.Seq, s.seq)
	return err
}

func (s *scene) draft(kind string, body chat.Body) chat.Draft {
	s.said++
	s.sent++
	return chat.Draft{ClientMsgID: fmt.Sprintf("demo-%d-%d-%d", s.opened.UnixMilli(), s.n, s.said), Type: kind, Body: body}
}

// take hands the ticket over. Nobody is connected in the past, so Dispatch cannot have done it: most
// assignments get the reason it would have given.
func (s *scene) take(ctx context.Context) error {
	agent := s.cast[s.agent]
	if _, err := s.Desk.Take(ctx, agent, s.ticket); err != nil {
		return err
	}
	if s.byHand {
		return nil
	}
	why := desk.Why{Rule: "least busy", Picked: agent, Skipped: []desk.Skipped{}}
	for i, person := range s.cast {
		if person != agent {
			reason := []string{"busier", "not idle longer", "away"}[(s.n+i)%3]
			why.Skipped = append(why.Skipped, desk.Skipped{PersonID: person, Name: demoCast[i].Name, Reason: reason})
		}
	}
	text, err := json.Marshal(why)
	if err != nil {
		return fmt.Errorf("encode why: %w", err)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return tx.Do(ctx, `UPDATE assignments SET why = ? WHERE ticket_id = ?`, string(text), s.ticket)
	})
}

func (s *scene) say(ctx context.Context, l line) error {
	if l.picture != "" {
		return s.show(ctx, l.picture)
	}
	text := strings.ReplaceAll(l.text, "{agent}", demoCast[s.agent].Name)
	d := s.draft(chat.Text, chat.Body{Text: text})
	if !l.agent {
		return s.visitorSays(ctx, d)
	}
	m, err := s.Chat.Send(ctx, s.cast[s.agent], s.conversation, d)
	s.seq = max(m.Seq, s.seq)
	return err
}

// show uploads a picture and sends it.
func (s *scene) show(ctx context.Context, what string) error {
	f, err := s.Files.Upload(ctx, s.visitor.id, fmt.Sprintf("IMG_%d.png", 2000+s.n), photograph(what, s.n))
	if err != nil {
		return err
	}
	return s.visitorSays(ctx, s.draft(f.Kind, chat.Body{FileID: f.ID}))
}

// read moves both sides' cursors; one visitor in nine has put the telephone away by then.
func (s *scene) read(ctx context.Context) error {
	if err := s.Chat.MoveCursors(ctx, s.cast[s.agent], s.conversation, s.seq, s.seq); err != nil {
		return err
	}
	if s.n%9 == 4 {
		return nil
	}
	return s.Chat.MoveCursors(ctx, s.visitor.id, s.conversation, s.seq, s.seq)
}

// leave is the end of the session, with what the agent notes for the next one.
func (s *scene) leave(ctx context.Context) error {
	if s.note != "" {
		if _, err := s.Desk.WriteNote(ctx, s.cast[s.agent], s.ticket, fmt.Sprintf("demo-note-%d", s.n), s.note); err != nil {
			return err
		}
	}
	if s.byVisitor {
		_, err := s.Desk.End(ctx, s.site.ID, s.visitor.id)
		return err
	}
	_, err := s.Desk.Close(ctx, s.cast[s.agent], s.ticket)
	return err
}

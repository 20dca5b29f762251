package chat_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// device is what a client has of its conversations: pushes in the order of versions, syncs when its list moved.
type device struct {
	t    *testing.T
	c    *apptest.Client
	s    *apptest.Socket
	list int64
	have map[int64]*held
}

type held struct {
	Header   chat.Header
	Members  map[int64]chat.Member // without cursors, which have no version
	Messages map[int64]chat.Message
}

func newDevice(t *testing.T, c *apptest.Client) *device {
	d := &device{t: t, c: c, s: c.Connect(), have: map[int64]*held{}}
	d.take(d.s.Sync)
	return d
}

func (d *device) known() chat.SyncRequest {
	req := chat.SyncRequest{Epoch: d.s.Init.Epoch, List: d.list, Known: map[int64]chat.Known{}}
	for id, h := range d.have {
		req.Known[id] = chat.Known{h.Header.Version, 0}
	}
	return req
}

func (d *device) sync() {
	var a chat.SyncAnswer
	d.c.OK("POST", "/api/chat/sync", d.known(), &a)
	d.take(a)
}

func (d *device) take(a chat.SyncAnswer) {
	d.list = a.List
	for _, id := range a.Gone {
		delete(d.have, id)
	}
	for _, c := range a.Conversations {
		h := d.have[c.ID]
		if h == nil || c.Reset {
			h = &held{Members: map[int64]chat.Member{}, Messages: map[int64]chat.Message{}}
			d.have[c.ID] = h
		}
		h.apply(c.Header, c.Members, c.Messages)
	}
}

func (h *held) apply(header chat.Header, members []chat.Member, messages []chat.Message) {
	h.Header = header
	for _, m := range members {
		m.Read, m.Received = 0, 0
		if h.Members[m.PersonID] = m; m.Left {
			delete(h.Members, m.PersonID)
		}
	}
	for _, m := range messages {
		h.Messages[m.Seq] = m
	}
}

// hear applies what was pushed so far.
func (d *device) hear() {
	d.t.Helper()
	events := d.s.Drain()
	slices.SortStableFunc(events, func(a, b apptest.Event) int { return int(a.Version - b.Version) }) // they may overtake each other
	for _, e := range events {
		d.one(e)
	}
}

func (d *device) one(e apptest.Event) {
	d.t.Helper()
	switch h := d.have[e.ConversationID]; {
	case e.Type == "list":
		d.sync()
	case h == nil || e.Version <= h.Header.Version:
	case e.Version != h.Header.Version+1:
		d.t.Fatalf("version %d pushed (%s) after %d", e.Version, e.Type, h.Header.Version)
	default:
		h.push(d.t, e)
	}
}

// hearUpTo hears until this device has what a fresh one has: the hub keeps a frame that looks early for a moment.
func (d *device) hearUpTo(fresh *device) {
	d.t.Helper()
	for d.hear(); d.behind(fresh); {
		d.one(d.s.Next())
	}
}

func (d *device) behind(fresh *device) bool {
	for id, h := range fresh.have {
		if mine := d.have[id]; mine == nil || mine.Header.Version < h.Header.Version {
			return true
		}
	}
	return false
}

func (h *held) push(t *testing.T, e apptest.Event) {
	t.Helper()
	header, act := h.Header, chat.Act{}
	var messages []chat.Message
	switch e.Type {
	case "act":
		if err := json.Unmarshal(e.Data, &act); err != nil {
			t.Fatal(err)
		}
		header = act.Header
		if act.Message != nil {
			messages = []chat.Message{*act.Message}
		}
	case "message":
		var m chat.Message
		if err := json.Unmarshal(e.Data, &m); err != nil {
			t.Fatal(err)
		}
		messages, header.Seq = []chat.Message{m}, max(header.Seq, m.Seq)
	}
	header.Version = e.Version
	h.apply(header, act.Members, messages)
}

// TestWhatIsPushedAndWhatIsSyncedAreTheSame: after every kind of change, a device that heard the pushes, one
// that syncs only, and a fresh one have the same.
func TestWhatIsPushedAndWhatIsSyncedAreTheSame(t *testing.T) {
	p := apptest.New(t)
	a, b, c, late := p.Agent("Ann", 1), p.Agent("Bob", 1), p.Agent("Cem", 1), p.Agent("Lea", 1)
	var devices, syncing []*device
	for _, who := range []*apptest.Client{a, b, c, late} {
		devices, syncing = append(devices, newDevice(t, who)), append(syncing, newDevice(t, who))
	}
	same := func(after string) {
		t.Helper()
		for i, d := range devices {
			syncing[i].sync()
			fresh := newDevice(t, d.c)
			d.hearUpTo(fresh)
			for how, have := range map[string]map[int64]*held{"pushes": d.have, "syncs": syncing[i].have} {
				if !reflect.DeepEqual(have, fresh.have) {
					t.Fatalf("after %s person %d has by %s %s\nand fresh %s", after, i, how, shown(have), shown(fresh.have))
				}
			}
			fresh.s.Cut()
		}
	}
	group := found(t, p, a, "Team", b, c).ID
	same("a group was made")
	said := b.Write(group, "hello")
	same("a message")
	b.OK("PATCH", editAt(said), editing("edit-0001", "hello all"), nil)
	same("an edit")
	var reply chat.Message
	c.OK("POST", messagesAt(group), answering(p, said.Seq, "hi"), &reply)
	same("a reply")
	react(a, reply, "👍", true)
	react(b, reply, "👍", true)
	same("signs under a message")
	a.OK("PUT", fmt.Sprintf("/api/chat/conversations/%d/pins/%d", group, reply.Seq), nil, nil)
	same("a pin")
	c.OK("POST", fmt.Sprintf("%s/%d/hide", messagesAt(group), a.Write(group, "not for Cem").Seq), nil, nil)
	same("something was hidden by one")
	a.OK("PATCH", groupAt(group, ""), map[string]string{"name": "The team"}, nil)
	same("a rename")
	add(c, group, late)
	same("somebody was added")
	c.OK("PATCH", editAt(reply), editing("edit-0001", "hi Bob"), nil)
	same("an edit that not everybody sees")
	answer := late.Write(group, "thanks")
	same("a newcomer spoke")
	a.OK("PATCH", memberAt(group, b), map[string]string{"role": "admin"}, nil)
	same("an admin was made")
	b.OK("DELETE", memberAt(group, c), nil, nil)
	same("somebody was removed")
	late.OK("POST", recallAt(answer), nil, nil)
	same("a recall")
	react(b, reply, "👍", false)
	same("a sign was taken away")
	add(a, group, c)
	same("somebody came back")
	a.OK("PATCH", memberAt(group, late), map[string]string{"role": "owner"}, nil)
	same("the group was handed over")
	a.OK("POST", groupAt(group, "/leave"), nil, nil)
	same("somebody left")
	late.OK("POST", groupAt(group, "/dissolve"), nil, nil)
	same("the group was dissolved")
	a.OK("POST", "/api/chat/direct", map[string]int64{"person": b.ID}, nil)
	same("a direct conversation was made")
	if len(devices[1].have) != 2 || len(devices[0].have) != 1 {
		t.Fatalf("%d and %d conversations", len(devices[1].have), len(devices[0].have))
	}
}

func shown(have map[int64]*held) string {
	out := ""
	for _, id := range slices.Sorted(maps.Keys(have)) {
		h := have[id]
		out += fmt.Sprintf("\n%+v\n  %+v\n  %+v", h.Header, h.Members, h.Messages)
	}
	return out
}

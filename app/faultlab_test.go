//go:build faultlab

package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/faultlab"
)

// TestEveryFaultCanBeSeenFromOutside runs itself once with each fault and once without: a fault that nobody
// could notice would prove nothing about the checker.
func TestEveryFaultCanBeSeenFromOutside(t *testing.T) {
	if os.Getenv("ICHAT_FAULT_STORY") != "" {
		t.Skip("inside a story")
	}
	for _, name := range faultlab.All {
		for _, broken := range []bool{true, false} {
			child := exec.Command(os.Args[0], "-test.run=^TestStoryOfAFault$", "-test.v")
			child.Env = append(os.Environ(), "ICHAT_FAULT_STORY="+name)
			if broken {
				child.Env = append(child.Env, "ICHAT_FAULT="+name)
			}
			if out, err := child.CombinedOutput(); (err != nil) != broken {
				t.Errorf("%s, broken %v: %v\n%s", name, broken, err, out)
			}
		}
	}
}

// TestStoryOfAFault tells a story that goes wrong with the fault and goes right without it.
func TestStoryOfAFault(t *testing.T) {
	stories := map[string]func(*testing.T, *apptest.Product){
		faultlab.AckBeforeCommit: theAnsweredIsThere, faultlab.PushBeforeCommit: theToldIsThere, faultlab.NoUniqueKey: aRetryIsOneMessage,
		faultlab.Sequence: numbersAreDense, faultlab.DropOnFull: aBurstArrives, faultlab.CapOutside: theCapHolds, faultlab.NoMembership: strangersStayOut,
		faultlab.BlockOutside: theBlockedStaysOut,
	}
	if story := stories[os.Getenv("ICHAT_FAULT_STORY")]; story != nil {
		story(t, apptest.New(t))
	}
}

func reads(c *apptest.Client, m chat.Message) bool {
	var page chat.MessagePage
	c.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", m.ConversationID), nil, &page)
	return slices.ContainsFunc(page.Messages, func(one chat.Message) bool { return one.ID == m.ID })
}

func theAnsweredIsThere(t *testing.T, p *apptest.Product) {
	v := p.Visitor()
	v.Say("one")
	if m := v.Say("two"); !reads(v, m) {
		t.Fatal("answered, and not there")
	}
}

func theToldIsThere(t *testing.T, p *apptest.Product) {
	v := p.Visitor()
	v.Say("one")
	s := v.Connect()
	go v.Say("two")
	var m chat.Message
	if err := json.Unmarshal(s.Wait("message", nil).Data, &m); err != nil {
		t.Fatal(err)
	}
	if !reads(v, m) {
		t.Fatal("told, and not there")
	}
}

func aRetryIsOneMessage(t *testing.T, p *apptest.Product) {
	v := p.Visitor()
	d := p.Draft("once")
	var first, second chat.Message
	v.OK("POST", "/api/live/messages", d, &first)
	v.OK("POST", "/api/live/messages", d, &second)
	if first.Seq != second.Seq {
		t.Fatal("two messages")
	}
}

func numbersAreDense(t *testing.T, p *apptest.Product) {
	v := p.Visitor()
	d := p.Draft("once")
	v.OK("POST", "/api/live/messages", d, nil)
	v.OK("POST", "/api/live/messages", d, nil)
	if m := v.Say("next"); m.Seq != 2 {
		t.Fatalf("the second message has the number %d", m.Seq)
	}
}

func aBurstArrives(t *testing.T, p *apptest.Product) {
	v := p.Visitor()
	first := v.Say("one")
	s := v.Connect()
	const count = 300
	var talking sync.WaitGroup
	for range count {
		talking.Go(func() { v.Say("and") })
	}
	talking.Wait()
	last := v.Say("last")
	came := int64(0)
	for m := (chat.Message{}); m.ID != last.ID; came++ { // said when all else had been
		if err := json.Unmarshal(s.Wait("message", nil).Data, &m); err != nil {
			t.Fatal(err)
		}
	}
	if want := last.Seq - first.Seq; came != want {
		t.Fatalf("%d messages of %d came", came, want)
	}
}

func theCapHolds(t *testing.T, p *apptest.Product) {
	agent := p.Agent("Ann", 1)
	agent.Connect()
	var tickets []int64
	for range 8 {
		v := p.Visitor()
		v.Say("hello")
		tickets = append(tickets, v.Live().TicketID)
	}
	agent.OK("PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
	var taken atomic.Int64
	var taking sync.WaitGroup
	for _, id := range tickets {
		taking.Go(func() {
			if agent.Do("POST", fmt.Sprintf("/api/desk/tickets/%d/take", id), nil).Status == 200 {
				taken.Add(1)
			}
		})
	}
	taking.Wait()
	if taken.Load() > 1 {
		t.Fatalf("%d tickets with a cap of 1", taken.Load())
	}
}

func theBlockedStaysOut(_ *testing.T, p *apptest.Product) {
	a, b := p.Agent("Ann", 1), p.Agent("Bob", 1)
	for _, c := range []*apptest.Client{a, b} {
		c.OK("GET", "/api/im", nil, nil)
	}
	var h chat.Header
	a.OK("POST", "/api/chat/direct", map[string]int64{"person": b.ID}, &h)
	b.Write(h.ID, "hello")
	a.OK("PUT", fmt.Sprint("/api/im/blocked/", b.ID), nil, nil)
	b.Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", h.ID), p.Draft("me again"), 403)
}

func strangersStayOut(t *testing.T, p *apptest.Product) {
	m := p.Visitor().Say("mine")
	p.Visitor().Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", m.ConversationID), p.Draft("me too"), 404)
}

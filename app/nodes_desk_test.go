package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
)

func ticketEnd(ticket int64, end string) string {
	return fmt.Sprintf("/api/desk/tickets/%d%s", ticket, end)
}

// frame reads what an event carries.
func frame[T any](t *testing.T, e apptest.Event) (data T) {
	t.Helper()
	if err := json.Unmarshal(e.Data, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestATransferOnOneNodeIsToldToThoseOnAnother(t *testing.T) {
	_, n := several(t, 2)
	mei, li := n[0].Agent("Mei", 5), n[0].Agent("Li", 5)
	ms := mei.On(n[1]).Online()
	visitor := n[0].Visitor()
	vs := visitor.On(n[1]).Connect()
	conversation := visitor.Say("my parcel is lost").ConversationID
	ms.Wait("list", nil)
	ticket := visitor.Live().TicketID
	ls := li.On(n[0]).Online()
	vs.Cut() // the visitor is offline when it happens
	until(t, "the node the transfer comes to knows that Li is there", func() bool { return n[1].Hub.Connected(li.ID) })

	mei.On(n[1]).OK("POST", ticketEnd(ticket, "/transfer"), map[string]any{"to_agent": li.ID, "note": "number 4711"}, nil)
	moved := func(e apptest.Event) bool {
		x := frame[desk.Ticket](t, e)
		return x.ID == ticket && x.Agent != nil && x.Agent.ID == li.ID
	}
	ls.Wait("note", func(e apptest.Event) bool { return frame[desk.TicketNote](t, e).Message.Body.Text == "number 4711" })
	ls.Wait("ticket", moved)
	ms.Wait("ticket", moved)
	li.On(n[0]).Write(conversation, "I have found it")
	back := visitor.On(n[1])
	back.Connect()
	if l := back.Live(); l.Agent == nil || l.Agent.ID != li.ID {
		t.Fatalf("the visitor comes back to %+v", l)
	}
	var page chat.MessagePage
	back.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), nil, &page)
	if !slices.ContainsFunc(page.Messages, func(m chat.Message) bool { return m.Body.Key == "ticket.transferred" && m.Body.Args["to"] == "Li" }) {
		t.Fatalf("the visitor reads %+v", page.Messages)
	}
	mei.On(n[0]).Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), n[0].Draft("one more thing"), 404)
}

func TestGuestsAndWhoLooksOnMayBeOnAnyNode(t *testing.T) {
	_, n := several(t, 2)
	mei, li, lea := n[0].Agent("Mei", 5), n[0].Agent("Li", 1), n[0].Supervisor("Lea", 5)
	ms := mei.On(n[0]).Online()
	ls := li.On(n[1]).Online()
	visitor := n[0].Visitor()
	conversation := visitor.Say("hello").ConversationID
	ms.Wait("list", nil)
	ticket := visitor.Live().TicketID
	watching := lea.On(n[1]).Connect() // asks on one node, is connected to the other
	until(t, "each node knows who is connected", func() bool { return n[0].Hub.Connected(li.ID) && n[0].Hub.Connected(lea.ID) })

	lea.On(n[0]).OK("POST", ticketEnd(ticket, "/watch"), nil, nil)
	sees := func(text string) {
		watching.Wait("watched", func(e apptest.Event) bool {
			return slices.ContainsFunc(frame[desk.Watched](t, e).Messages, func(m chat.Message) bool { return m.Body.Text == text })
		})
	}
	visitor.On(n[1]).Say("said on the other node")
	sees("said on the other node")
	mei.On(n[0]).OK("POST", ticketEnd(ticket, "/invite"), map[string]any{"agent": li.ID}, nil)
	ls.Wait("ticket", func(e apptest.Event) bool {
		x := frame[desk.Ticket](t, e)
		return len(x.Guests) == 1 && x.Guests[0].ID == li.ID
	})
	li.On(n[1]).Write(conversation, "from a guest")
	ms.Message("from a guest")
	sees("from a guest")
	lea.On(n[1]).OK("POST", ticketEnd(ticket, "/whisper"), map[string]string{"client_msg_id": "whisper-1", "text": "well done"}, nil)
	for _, s := range []*apptest.Socket{ms, ls} {
		s.Wait("note", func(e apptest.Event) bool { return frame[desk.TicketNote](t, e).Message.Body.Text == "well done" })
	}
	lea.On(n[1]).OK("POST", ticketEnd(ticket, "/unwatch"), nil, nil) // on another node than she asked
	lea.On(n[1]).OK("POST", ticketEnd(ticket, "/join"), nil, nil)
	mei.On(n[0]).Write(conversation, "welcome")
	watching.Message("welcome")
	mei.On(n[1]).OK("POST", ticketEnd(ticket, "/close"), nil, nil)
	li.On(n[0]).Refused("POST", fmt.Sprintf("/api/chat/conversations/%d/messages", conversation), n[0].Draft("too late"), 404)
}

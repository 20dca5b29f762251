package desk_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ichat/app/desk"
)

// asks is a visitor writing from a page, with what its address says of the queue and the agent he would like.
func (c *client) asks(words, page string, queue, agent int64) (conversation int64) {
	c.p.t.Helper()
	var m struct {
		ConversationID int64 `json:"conversation_id"`
	}
	in := text(words)
	in["page"], in["queue"], in["agent"] = page, queue, agent
	c.call("POST", "/api/live/messages", in, &m)
	return m.ConversationID
}

// comes is a new visitor who is connected and says hello.
func (p *product) comes(name string) *client {
	p.t.Helper()
	v := p.visitor(name)
	v.connect()
	v.says("hello")
	return v
}

// serves names an agent for a queue that is his alone.
func (c *client) onlyFor(queue int64, rules string, agents ...*client) {
	c.p.t.Helper()
	named := ""
	for i, a := range agents {
		if i > 0 {
			named += ","
		}
		named += fmt.Sprintf(`{"person_id":%d,"level":3}`, a.id)
	}
	c.call("PATCH", queuePath(queue), fmt.Sprintf(`{"rules":{"everyone":false,"open":true%s},"agents":[%s]}`, rules, named), nil)
}

func TestAFullQueueDoesNotHoldUpAnotherOne(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	ann, bob := p.agent("Ann", 1), p.agent("Bob", 1)
	first, sales := eve.firstQueue(), eve.addsQueue("Sales")
	eve.onlyFor(first.ID, "", ann)
	eve.onlyFor(sales.ID, "", bob)
	a := p.comes("served")
	a.servedBy(ann)
	b := p.comes("waits")
	b.waitsAt(1)
	c := p.visitor("sales")
	c.connect()
	c.asks("hello", "", sales.ID, 0)
	why := ann.ticket(c.servedBy(bob)).History[0].Why
	if len(why.Skipped) != 2 || why.Skipped[0].PersonID == bob.id || why.Skipped[0].Reason != "does not serve the queue" { // Ann, and Eve
		t.Fatalf("given because %+v", why)
	}
	if l := b.live(); l.Place != 1 || l.AgentsOnline != 1 {
		t.Fatalf("who waits in the full queue reads %+v", l)
	}
	d := p.visitor("sales 2")
	d.connect()
	d.asks("hello", "", sales.ID, 0)
	d.waitsAt(1) // of his own queue
}

func TestOfTwoQueuesWithOneAgentWhoCameFirstIsServedFirst(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	ann := p.agent("Ann", 1)
	sales := eve.addsQueue("Sales")
	eve.rules(sales.ID, `{"open":true,"priorities":[{"when":"locale","match":"zh","priority":5}]}`)
	served := p.comes("served")
	held := served.servedBy(ann)
	var order []*client
	for n, queue := range []int64{0, sales.ID, 0, sales.ID} {
		v := p.visitor(fmt.Sprint("visitor ", n))
		v.connect()
		v.asks("hello", "", queue, 0)
		v.waitsAt(n/2 + 1)
		order = append(order, v)
	}
	urgent := p.visitor("urgent")
	p.exec("UPDATE people SET locale = 'zh-CN' WHERE id = ?", urgent.id)
	urgent.connect()
	urgent.asks("hello", "", sales.ID, 0)
	urgent.waitsAt(1) // of his queue
	order[1].waitsAt(2)
	if w := ann.desk().Waiting; w[0].Visitor.ID != urgent.id || w[0].Priority != 5 || w[1].Visitor.ID != order[0].id {
		t.Fatalf("the order is %+v", w)
	}
	for _, v := range append([]*client{urgent}, order...) {
		ann.closes(held)
		held = v.servedBy(ann)
	}
	why := ann.ticket(urgent.live().TicketID).Events
	if len(why) != 1 || why[0].Kind != "reached" || why[0].Why != (desk.EventWhy{Rule: "asked", To: "Sales", Is: 5, For: "locale"}) {
		t.Fatalf("it says %+v", why)
	}
}

func TestTheCapOfAQueueHoldsHoweverATicketComes(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	eve.connect()
	eve.goes("online")
	ann := p.agent("Ann", 3)
	first, spare := eve.firstQueue(), eve.addsQueue("Spare")
	eve.rules(first.ID, `{"cap":1,"everyone":false}`)
	eve.call("PATCH", queuePath(first.ID), fmt.Sprintf(`{"agents":[{"person_id":%d,"level":1}]}`, ann.id), nil)
	eve.rules(spare.ID, `{"open":true}`)
	one := p.comes("one")
	one.servedBy(ann)
	two := p.comes("two")
	ticket := two.waitsAt(1)
	ann.refused("POST", path(ticket, "/take"), nil, 409, "you have reached the limit of conversations of this queue")
	eve.refused("POST", path(ticket, "/transfer"), map[string]any{"to_agent": ann.id}, 409, "this agent is full")
	other := p.visitor("other")
	other.connect()
	other.asks("hello", "", spare.ID, ann.id)
	if why := ann.ticket(other.servedBy(ann)).History[0].Why; why.Rule != "wanted" {
		t.Fatalf("given because %+v", why)
	}
	eve.takes(ticket) // who does not serve the queue may take from it by hand
	two.servedBy(eve)
}

// Agents of two queues with caps of their own take and close while Dispatch does its part.
func TestManyHandsKeepTheCapsOfQueues(t *testing.T) {
	const most, mostHere = 3, 1
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 0)
	first, sales := eve.firstQueue(), eve.addsQueue("Sales")
	eve.rules(first.ID, `{}`)
	eve.rules(sales.ID, fmt.Sprintf(`{"open":true,"cap":%d,"strategy":"round_robin"}`, mostHere))
	var agents []*client
	for n := range 3 {
		agents = append(agents, p.agent(fmt.Sprint("agent ", n), most))
	}
	var hands sync.WaitGroup
	for n := range 30 {
		hands.Go(func() { p.visitor(fmt.Sprint("visitor ", n)).asks("hello", "", []int64{0, sales.ID}[n%2], 0) })
	}
	hands.Wait()
	for _, a := range agents {
		hands.Go(func() {
			for !t.Failed() { // whoever failed left his share undone
				d := a.desk()
				if len(d.Waiting)+len(d.Mine) == 0 {
					return
				}
				for _, w := range d.Waiting {
					if refusal := a.try("POST", path(w.ID, "/take"), nil, nil); refusal != nil && refusal.Status != 409 {
						t.Errorf("%s takes: %+v", a.name, refusal)
					}
				}
				here := slices.DeleteFunc(slices.Clone(d.Mine), func(x desk.Ticket) bool { return x.QueueID != sales.ID })
				if len(d.Mine) > most || len(here) > mostHere {
					t.Errorf("%s has %d conversations, %d of the queue", a.name, len(d.Mine), len(here))
				}
				for _, mine := range d.Mine {
					a.closes(mine.ID)
				}
			}
		})
	}
	hands.Wait()
	if n := checkHistory(t, p, most); n != 30 {
		t.Fatalf("30 tickets were assigned %d times", n)
	}
}

func TestAQueueThatIsNotHandedOutIsTakenByHand(t *testing.T) {
	p := open(t, longGrace)
	eve, ann := p.member("Eve", "owner", 5), p.agent("Ann", 5)
	eve.rules(eve.firstQueue().ID, `{"auto":false}`)
	vic := p.comes("Vic")
	ticket := vic.waitsAt(1)
	sales := eve.addsQueue("Sales")
	eve.rules(sales.ID, `{"open":true}`)
	other := p.visitor("other")
	other.connect()
	other.asks("hello", "", sales.ID, 0)
	other.servedBy(ann) // the round went over both
	if l := vic.live(); l.State != "waiting" || l.Place != 1 {
		t.Fatalf("he reads %+v", l)
	}
	ann.takes(ticket)
	vic.servedBy(ann)
	eve.rules(eve.firstQueue().ID, `{}`)
	p.comes("next").servedBy(ann)
}

func TestTheVisitorGoesBackToWhoHadHimLast(t *testing.T) {
	p := open(t, longGrace)
	ann := p.agent("Ann", 5)
	vic := p.comes("Vic")
	ann.closes(vic.servedBy(ann))
	ann.goes("away")
	bob := p.agent("Bob", 5)
	p.comes("busy").servedBy(bob)
	ann.goes("online")
	p.comes("busy too").servedBy(ann)
	p.comes("and busy").servedBy(bob)
	ann.takesMore(p, 2)
	vic.says("me again")
	if d := ann.ticket(vic.servedBy(ann)); d.History[0].Why.Rule != "sticky" || d.Ticket.Priority != 0 {
		t.Fatalf("%+v", d)
	}
}

// takesMore makes an agent busier than others by hand.
func (c *client) takesMore(p *product, n int) {
	p.t.Helper()
	for range n {
		v := p.visitor("more")
		v.asks("hello", "", 0, c.id)
		p.until(func() bool { return v.live().State == "open" })
	}
}

// until waits for what no frame tells.
func (p *product) until(is func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !is(); {
		if time.Now().After(end) {
			p.t.Fatal("it does not happen")
		}
	}
}

func TestThePageDecidesAndTheVIPIsMovedUp(t *testing.T) {
	p := open(t, longGrace)
	eve, ann := p.member("Eve", "owner", 5), p.member("Ann", "agent", 5)
	ann.connect()
	sales := eve.addsQueue("Sales")
	eve.rules(sales.ID, `{"pages":["shop.example/sale/*"],"priorities":[{"when":"vip","priority":7},{"when":"returning","priority":2}],"texts":{"":{"waiting":"Soon"}}}`)
	on := func(name string) *client {
		v := p.visitor(name)
		v.connect()
		v.asks("hello", "https://shop.example/sale/hats", 0, 0)
		return v
	}
	a, b := on("first"), on("second")
	a.waitsAt(1)
	ticket := b.waitsAt(2)
	if x := ann.ticket(ticket).Ticket; x.Queue != "Sales" || x.Page != "https://shop.example/sale/hats" || x.VIP {
		t.Fatalf("the ticket is %+v", x)
	}
	if l := b.live(); l.Words != "Soon" || l.Busy {
		t.Fatalf("he is told %+v", l)
	}
	vip := fmt.Sprintf("/api/desk/visitors/%d/vip", b.id)
	ann.call("PUT", vip, `{"vip":true}`, nil)
	b.waitsAt(1)
	a.waitsAt(2)
	d := ann.ticket(ticket)
	last := d.Events[len(d.Events)-1]
	if !d.Ticket.VIP || d.Ticket.Priority != 7 || last.Kind != "priority" || last.By != ann.id || last.Why.Is != 7 {
		t.Fatalf("moved up: %+v", d)
	}
	ann.call("PUT", vip, `{"vip":false}`, nil)
	if x := ann.ticket(ticket).Ticket; x.VIP || x.Priority != 7 {
		t.Fatalf("nobody is moved back, but %+v", x)
	}
	b.call("POST", "/api/live/end", nil, nil)
	b.asks("again", "https://shop.example/sale/hats", 0, 0)
	if x := ann.ticket(b.waitsAt(1)).Ticket; x.Priority != 2 {
		t.Fatalf("one who returns is %+v", x)
	}
	ann.refused("PUT", fmt.Sprintf("/api/desk/visitors/%d/vip", ann.id), `{"vip":true}`, 404, "visitor not found")
	p.site = p.newSite("Other shop")
	bob := p.member("Bob", "owner", 5)
	bob.refused("PUT", vip, `{"vip":true}`, 404, "visitor not found")
}

func TestWhenTooManyWaitOneIsAskedToLeaveAMessageAndWaitsAllTheSame(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	eve.rules(eve.firstQueue().ID, `{"most_waiting":1,"texts":{"":{"busy":"So many today"}}}`)
	early, late := p.visitor("early"), p.visitor("late")
	if l := early.live(); l.Busy {
		t.Fatalf("nobody waits, but %+v", l)
	}
	early.connect()
	early.says("hello")
	early.waitsAt(1)
	if l := late.live(); !l.Busy || l.Words != "So many today" || l.State != "none" {
		t.Fatalf("who comes now reads %+v", l)
	}
	late.connect()
	late.says("hello")
	if l := late.seesLive(func(l desk.Live) bool { return l.Place == 2 }); !l.Busy || l.Words != "So many today" {
		t.Fatalf("who waits behind reads %+v", l)
	}
	early.call("POST", "/api/live/end", nil, nil)
	if l := late.seesLive(func(l desk.Live) bool { return l.Place == 1 }); l.Busy {
		t.Fatalf("who moved up reads %+v", l)
	}
}

func TestAQueueKeepsHoursOfItsOwn(t *testing.T) {
	p := open(t, longGrace)
	eve, ann := p.member("Eve", "owner", 5), p.agent("Ann", 5)
	first, sales := eve.firstQueue(), eve.addsQueue("Sales")
	eve.rules(sales.ID, `{"open":true,"hours":{"on":true,"zone":"UTC","week":[[],[],[],[],[],[],[]],"holidays":[],"last_chats":0}}`)
	vic := p.visitor("Vic")
	vic.connect()
	vic.asks("hello", "", sales.ID, 0)
	if l := vic.seesLive(func(l desk.Live) bool { return l.Place == 1 }); !l.Closed || !l.Away || l.OpensAt != nil {
		t.Fatalf("in the closed queue he reads %+v", l)
	}
	open := p.comes("open")
	if l := open.live(); l.Closed {
		t.Fatalf("in the open queue he reads %+v", l)
	}
	open.servedBy(ann)
	if there, err := p.desk.Attended(t.Context(), p.site); err != nil || !there {
		t.Fatalf("somebody is there: %v (%v)", there, err)
	}
	eve.rules(first.ID, `{"hours":{"on":true,"zone":"UTC","week":[[],[],[],[],[],[],[]],"holidays":[],"last_chats":0}}`)
	if there, err := p.desk.Attended(t.Context(), p.site); err != nil || there {
		t.Fatalf("both queues are closed: %v (%v)", there, err)
	}
	eve.rules(sales.ID, `{"open":true}`) // as always open as the site
	vic.servedBy(ann)
}

func TestAMadeUpVisitorGoesTheWayOfRealOnes(t *testing.T) {
	p := open(t, longGrace)
	eve, sue := p.member("Eve", "owner", 5), p.member("Sue", "supervisor", 5)
	ann := p.agent("Ann", 1)
	sales := eve.addsQueue("Sales")
	eve.rules(sales.ID, `{"pages":["/sale/*"],"priorities":[{"when":"vip","priority":7}]}`)
	try := fmt.Sprintf("/api/admin/sites/%d/try", p.site)
	var got desk.Tried
	sue.call("POST", try, `{"page":"https://shop.example/sale/hats","vip":true}`, &got)
	if got.QueueID != sales.ID || got.Queue != "Sales" || got.ReachedBy != "page" || got.Match != "/sale/*" || got.Priority != 7 || got.PriorityRule != "vip" || !got.Open ||
		got.Place != 1 || got.Picked == nil || got.Picked.ID != ann.id || got.Why.Rule != "least busy" || len(got.Why.Skipped) != 2 || got.Why.Skipped[0].Name == "" {
		t.Fatalf("tried: %+v", got)
	}
	vic := p.visitor("Vic")
	vic.connect()
	vic.asks("hello", "https://shop.example/sale/hats", 0, 0)
	if d := ann.ticket(vic.servedBy(ann)); d.Ticket.QueueID != got.QueueID || d.History[0].Why.Rule != got.Why.Rule {
		t.Fatalf("the real one: %+v", d)
	}
	sue.call("POST", try, fmt.Sprintf(`{"last_agent":%d}`, ann.id), &got)
	if got.QueueID == sales.ID || got.ReachedBy != "default" || got.Picked != nil || got.Why.Picked != 0 || !slices.Contains(got.Why.Skipped, desk.Skipped{PersonID: ann.id, Name: "Ann", Reason: "full"}) {
		t.Fatalf("nobody has room: %+v", got)
	}
	sue.refused("POST", try, `{"queue":1}`, 404, "queue not found")
	sue.refused("POST", try, `{"last_agent":1}`, 404, "agent not found")
	sue.refused("POST", try, fmt.Sprintf(`{"agent":%d}`, vic.id), 404, "agent not found")
	ann.refused("POST", try, `{}`, 404, "site not found")
}

func TestTheLanguageAnAgentSpeaksDecidesWhereSkillDoes(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	eve.rules(eve.firstQueue().ID, `{"strategy":"skill"}`)
	ann, bob := p.agent("Ann", 5), p.agent("Bob", 5)
	var seat desk.Seat
	bob.call("PUT", "/api/desk/seat", `{"state":"online","languages":["zh","en"]}`, &seat)
	if !slices.Equal(seat.Languages, []string{"zh", "en"}) {
		t.Fatalf("Bob's seat is %+v", seat)
	}
	bob.goes("online") // and still speaks them
	bob.refused("PUT", "/api/desk/seat", `{"state":"online","languages":["not a language"]}`, 400, "")
	vic := p.visitor("Vic")
	p.exec("UPDATE people SET locale = 'zh-CN' WHERE id = ?", vic.id)
	vic.connect()
	vic.says("你好")
	why := ann.ticket(vic.servedBy(bob)).History[0].Why
	if why.Rule != "skill" || !slices.Contains(why.Skipped, desk.Skipped{PersonID: ann.id, Name: "Ann", Reason: "does not speak the language"}) {
		t.Fatalf("given because %+v", why)
	}
}

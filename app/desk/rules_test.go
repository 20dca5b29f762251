package desk_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ichat/app/desk"
)

func queuePath(queue int64) string { return fmt.Sprintf("/api/admin/queues/%d", queue) }

// firstQueue is the queue where the visitors of the site begin.
func (c *client) firstQueue() desk.Queue {
	c.p.t.Helper()
	all := c.queueList()
	if len(all) == 0 {
		c.p.t.Fatal("the site has no queue")
	}
	return all[0]
}

// rules gives a queue other rules than the usual ones.
func (c *client) rules(queue int64, rules string) (q desk.Queue) {
	c.p.t.Helper()
	c.call("PATCH", queuePath(queue), fmt.Sprintf(`{"rules":%s}`, rules), &q)
	return q
}

func TestAQueueHasTheUsualRulesUntilSomebodyWhoLeadsChangesThem(t *testing.T) {
	p := open(t, longGrace)
	ann, sue, eve := p.member("Ann", "agent", 5), p.member("Sue", "supervisor", 5), p.member("Eve", "owner", 5)
	first := ann.firstQueue()
	usual := desk.Rules{Strategy: "least_busy", Auto: true, Sticky: true, Everyone: true, Pages: []string{}, Priorities: []desk.PriorityRule{}, Texts: map[string]desk.QueueTelling{}}
	if !reflect.DeepEqual(first.Rules, usual) || first.Agents == nil || len(first.Agents) != 0 {
		t.Fatalf("a new queue is %+v", first)
	}
	ann.refused("PATCH", queuePath(first.ID), `{"rules":{}}`, 404, "queue not found")
	spare := eve.addsQueue("Spare")
	var changed desk.Queue
	sue.call("PATCH", queuePath(first.ID), fmt.Sprintf(`{"name":"Sales","agents":[{"person_id":%d,"level":5}],"rules":{
		"strategy":"skill","sticky":false,"cap":2,"pages":[" https://shop.example/sale/* "],"priorities":[{"when":"vip","match":"ignored","priority":5}],
		"answer":{"nudge_s":10,"requeue_s":30,"times":2},"overflow":{"after_s":60,"to_queue":%d},"idle":{"warn_s":60,"close_s":120},
		"hours":{"on":true,"zone":"Asia/Shanghai","week":[[{"from":"13:00","to":"18:00"},{"from":"09:00","to":"12:00"}],[],[],[],[],[],[]],"holidays":[],"last_chats":0},
		"texts":{"zh-CN":{"waiting":" 请稍候 "},"en":{"waiting":"  "}}}}`, ann.id, spare.ID), &changed)
	r := changed.Rules
	if r.Strategy != "skill" || r.Sticky || !r.Auto || !r.Everyone || r.Cap != 2 || r.Pages[0] != "https://shop.example/sale/*" || r.Priorities[0].Match != "" ||
		r.Hours.Week[0][0].From != "09:00" || len(r.Texts) != 1 || r.Texts["zh-CN"].Waiting != "请稍候" || changed.Name != "Sales" {
		t.Fatalf("changed to %+v", changed)
	}
	if read := ann.firstQueue(); !reflect.DeepEqual(read.Agents, []desk.QueueAgent{{PersonID: ann.id, Level: 5}}) || fmt.Sprintf("%+v", read.Rules.Texts) != fmt.Sprintf("%+v", r.Texts) || read.Rules.Cap != 2 {
		t.Fatalf("read %+v", read)
	}
	sue.call("PATCH", queuePath(first.ID), `{"name":"Support"}`, &changed) // the rest stays
	if changed.Rules.Cap != 2 || len(changed.Agents) != 1 {
		t.Fatalf("renamed to %+v", changed)
	}
	eve.refused("DELETE", queuePath(spare.ID), nil, 409, "another queue overflows into this one")
	eve.call("PATCH", queuePath(first.ID), `{"rules":{},"agents":[]}`, &changed)
	if !reflect.DeepEqual(changed.Rules, usual) || len(changed.Agents) != 0 {
		t.Fatalf("back to %+v", changed)
	}
	eve.call("DELETE", queuePath(spare.ID), nil, nil)
	checkActs(t, p)
}

// checkActs looks at what the audit log says of the story above.
func checkActs(t *testing.T, p *product) {
	t.Helper()
	var acts []string
	if err := p.db.R.NewRaw(`SELECT changes FROM audit_log WHERE action = 'queue.update' ORDER BY id`).Scan(t.Context(), &acts); err != nil {
		t.Fatal(err)
	}
	if len(acts) != 3 || !strings.Contains(acts[0], `{"field":"rules.cap","old":"0","new":"2"}`) || !strings.Contains(acts[0], `"field":"agents"`) ||
		acts[1] != `[{"field":"name","old":"Sales","new":"Support"}]` {
		t.Fatalf("written down is %q", acts)
	}
}

func TestWrongRulesAreNamedByField(t *testing.T) {
	p := open(t, longGrace)
	eve := p.member("Eve", "owner", 5)
	first := eve.firstQueue()
	elsewhere := p.site
	p.site = p.newSite("Other shop")
	bob := p.member("Bob", "owner", 5)
	foreign := bob.firstQueue()
	p.site = elsewhere
	hours := func(inside string) string {
		return `{"rules":{"hours":{"on":true,"last_chats":0,"holidays":[],` + inside + `}}}`
	}
	for _, c := range []struct{ body, field string }{
		{`{"name":" "}`, "name"},
		{`{"rules":{"cap":-1}}`, "rules.cap"},
		{`{"rules":{"most_waiting":10001}}`, "rules.most_waiting"},
		{`{"rules":{"away_s":-1}}`, "rules.away_s"},
		{`{"rules":{"pages":["x"," "]}}`, "rules.pages.1"},
		{`{"rules":{"priorities":[{"when":"page","match":"","priority":1}]}}`, "rules.priorities.0.match"},
		{`{"rules":{"priorities":[{"when":"locale","match":"!","priority":1}]}}`, "rules.priorities.0.match"},
		{`{"rules":{"priorities":[{"when":"vip","priority":101}]}}`, "rules.priorities.0.priority"},
		{`{"rules":{"boost":{"every_s":10,"step":0,"most":5}}}`, "rules.boost.step"},
		{`{"rules":{"answer":{"nudge_s":86401}}}`, "rules.answer.nudge_s"},
		{`{"rules":{"answer":{"nudge_s":30,"requeue_s":30}}}`, "rules.answer.requeue_s"},
		{`{"rules":{"answer":{"times":11}}}`, "rules.answer.times"},
		{`{"rules":{"idle":{"warn_s":60,"close_s":60}}}`, "rules.idle.close_s"},
		{`{"rules":{"idle":{"gone_s":-1}}}`, "rules.idle.gone_s"},
		{fmt.Sprintf(`{"rules":{"overflow":{"after_s":60,"to_queue":%d}}}`, first.ID), "rules.overflow.to_queue"},
		{fmt.Sprintf(`{"rules":{"overflow":{"after_s":60,"to_queue":%d}}}`, foreign.ID), "rules.overflow.to_queue"},
		{`{"rules":{"overflow":{"after_s":60}}}`, "rules.overflow.to_queue"},
		{hours(`"zone":"Mars/Olympus","week":[[],[],[],[],[],[],[]]`), "rules.hours.zone"},
		{hours(`"zone":"UTC","week":[[{"from":"09:00","to":"13:00"},{"from":"12:00","to":"18:00"}],[],[],[],[],[],[]]`), "rules.hours.week.0"},
		{`{"rules":{"texts":{"en":{"busy":"` + strings.Repeat("x", 501) + `"}}}}`, "rules.texts.en.busy"},
		{`{"rules":{"texts":{"?":{"busy":"x"}}}}`, "rules.texts"},
		{fmt.Sprintf(`{"agents":[{"person_id":%d,"level":6}]}`, eve.id), "agents.0"},
		{fmt.Sprintf(`{"agents":[{"person_id":%d,"level":1},{"person_id":%d,"level":1}]}`, eve.id, eve.id), "agents.1"},
		{fmt.Sprintf(`{"agents":[{"person_id":%d,"level":1}]}`, bob.id), "agents.0"},
	} {
		refusal := eve.try("PATCH", queuePath(first.ID), c.body, nil)
		if refusal == nil || refusal.Status != 400 {
			t.Errorf("%s: %+v", c.body, refusal)
			continue
		}
		if fields := slices.Collect(maps.Keys(refusal.Fields)); len(fields) != 1 || fields[0] != c.field {
			t.Errorf("%s: %v, want %s", c.body, refusal.Fields, c.field)
		}
	}
	for _, bad := range []string{`{"rules":{"strategy":"dice"}}`, `{"rules":{"priorities":[{"when":"rain","priority":1}]}}`, `{"rules":{"surprise":1}}`, `{"rules":{"cap":"2"}}`} {
		eve.refused("PATCH", queuePath(first.ID), bad, 400, "")
	}
	if after := eve.firstQueue(); !reflect.DeepEqual(after, first) {
		t.Fatalf("refused, and yet %+v", after)
	}
	eve.refused("PATCH", queuePath(foreign.ID), `{"rules":{}}`, 404, "queue not found")
}

func TestAQueueIsMadeTheOneWhereVisitorsBegin(t *testing.T) {
	p := open(t, longGrace)
	ann, eve := p.member("Ann", "agent", 5), p.member("Eve", "owner", 5)
	first := ann.firstQueue()
	sales, spare := eve.addsQueue("Sales"), eve.addsQueue("Spare")
	eve.call("PATCH", queuePath(spare.ID), `{"first":true}`, nil)
	eve.call("PATCH", queuePath(spare.ID), `{"first":true}`, nil) // it is
	var order []int64
	for _, q := range ann.queueList() {
		order = append(order, q.ID)
	}
	if want := []int64{spare.ID, first.ID, sales.ID}; !slices.Equal(order, want) {
		t.Fatalf("the queues stand as %v instead of %v", order, want)
	}
	vic := p.visitor("Vic")
	vic.says("hello")
	if got := ann.desk().Waiting[0].QueueID; got != spare.ID {
		t.Fatalf("waits in %d", got)
	}
}

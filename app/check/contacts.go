package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// boxItem is an entry of a message box.
type boxItem struct {
	ID      int64  `json:"id"`
	Kind    string `json:"kind"`
	From    whoIs  `json:"from"`
	Unread  bool   `json:"unread"`
	Request *struct {
		ID    int64  `json:"id"`
		State string `json:"state"`
	} `json:"request"`
}

// state is what an entry says now.
func (i boxItem) state() string {
	if i.Request == nil {
		return i.Kind
	}
	return i.Kind + " " + i.Request.State
}

type boxPage struct{ Items []boxItem }

type friendOf struct {
	Person whoIs `json:"person"`
	Mutual bool  `json:"mutual"`
}

// contactsChange is the data of a `contacts` frame.
type contactsChange struct {
	List    int64      `json:"list"`
	Friends []friendOf `json:"friends"`
	Gone    []int64    `json:"gone"`
	Box     []boxItem  `json:"box"`
	Unread  *int       `json:"unread"`
	Blocked *[]int64   `json:"blocked"`
}

// Contacts are what a device of a member shows of whom he knows. Friends says who is one, and whether that is mutual.
type Contacts struct {
	List    int64            `json:"list"`
	Friends map[int64]bool   `json:"friends"`
	Blocked []int64          `json:"blocked"`
	Box     map[int64]string `json:"box"` // the latest entries, and what they say
	Unread  int              `json:"unread"`
}

// boxShown is how many entries of a box are looked at.
const boxShown = 100

// readContacts reads them as a page that starts does. The box comes second: what changes between the two has another list.
func readContacts(ctx context.Context, c caller) (Contacts, *problem) {
	var start struct {
		List    int64      `json:"list"`
		Friends []friendOf `json:"friends"`
		Blocked []int64    `json:"blocked"`
		Unread  int        `json:"unread"`
	}
	var box boxPage
	if p := c.call(ctx, "GET", "/api/im", nil, &start); p != nil {
		return Contacts{}, p
	}
	if p := c.call(ctx, "GET", fmt.Sprintf("/api/im/box?limit=%d", boxShown), nil, &box); p != nil {
		return Contacts{}, p
	}
	k := Contacts{List: start.List, Friends: map[int64]bool{}, Blocked: start.Blocked, Box: map[int64]string{}, Unread: start.Unread}
	for _, f := range start.Friends {
		k.Friends[f.Person.ID] = f.Mutual
	}
	for _, i := range box.Items {
		k.Box[i.ID] = i.state()
	}
	return k, nil
}

// take takes in what a frame says changed.
func (k *Contacts) take(c contactsChange) {
	k.List = c.List
	for _, f := range c.Friends {
		k.Friends[f.Person.ID] = f.Mutual
	}
	for _, id := range c.Gone {
		delete(k.Friends, id)
	}
	for _, i := range c.Box {
		k.Box[i.ID] = i.state()
	}
	if c.Unread != nil {
		k.Unread = *c.Unread
	}
	if c.Blocked != nil {
		k.Blocked = *c.Blocked
	}
}

// differs names what one shows and the other does not; of boxes only what both may know is compared.
func (k Contacts) differs(truth Contacts) string {
	mine, theirs := latest(k.Box), latest(truth.Box)
	switch {
	case k.List != truth.List:
		return fmt.Sprintf("list %d of %d", k.List, truth.List)
	case !maps.Equal(k.Friends, truth.Friends):
		return fmt.Sprintf("the friends %v instead of %v", k.Friends, truth.Friends)
	case !slices.Equal(slices.Sorted(slices.Values(k.Blocked)), slices.Sorted(slices.Values(truth.Blocked))):
		return fmt.Sprintf("%v as blocked instead of %v", k.Blocked, truth.Blocked)
	case !maps.Equal(mine, theirs):
		return fmt.Sprintf("%v in the box instead of %v", mine, theirs)
	case k.Unread != truth.Unread:
		return fmt.Sprintf("%d unread entries instead of %d", k.Unread, truth.Unread)
	}
	return ""
}

// latest are as many of the latest entries of a box as a page shows.
func latest(box map[int64]string) map[int64]string {
	ids := slices.Sorted(maps.Keys(box))
	some := map[int64]string{}
	for _, id := range ids[max(0, len(ids)-boxShown):] {
		some[id] = box[id]
	}
	return some
}

// keeper keeps the contacts of one device level, by the rule of the page: the next list is taken, after any other the
// whole is read again.
type keeper struct {
	d       *device
	shown   Contacts // guarded by the device's mu, as is all below
	ready   bool
	reading bool
	again   bool
	tried   int
}

// newContacts lets a device show contacts.
func newContacts(d *device) {
	d.contacts = &keeper{d: d}
	d.events = func(kind string, data json.RawMessage) {
		var c contactsChange
		if kind == "contacts" && json.Unmarshal(data, &c) == nil {
			d.contacts.heard(c)
		}
	}
}

// heard takes a frame; the device's mu is held.
func (k *keeper) heard(c contactsChange) {
	switch {
	case k.ready && !k.reading && c.List <= k.shown.List:
	case k.ready && !k.reading && c.List == k.shown.List+1:
		k.shown.take(c)
	default:
		k.read()
	}
}

// check hears the number of the list from a sync; the device's mu is held.
func (k *keeper) check(list int64) {
	if !k.ready || list != k.shown.List {
		k.read()
	}
}

// read reads everything again, one request at a time and until it is answered; the device's mu is held.
func (k *keeper) read() {
	if k.reading {
		k.again = true
		return
	}
	k.reading = true
	go func() {
		shown, p := readContacts(k.d.who.ctx, k.d.call)
		k.d.mu.Lock()
		defer k.d.mu.Unlock()
		k.reading = false
		again := k.again || p != nil
		k.again = false
		if p == nil {
			k.shown, k.ready, k.tried = shown, true, 0
		}
		if !again || k.d.who.ctx.Err() != nil {
			return
		}
		k.tried++
		time.AfterFunc(time.Duration(rand.Float64()*float64(100*time.Millisecond<<min(k.tried, 5))), func() {
			k.d.mu.Lock()
			defer k.d.mu.Unlock()
			k.read()
		})
	}()
}

// Circle is what the devices of one member show of his contacts at the end, and what there is to be shown.
type Circle struct {
	Who   int64
	Truth Contacts
	Shown map[string]Contacts // by device
}

// contactsBehind names a device whose contacts are of another list than the server's; "" when all are level.
func (c *company) contactsBehind(ctx context.Context) (string, error) {
	for _, p := range c.friends {
		truth, problem := readContacts(ctx, p.call)
		if problem != nil {
			return "", problem
		}
		for _, d := range p.devices {
			if why := d.contactsDiffer(truth); why != "" {
				return why, nil
			}
		}
	}
	return "", nil
}

func (d *device) contactsDiffer(truth Contacts) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k := d.contacts; !k.ready || k.reading || k.shown.List != truth.List {
		return fmt.Sprintf("%s shows contacts of list %d of %d", d.name, k.shown.List, truth.List)
	}
	return ""
}

// readCircles reads what everybody's devices show of his contacts.
func (c *company) readCircles(ctx context.Context, f *Final) error {
	for _, p := range c.friends {
		truth, problem := readContacts(ctx, p.call)
		if problem != nil {
			return fmt.Errorf("contacts of %s: %w", p.name, problem)
		}
		one := Circle{Who: p.id, Truth: truth, Shown: map[string]Contacts{}}
		for _, d := range p.devices {
			d.mu.Lock()
			shown := d.contacts.shown
			shown.Friends, shown.Box = maps.Clone(shown.Friends), maps.Clone(shown.Box)
			d.mu.Unlock()
			one.Shown[d.name] = shown
		}
		f.Circles = append(f.Circles, one)
	}
	return nil
}

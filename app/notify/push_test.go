package notify_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"ichat/app/apptest"
)

// called is a site whose agent Mei is at work, wants to be called in her browser, and has just closed her page: what is
// hers stays hers for a while.
type called struct {
	*apptest.Product
	c            *clock
	service      *pushService
	visitor, mei *apptest.Client
	key          string
}

func call(t *testing.T) *called {
	t.Helper()
	s := &called{c: &clock{}, service: openPushes(t)}
	s.Product = apptest.NewAt(t, s.c.now, s.service.with)
	s.mei, s.visitor = s.Agent("Mei", 5), s.Visitor()
	s.leaves(s.mei.Online())
	var out struct{ Key string }
	s.mei.OK("GET", "/api/push/key", nil, &out)
	s.key = out.Key
	s.mei.OK("PUT", "/api/push/device", s.service.device("mei"), nil)
	return s
}

// leaves cuts Mei's line.
func (s *called) leaves(socket *apptest.Socket) {
	s.service.t.Helper()
	socket.Cut()
	for late := time.Now().Add(apptest.Patience); s.Hub.Connected(s.mei.ID); { // the server hears of it a moment later
		if time.Now().After(late) {
			s.service.t.Fatal("still connected")
		}
	}
}

// taken is a ticket that Mei takes without a page that is connected.
func (s *called) taken(hello string) (ticket, conversation int64) {
	conversation = s.visitor.Say(hello).ConversationID
	ticket = s.visitor.Live().TicketID
	s.mei.OK("POST", fmt.Sprintf("/api/desk/tickets/%d/take", ticket), nil, nil)
	return ticket, conversation
}

// later lets the time of a push pass.
func (s *called) later() {
	s.c.pass(10 * time.Second)
	s.Notify.Look()
}

func TestAnAgentWhoIsAwayIsCalledForATicketAndForWhatIsSaidInIt(t *testing.T) {
	s := call(t)
	ticket, conversation := s.taken("Do you have teapots?")
	s.visitor.Say("Blue ones?") // within the seconds: the same push
	s.later()
	got := s.service.next()
	if got.Ticket != ticket || got.Title != "New conversation: Visitor" || got.Text != "Blue ones?" || got.Lang != "en" || got.path != "/mei" {
		t.Fatalf("pushed %+v", got)
	}
	if got.head.Get("TTL") != "14400" || got.head.Get("Urgency") != "high" || len(got.head.Get("Topic")) != 24 || got.head.Get("Content-Encoding") != "aes128gcm" {
		t.Fatalf("head %v", got.head)
	}
	s.service.proven(got, s.key)
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'sent'", 1)

	// She is connected: nothing is queued, and what she has read before it was due is dropped.
	socket := s.mei.Connect()
	s.visitor.Say("Hello?")
	socket.Message("Hello?")
	until(t, s.Product, "SELECT COUNT(*) FROM pushes", 1)
	s.leaves(socket)
	m := s.visitor.Say("Still there?")
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'queued'", 1)
	s.mei.OK("POST", fmt.Sprintf("/api/chat/conversations/%d/cursors", conversation), map[string]int64{"read": m.Seq}, nil)
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'dropped'", 1)
	if n := s.service.asked.Load(); n != 1 {
		t.Fatalf("%d pushes", n)
	}
}

func TestWhoComesBackInTimeIsNotCalled(t *testing.T) {
	s := call(t)
	s.taken("Do you have teapots?")
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'queued'", 1)
	s.mei.Connect()
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'dropped'", 1)
	if n := s.service.asked.Load(); n != 0 {
		t.Fatalf("%d pushes", n)
	}
}

func TestAPushIsTriedAgainUnderTheSameID(t *testing.T) {
	s := call(t)
	s.service.answer.Store(http.StatusServiceUnavailable)
	s.taken("Do you have teapots?")
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'queued' AND tries = 1 AND error <> ''", 1)
	var id int64
	if err := s.DB.R.NewRaw("SELECT id FROM pushes").Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	s.service.answer.Store(http.StatusCreated)
	s.c.pass(time.Minute)
	s.Notify.Look()
	if got := s.service.next(); got.ID != id {
		t.Fatalf("pushed as %d, was %d", got.ID, id)
	}
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'sent' AND tries = 2", 1)
}

func TestAPushThatIsNoNewsAnyMoreIsGivenUp(t *testing.T) {
	s := call(t)
	s.service.answer.Store(http.StatusServiceUnavailable)
	s.taken("Do you have teapots?")
	s.c.pass(5 * time.Hour)
	s.Notify.Look()
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'failed'", 1)
}

func TestABrowserThatIsGoneIsForgotten(t *testing.T) {
	s := call(t)
	s.service.answer.Store(http.StatusGone)
	s.taken("Do you have teapots?")
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM push_devices", 0)
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'dropped'", 1)
	s.visitor.Say("Hello?") // nowhere to push to
	until(t, s.Product, "SELECT COUNT(*) FROM pushes", 1)
}

func TestADeviceEndsWithItsSignIn(t *testing.T) {
	s := call(t)
	other := s.SignIn("owner@example.com")
	other.OK("PUT", "/api/push/device", s.service.device("owner"), nil)
	other.OK("DELETE", "/api/push/device", nil, nil)
	until(t, s.Product, "SELECT COUNT(*) FROM push_devices", 1)
	s.taken("Do you have teapots?")
	s.mei.OK("DELETE", "/api/session", nil, nil)
	until(t, s.Product, "SELECT COUNT(*) FROM push_devices", 0)
	s.later()
	until(t, s.Product, "SELECT COUNT(*) FROM pushes WHERE state = 'dropped'", 1)

	// A browser has one device: who signs in there next takes it over.
	first, second := s.Owner(), s.Owner()
	first.OK("PUT", "/api/push/device", s.service.device("browser"), nil)
	second.OK("PUT", "/api/push/device", s.service.device("browser"), nil)
	until(t, s.Product, "SELECT COUNT(*) FROM push_devices", 1)
	if n := s.service.asked.Load(); n != 0 {
		t.Fatalf("%d pushes", n)
	}
}

func TestADeviceThatIsNoneIsRefused(t *testing.T) {
	s := call(t)
	for _, change := range []func(d map[string]string){
		func(d map[string]string) { d["endpoint"] = "https://10.0.0.1/x" },
		func(d map[string]string) { d["public_key"] = "AAAA" },
		func(d map[string]string) { d["secret"] = "AAAA" },
	} {
		d := s.service.device("mei")
		body := map[string]string{"endpoint": d.Endpoint, "public_key": d.PublicKey, "secret": d.Secret}
		change(body)
		s.mei.Refused("PUT", "/api/push/device", body, http.StatusBadRequest)
	}
	until(t, s.Product, "SELECT COUNT(*) FROM push_devices", 1)
}

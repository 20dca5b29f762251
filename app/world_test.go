package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
	"ichat/app/desk"
	"ichat/app/faq"
	"ichat/app/safety"
	"ichat/storage"
)

// world is one site with a ticket that belongs to its agent, and people who have nothing to do with it.
type world struct {
	p                                 *apptest.Product
	anonymous, stranger, outsider     *apptest.Client // nobody, a visitor, the owner of another site
	visitor, agent, owner, apprentice *apptest.Client // the ticket's own people; apprentice is invited anew
	ticket, conversation              int64
	queue, canned                     int64 // the site's, beside its first queue
	block                             int64 // of an address
	entry, unknown                    int64 // of the FAQ
	file                              int64 // the visitor sent it into the conversation
	group                             int64 // the owner's, with the agent in it
}

func newWorld(t *testing.T) *world {
	w := &world{p: apptest.New(t)}
	w.anonymous, w.owner = w.p.Anonymous(), w.p.Owner()
	w.agent, w.apprentice = w.p.Agent("Mei", 5), w.p.Agent("Li", 5)
	w.outsider = w.p.Agent("Owner of another site", 5)
	err := w.p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		site, err := w.p.Sites.CreateTx(ctx, tx, "Another site")
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("UPDATE roles SET site_id = ?, role = 'owner' WHERE person_id = ?", site.ID, w.outsider.ID).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.stranger, w.visitor = w.p.Visitor(), w.p.Visitor()
	socket := w.agent.Online()
	w.conversation = w.visitor.Say("hello").ConversationID
	socket.Wait("list", nil)
	w.ticket = w.visitor.Live().TicketID
	var queue desk.Queue
	w.owner.OK("POST", fmt.Sprintf("/api/admin/sites/%d/queues", w.p.Site.ID), map[string]string{"name": "Sales"}, &queue)
	canned := desk.Canned{SiteID: w.p.Site.ID, Shortcut: "hi", Text: "Hello", Scope: "site"}
	w.owner.OK("POST", "/api/desk/canned", map[string]any{"site_id": canned.SiteID, "shortcut": canned.Shortcut, "text": canned.Text, "scope": canned.Scope}, &canned)
	w.queue, w.canned = queue.ID, canned.ID
	w.file = w.visitor.SayFile(w.visitor.Upload("list.txt", []byte("apples"))).Body.FileID
	var group chat.Header
	w.owner.OK("POST", "/api/chat/groups", map[string]any{"client_id": "the world's", "name": "Team", "people": []int64{w.agent.ID}}, &group)
	w.group = group.ID
	var block safety.Block
	w.owner.OK("POST", fmt.Sprintf("/api/admin/sites/%d/blacklist", w.p.Site.ID), map[string]string{"address": "198.51.100.9"}, &block)
	w.block = block.ID
	var entry faq.Entry
	w.owner.OK("POST", fmt.Sprintf("/api/admin/sites/%d/faq", w.p.Site.ID), map[string]string{"question": "Where?", "answer": "Here."}, &entry)
	w.entry, w.unknown = entry.ID, 7
	err = w.p.DB.Write(t.Context(), func(ctx context.Context, tx *storage.Tx) error {
		_, err := tx.NewRaw("INSERT INTO faq_unknown (id, site_id, hash, question, last_at) VALUES (7, ?, 'x', 'What', ?)", w.p.Site.ID, time.Now().UTC()).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func conversationPath(w *world) string { return fill(w.conversation) }
func ticketPath(w *world) string       { return fill(w.ticket) }
func queuePath(w *world) string        { return fill(w.queue) }
func cannedPath(w *world) string       { return fill(w.canned) }
func groupPath(w *world) string        { return fill(w.group) }
func filePath(w *world) string         { return fill(w.file) }
func entryPath(w *world) string        { return fill(w.entry) }
func visitorPath(w *world) string      { return fill(w.visitor.ID) }
func sitePath(w *world) string         { return fill(w.p.Site.ID) }
func fill(id int64) string             { return "{id}=" + fmt.Sprint(id) }

package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
)

// cells are the statuses of one route for each kind of person, in this order.
type cells struct{ anonymous, stranger, outsider, visitor, agent, owner int }

const pushDevice = `{"endpoint":"https://push.example.com/x","secret":"BTBZMqHH6r4Tts7J_aSIgg",
	"public_key":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}`

const draft = `{"client_msg_id":"%s","type":"text","body":{"text":"x"}}`

// matrix says for every route of the API what everybody gets. {id} of the foreign kind is the
// world's own ticket, conversation or site, so outsider and stranger ask for what is not theirs.
// 0: not asked, because it would change what the other cells need; the reason stands beside it.
var matrix = []struct {
	route string
	path  func(w *world) string
	body  string // %s becomes an id that is new each time
	want  cells
}{
	{"POST /api/setup", nil, `{"token":"x","name":"x","email":"x@example.com","password":"12345678","site_name":"x"}`, cells{404, 404, 404, 404, 404, 404}},
	{"POST /api/session", nil, `{"email":"nobody@example.com","password":"12345678"}`, cells{401, 401, 401, 401, 401, 401}},
	{"POST /api/invitations/accept", nil, `{"token":"x","name":"x","password":"12345678"}`, cells{404, 404, 404, 404, 404, 404}},
	{"POST /api/visitors", nil, `{"site":"nokey","locale":"en","parent_origin":""}`, cells{404, 404, 404, 404, 404, 404}},
	{"GET /api/look", func(w *world) string { return "/api/look?site=" + w.p.Site.Key }, "", cells{200, 200, 200, 200, 200, 200}},
	{"GET /api/openapi.json", nil, "", cells{200, 200, 200, 200, 200, 200}},
	{"GET /api/session", nil, "", cells{401, 200, 200, 200, 200, 200}},
	{"GET /api/visitors/me", nil, "", cells{401, 200, 403, 200, 403, 403}},
	{"GET /api/live", nil, "", cells{401, 200, 403, 200, 403, 403}},
	{"POST /api/desk/tickets/{id}/invite-rating", ticketPath, "", cells{401, 403, 404, 403, 204, 204}},
	{"POST /api/live/rating", nil, `{"stars":5}`, cells{401, 409, 403, 200, 403, 403}}, // the stranger has not written yet
	{"POST /api/live/contact", nil, `{"email":"vic@example.com"}`, cells{401, 200, 403, 200, 403, 403}},
	{"POST /api/live/transcript", nil, `{"email":"vic@example.com"}`, cells{401, 409, 403, 409, 403, 403}}, // 409: nobody answered, and no mail server
	{"POST /api/live/messages", nil, draft, cells{401, 200, 403, 200, 403, 403}},
	{"POST /api/chat/bind", nil, `{"client_id":"none","epoch":"","known":{},"list":0}`, cells{401, 404, 404, 404, 404, 404}},
	{"POST /api/chat/sync", nil, `{"epoch":"","known":{},"list":0}`, cells{401, 200, 200, 200, 200, 200}},
	{"GET /api/chat/conversations/{id}/messages", conversationPath, "", cells{401, 404, 404, 200, 200, 404}},
	{"POST /api/chat/conversations/{id}/messages", conversationPath, draft, cells{401, 404, 404, 200, 200, 404}},
	{"POST /api/chat/conversations/{id}/cursors", conversationPath, `{"read":1}`, cells{401, 404, 404, 204, 204, 404}},
	{"PATCH /api/chat/conversations/{id}/messages/{seq}", conversationPath, `{"edit_id":"%s","text":"hello again"}`, cells{401, 404, 404, 200, 403, 404}}, // the visitor's own hello
	{"GET /api/chat/conversations/{id}/messages/{seq}/edits", conversationPath, "", cells{401, 404, 404, 200, 200, 404}},
	{"PUT /api/chat/conversations/{id}/messages/{seq}/reactions/{emoji}", conversationPath, "", cells{401, 403, 404, 403, 404, 404}}, // a visitor's conversation has none
	{"DELETE /api/chat/conversations/{id}/messages/{seq}/reactions/{emoji}", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/chat/conversations/{id}/messages/{seq}/reactions", conversationPath, "", cells{401, 403, 404, 403, 200, 404}},
	{"GET /api/chat/conversations/{id}/pins", conversationPath, "", cells{401, 403, 404, 403, 200, 404}},
	{"PUT /api/chat/conversations/{id}/pins/{seq}", conversationPath, "", cells{401, 403, 404, 403, 404, 404}}, // nothing is pinned in a visitor's
	{"DELETE /api/chat/conversations/{id}/pins/{seq}", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/chat/conversations/{id}/messages/{seq}/merged", conversationPath, "", cells{401, 403, 404, 403, 404, 404}}, // nothing is merged there
	{"POST /api/chat/conversations/{id}/messages/{seq}/hide", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},  // nor is it taken out of a view
	{"POST /api/chat/conversations/{id}/clear", conversationPath, `{"up_to":1}`, cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/chat/conversations/{id}/export", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/chat/conversations/{id}/find", conversationPath, "", cells{401, 403, 404, 403, 200, 404}},
	{"GET /api/chat/conversations/{id}/members", conversationPath, "", cells{401, 404, 404, 200, 200, 404}},
	{"GET /api/chat/conversations", nil, "", cells{401, 200, 200, 200, 200, 200}},
	{"POST /api/chat/direct", nil, `{"person":1}`, cells{401, 403, 404, 403, 404, 404}}, // nobody
	{"POST /api/chat/groups", nil, `{"client_id":"%s","name":"x","people":[]}`, cells{401, 403, 200, 403, 200, 200}},
	{"PATCH /api/chat/groups/{id}", groupPath, `{"name":"y"}`, cells{401, 403, 404, 403, 403, 200}},
	{"POST /api/chat/groups/{id}/members", groupPath, `{"people":[1]}`, cells{401, 403, 404, 403, 404, 404}},             // nobody
	{"PATCH /api/chat/groups/{id}/members/{person}", groupPath, `{"role":"admin"}`, cells{401, 403, 404, 403, 403, 404}}, // the apprentice is not in it
	{"PUT /api/chat/groups/{id}/members/{person}/mute", groupPath, `{"minutes":1}`, cells{401, 403, 404, 403, 403, 404}}, // the apprentice is not in it
	{"DELETE /api/chat/groups/{id}/members/{person}", groupPath, "", cells{401, 403, 404, 403, 403, 404}},
	{"POST /api/chat/groups/{id}/leave", groupPath, "", cells{401, 403, 404, 403, 204, 409}},
	{"POST /api/chat/groups/{id}/dissolve", groupPath, "", cells{401, 403, 404, 403, 404, 204}},
	{"POST /api/chat/conversations/{id}/messages/{seq}/recall", conversationPath, "", cells{401, 404, 404, 200, 403, 404}}, // the visitor's own hello; the agent reads along
	{"POST /api/files", nil, `{}`, cells{401, 400, 400, 400, 400, 400}},                                                    // 400: not a form, which is asked after who calls
	{"POST /api/files/{id}/links", filePath, "", cells{401, 404, 404, 200, 200, 200}},
	{"GET /api/im/registration", nil, "", cells{200, 200, 200, 200, 200, 200}},
	{"GET /api/im/categories", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/proof", nil, "", cells{200, 200, 200, 200, 200, 200}},
	{"POST /api/im/register", nil, `{"name":"Somebody","password":"12345678"}`, cells{403, 403, 403, 403, 403, 403}}, // closed until an owner opens it
	{"GET /api/im", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/conversations", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"PATCH /api/im/conversations/{id}", groupPath, `{"marked":true}`, cells{401, 403, 404, 403, 404, 200}}, // the agent has left it above
	{"GET /api/im/mentions", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"PATCH /api/im/me", nil, `{"signature":"hello"}`, cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/faces", nil, `{}`, cells{401, 403, 400, 403, 400, 400}}, // as with files
	{"PUT /api/im/me/avatar", nil, `{"face":1}`, cells{401, 403, 404, 403, 404, 404}},
	{"PATCH /api/im/privacy", nil, `{"receipts":true}`, cells{401, 403, 200, 403, 200, 200}},
	{"PUT /api/im/presence", nil, `{"state":"busy"}`, cells{401, 403, 200, 403, 200, 200}},
	{"PUT /api/im/password", nil, `{"old":"not this one","password":"another long one"}`, cells{401, 403, 403, 403, 403, 403}},
	{"GET /api/im/devices", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"DELETE /api/im/devices", nil, "", cells{401, 403, 204, 403, 204, 204}},
	{"DELETE /api/im/devices/{device}", nil, "", cells{401, 403, 404, 403, 404, 404}}, // nobody's
	{"GET /api/im/people", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/people/known", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/people/{person}", groupPath, "", cells{401, 403, 404, 403, 404, 404}}, // the apprentice never looked into the messenger
	{"POST /api/im/requests", nil, `{"person":1}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/requests/{id}/agree", groupPath, `{}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/requests/{id}/refuse", groupPath, `{}`, cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/box", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/im/box/read", nil, `{"up_to":1}`, cells{401, 403, 204, 403, 204, 204}},
	{"PATCH /api/im/friends/{person}", groupPath, `{"remark":"x"}`, cells{401, 403, 404, 403, 404, 404}},
	{"DELETE /api/im/friends/{person}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/friend-groups", nil, `{"name":"x"}`, cells{401, 403, 200, 403, 200, 200}},
	{"PUT /api/im/friend-groups", nil, `{"order":[1]}`, cells{401, 403, 204, 403, 204, 204}},
	{"PATCH /api/im/friend-groups/{id}", groupPath, `{"name":"y"}`, cells{401, 403, 404, 403, 404, 404}},
	{"DELETE /api/im/friend-groups/{id}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/blocked", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"PUT /api/im/blocked/{person}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"DELETE /api/im/blocked/{person}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/evidence", func(w *world) string { return fmt.Sprintf("/api/im/evidence?conversation=%d&seq=1", w.group) }, "", cells{401, 403, 404, 403, 404, 404}}, // a line of the system
	{"POST /api/im/reports", nil, `{"person":1,"category":"spam"}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/saved", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/im/groups", nil, `{"client_id":"%s","name":"x"}`, cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/groups", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/im/groups/{id}/members", groupPath, `{"people":[1]}`, cells{401, 403, 404, 403, 404, 409}}, // dissolved above
	{"PUT /api/im/groups/{id}/avatar", groupPath, `{"face":0}`, cells{401, 403, 404, 403, 404, 409}},       // as above
	{"POST /api/im/groups/{id}/join", groupPath, `{}`, cells{401, 403, 404, 403, 404, 404}},                // as above
	{"GET /api/im/groups/{id}/requests", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/groups/{id}/links", groupPath, `{"hours":1}`, cells{401, 403, 404, 403, 404, 404}},
	{"DELETE /api/im/groups/{id}/links", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/groups/{id}/links", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"DELETE /api/im/groups/{id}/links/{link}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/groups/{id}/notice/confirm", groupPath, `{"version":1}`, cells{401, 403, 404, 403, 404, 409}}, // as above
	{"GET /api/im/groups/{id}/notice/readers", conversationPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/links/{token}", nil, "", cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/im/groups/by-link", nil, `{"token":"x"}`, cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/im/report-categories", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/im/groups/{id}/evidence", groupPath, "", cells{401, 403, 404, 403, 404, 404}}, // a group of colleagues
	{"GET /api/admin/report-categories", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"POST /api/admin/report-categories", nil, `{"name":"%s"}`, cells{401, 403, 200, 403, 404, 200}},
	{"PUT /api/admin/report-categories", nil, `{"order":[1]}`, cells{401, 403, 409, 403, 404, 409}}, // not all there are
	{"PATCH /api/admin/report-categories/{id}", func(*world) string { return fill(1) }, `{"name":"%s"}`, cells{401, 403, 200, 403, 404, 200}},
	{"POST /api/admin/categories", nil, `{"name":"%s"}`, cells{401, 403, 200, 403, 404, 200}},
	{"PUT /api/admin/categories", nil, `{"order":[1]}`, cells{401, 403, 409, 403, 404, 409}},             // not all there are
	{"PATCH /api/admin/categories/{id}", groupPath, `{"name":"x"}`, cells{401, 403, 404, 403, 404, 404}}, // no category, here and below
	{"DELETE /api/admin/categories/{id}", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/admin/groups", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"POST /api/admin/groups/requests/{id}", groupPath, `{"approve":false}`, cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/admin/waiting", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"GET /api/admin/groups/requests", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"GET /api/admin/groups/{id}", groupPath, "", cells{401, 403, 404, 403, 404, 404}}, // a group of colleagues is theirs, here and below
	{"PATCH /api/admin/groups/{id}", groupPath, `{"name":"y"}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/admin/groups/{id}/dissolve", groupPath, `{}`, cells{401, 403, 404, 403, 404, 404}},
	{"GET /api/admin/groups/{id}/members", groupPath, "", cells{401, 403, 404, 403, 404, 404}},
	{"PUT /api/admin/groups/{id}/members/{person}/mute", groupPath, `{"minutes":1}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/admin/groups/{id}/members/{person}/remove", groupPath, `{}`, cells{401, 403, 404, 403, 404, 404}},
	{"PATCH /api/admin/members/{person}", groupPath, `{"disabled":true}`, cells{401, 403, 404, 403, 404, 404}}, // the apprentice never looked into the messenger
	{"GET /api/admin/reports", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"PATCH /api/admin/reports/{id}", groupPath, `{"state":"done"}`, cells{401, 403, 404, 403, 404, 404}},
	{"POST /api/admin/members/invitations", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"GET /api/desk", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/desk/tickets", func(*world) string { return "/api/desk/tickets?state=open" }, "", cells{401, 403, 200, 403, 200, 200}},
	{"GET /api/desk/board", func(*world) string { return "/api/desk/board?from=" + time.Now().UTC().Format(time.RFC3339) }, "", cells{401, 403, 200, 403, 403, 200}},
	{"GET /api/desk/tickets/{id}", ticketPath, "", cells{401, 403, 404, 403, 200, 200}},
	{"GET /api/desk/tickets/{id}/messages", ticketPath, "", cells{401, 403, 404, 403, 200, 200}},
	{"PUT /api/desk/seat", nil, `{"state":"online"}`, cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/desk/tickets/{id}/transfer", ticketPath, `{}`, cells{401, 403, 404, 403, 400, 400}}, // 400: to nobody, which is asked last
	{"GET /api/desk/tickets/{id}/notes", ticketPath, "", cells{401, 403, 404, 403, 200, 200}},
	{"POST /api/desk/tickets/{id}/notes", ticketPath, `{"client_msg_id":"%s","text":"x"}`, cells{401, 403, 404, 403, 200, 200}},
	{"POST /api/desk/tickets/{id}/transcript", ticketPath, `{"email":"vic@example.com"}`, cells{401, 403, 404, 403, 409, 409}}, // 409: no mail server
	{"GET /api/desk/canned", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/desk/canned", nil, `{"site_id":1,"shortcut":"x","text":"x","scope":"mine"}`, cells{401, 403, 404, 403, 404, 404}}, // nobody's site
	{"POST /api/desk/canned/{id}/used", cannedPath, "", cells{401, 403, 404, 403, 204, 204}},
	{"PATCH /api/desk/canned/{id}", cannedPath, `{"text":"Hello again"}`, cells{401, 403, 404, 403, 403, 200}},
	{"DELETE /api/desk/canned/{id}", cannedPath, "", cells{401, 403, 404, 403, 403, 204}},
	{"GET /api/desk/queues", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"POST /api/admin/sites/{id}/queues", sitePath, `{"name":"x"}`, cells{401, 403, 404, 403, 404, 200}},
	{"PATCH /api/admin/queues/{id}", queuePath, `{"name":"y"}`, cells{401, 403, 404, 403, 404, 200}},
	{"POST /api/admin/sites/{id}/try", sitePath, `{"page":"https://shop.example/"}`, cells{401, 403, 404, 403, 404, 200}},
	{"PUT /api/desk/visitors/{id}/vip", visitorPath, `{"vip":true}`, cells{401, 403, 404, 403, 204, 204}},
	{"DELETE /api/admin/queues/{id}", queuePath, "", cells{401, 403, 404, 403, 404, 204}},
	{"POST /api/desk/tickets/{id}/invite", ticketPath, `{"agent":1}`, cells{401, 403, 404, 403, 404, 404}}, // nobody
	{"POST /api/desk/tickets/{id}/watch", ticketPath, "", cells{401, 403, 404, 403, 403, 200}},
	{"POST /api/desk/tickets/{id}/unwatch", ticketPath, "", cells{401, 403, 404, 403, 403, 204}},
	{"POST /api/desk/tickets/{id}/whisper", ticketPath, `{"client_msg_id":"%s","text":"x"}`, cells{401, 403, 404, 403, 403, 200}},
	{"POST /api/desk/tickets/{id}/join", ticketPath, "", cells{401, 403, 404, 403, 403, 200}},
	{"POST /api/desk/tickets/{id}/leave", ticketPath, `{}`, cells{401, 403, 404, 403, 409, 200}}, // the agent is no guest
	{"POST /api/desk/tickets/{id}/take", ticketPath, "", cells{401, 403, 404, 403, 409, 409}},
	{"POST /api/desk/tickets/{id}/close", ticketPath, "", cells{401, 403, 404, 403, 200, 409}},
	{"POST /api/desk/tickets/{id}/take-over", ticketPath, `{}`, cells{401, 403, 404, 403, 403, 409}}, // 409: it is closed by now
	{"POST /api/live/end", nil, "", cells{401, 200, 403, 409, 403, 403}},
	{"GET /api/admin/mail", nil, "", cells{401, 403, 200, 403, 404, 200}}, // the server's, and the mails of one's own sites
	{"POST /api/admin/mail/test", nil, "", cells{401, 403, 409, 403, 404, 409}},
	{"GET /api/admin/mail/failed", nil, "", cells{401, 403, 200, 403, 404, 200}},
	{"POST /api/admin/mail/{id}/retry", sitePath, "", cells{401, 403, 409, 403, 404, 409}},
	{"GET /api/push/key", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"PUT /api/push/device", nil, pushDevice, cells{401, 403, 204, 403, 204, 204}},
	{"DELETE /api/push/device", nil, "", cells{401, 403, 204, 403, 204, 204}},
	{"GET /api/admin/settings", nil, "", cells{401, 403, 200, 403, 404, 200}}, // the whole server's: any owner
	{"PATCH /api/admin/settings", nil, `{"chat":{"recall_seconds":60}}`, cells{401, 403, 200, 403, 404, 200}},
	{"GET /api/admin/sites", nil, "", cells{401, 403, 200, 403, 200, 200}},
	{"PATCH /api/admin/sites/{id}", sitePath, `{"name":"renamed"}`, cells{401, 403, 404, 403, 404, 200}},
	{"GET /api/admin/sites/{id}/agents", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"POST /api/admin/sites/{id}/agents", sitePath, `{"email":"%s@example.com","name":"New","role":"agent"}`, cells{401, 403, 404, 403, 404, 200}},
	{"PATCH /api/admin/sites/{id}/agents/{person}", sitePath, `{"cap":3}`, cells{401, 403, 404, 403, 404, 200}},
	{"POST /api/admin/sites/{id}/agents/{person}/invitation", sitePath, "", cells{401, 403, 404, 403, 404, 409}}, // 409: has signed up already
	{"GET /api/admin/sites/{id}/audit", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"GET /api/admin/sites/{id}/audit.csv", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"GET /api/admin/sites/{id}/blacklist", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"POST /api/admin/sites/{id}/blacklist", sitePath, `{"address":"203.0.113.7"}`, cells{401, 403, 404, 403, 404, 200}},
	{"DELETE /api/admin/sites/{id}/blacklist/{block}", sitePath, "", cells{401, 403, 404, 403, 404, 204}},
	{"GET /api/live/faq", nil, "", cells{401, 200, 403, 200, 403, 403}},
	{"POST /api/live/faq/{id}/ask", entryPath, `{"client_msg_id":"%s"}`, cells{401, 200, 403, 200, 403, 403}}, // the stranger is a visitor of the site too
	{"PUT /api/live/faq/{id}/useful", entryPath, `{"useful":true}`, cells{401, 204, 403, 204, 403, 403}},
	{"GET /api/admin/sites/{id}/faq", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"POST /api/admin/sites/{id}/faq", sitePath, `{"question":"%s","answer":"x"}`, cells{401, 403, 404, 403, 404, 200}},
	{"PATCH /api/admin/sites/{id}/faq/{entry}", sitePath, `{"answer":"There."}`, cells{401, 403, 404, 403, 404, 200}},
	{"DELETE /api/admin/sites/{id}/faq/{entry}", sitePath, "", cells{401, 403, 404, 403, 404, 204}},
	{"PUT /api/admin/sites/{id}/faq/order", sitePath, `{"order":[]}`, cells{401, 403, 404, 403, 404, 409}}, // 409: it does not name the new one
	{"GET /api/admin/sites/{id}/unknown", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"DELETE /api/admin/sites/{id}/unknown/{unknown}", sitePath, "", cells{401, 403, 404, 403, 404, 204}},
	{"GET /api/admin/sites/{id}/bot", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"PATCH /api/admin/sites/{id}/bot", sitePath, `{"tries":3}`, cells{401, 403, 404, 403, 404, 200}},
	{"GET /api/admin/sites/{id}/bot/try", sitePath, "", cells{401, 403, 404, 403, 404, 200}},
	{"GET /api/desk/visitors/{id}/block", visitorPath, "", cells{401, 403, 404, 403, 200, 200}},
	{"PUT /api/desk/visitors/{id}/block", visitorPath, `{}`, cells{401, 403, 404, 403, 200, 200}},
	{"DELETE /api/session", nil, "", cells{anonymous: 401, stranger: 204, outsider: 204, visitor: 204, agent: 204, owner: 204}},
}

func TestEveryRouteAsksWhoCalls(t *testing.T) {
	w := newWorld(t)
	listed := map[string]bool{}
	for i, row := range matrix {
		listed[row.route] = true
		method, path, _ := strings.Cut(row.route, " ")
		if row.path != nil {
			if id, ok := strings.CutPrefix(row.path(w), "{id}="); ok {
				path = strings.NewReplacer("{id}", id, "{link}", "1", "{person}", fmt.Sprint(w.apprentice.ID), "{block}", fmt.Sprint(w.block), "{entry}", fmt.Sprint(w.entry), "{unknown}", fmt.Sprint(w.unknown), "{seq}", "1", "{emoji}", "%F0%9F%91%8D").Replace(path)
			} else {
				path = row.path(w)
			}
		}
		for _, cell := range []struct {
			who  string
			c    *apptest.Client
			want int
		}{
			{"anonymous", w.anonymous, row.want.anonymous}, {"stranger", w.stranger, row.want.stranger}, {"outsider", w.outsider, row.want.outsider},
			{"visitor", w.visitor, row.want.visitor}, {"agent", w.agent, row.want.agent}, {"owner", w.owner, row.want.owner},
		} {
			var body any
			if row.body != "" {
				body = strings.ReplaceAll(row.body, "%s", fmt.Sprintf("matrix-%d-%s", i, cell.who))
			}
			r := cell.c.Do(method, path, body)
			if r.Status != cell.want {
				t.Errorf("%s as %s: %d %s, want %d", row.route, cell.who, r.Status, r.Body, cell.want)
			}
		}
	}
	for _, r := range w.p.Web.Routes() {
		if route := r.Method + " " + r.Path; strings.HasPrefix(r.Path, "/api/") && !listed[route] {
			t.Errorf("%s has no row in the matrix", route)
		}
	}
}

// TestASupervisorLooksAfterConversationsOnly walks the back office: a supervisor gets there what an agent
// gets. What supervisors share with owners is listed.
func TestASupervisorLooksAfterConversationsOnly(t *testing.T) {
	w := newWorld(t)
	supervisor := w.p.Supervisor("Su", 5)
	for _, row := range matrix {
		method, path, _ := strings.Cut(row.route, " ")
		if !strings.HasPrefix(path, "/api/admin/") {
			continue
		}
		if row.path != nil {
			id, _ := strings.CutPrefix(row.path(w), "{id}=")
			path = strings.NewReplacer("{id}", id, "{person}", fmt.Sprint(w.apprentice.ID), "{block}", fmt.Sprint(w.block), "{entry}", fmt.Sprint(w.entry), "{unknown}", fmt.Sprint(w.unknown)).Replace(path)
		}
		want := row.want.agent
		if shared[row.route] {
			want = row.want.owner
		}
		var body any
		if row.body != "" {
			body = strings.ReplaceAll(row.body, "%s", "supervised")
		}
		if r := supervisor.Do(method, path, body); r.Status != want {
			t.Errorf("%s: %d %s, want %d", row.route, r.Status, r.Body, want)
		}
	}
}

// shared are the routes of the back office that supervisors share with owners.
var shared = map[string]bool{
	"PATCH /api/admin/queues/{id}":   true,
	"POST /api/admin/sites/{id}/try": true,
	"GET /api/admin/sites/{id}/faq":  true, "POST /api/admin/sites/{id}/faq": true, "PATCH /api/admin/sites/{id}/faq/{entry}": true, "DELETE /api/admin/sites/{id}/faq/{entry}": true,
	"PUT /api/admin/sites/{id}/faq/order": true, "GET /api/admin/sites/{id}/unknown": true, "DELETE /api/admin/sites/{id}/unknown/{unknown}": true,
	"GET /api/admin/sites/{id}/bot": true, "PATCH /api/admin/sites/{id}/bot": true, "GET /api/admin/sites/{id}/bot/try": true,
	"GET /api/admin/sites/{id}/blacklist": true, "POST /api/admin/sites/{id}/blacklist": true, "DELETE /api/admin/sites/{id}/blacklist/{block}": true,
}

func TestAWrongOrRevokedTokenIsRefusedEverywhere(t *testing.T) {
	w := newWorld(t)
	socket := w.agent.Connect()
	spare := *w.agent
	w.agent.OK("DELETE", "/api/session", nil, nil)
	if code := socket.WaitClosed(); code != 4401 {
		t.Fatalf("the socket of an ended sign-in closed with %d", code)
	}
	for _, r := range w.p.Web.Routes() {
		if r.Access.String() == "public" {
			continue
		}
		path := strings.NewReplacer("{id}", "1", "{person}", "1", "{block}", "1", "{entry}", "1", "{unknown}", "1", "{seq}", "1", "{emoji}", "%F0%9F%91%8D").Replace(r.Path)
		if got := spare.Do(r.Method, path, "{}"); got.Status != http.StatusUnauthorized {
			t.Errorf("%s %s with a revoked token: %d", r.Method, r.Path, got.Status)
		}
	}
}

func TestADisabledAgentIsOutAtOnce(t *testing.T) {
	w := newWorld(t)
	socket := w.apprentice.Connect()
	w.owner.OK("PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", w.p.Site.ID, w.apprentice.ID), map[string]bool{"disabled": true}, nil)
	if code := socket.WaitClosed(); code != 4401 {
		t.Fatalf("closed with %d", code)
	}
	w.apprentice.Refused("GET", "/api/desk", nil, 401)
}

func TestAForeignPageMayNotCallTheAPI(t *testing.T) {
	w := newWorld(t)
	for _, origin := range []string{"https://evil.example", "null", w.p.URL + ".evil.example"} {
		c := *w.owner
		c.Origin = origin
		c.Refused("GET", "/api/session", nil, 403)
		c.Refused("POST", "/api/chat/sync", chat.SyncRequest{Known: map[int64]chat.Known{}}, 403)
	}
	bare := *w.owner
	bare.Origin = "" // a cookie without proof that our own page sent it
	bare.Refused("PUT", "/api/desk/seat", map[string]string{"state": "away"}, 403)
}

// TestNoForeignTextReachesAnybody listens on every socket of people who are not in a conversation
// while it is being used.
func TestNoForeignTextReachesAnybody(t *testing.T) {
	w := newWorld(t)
	const canary = "canary-5f2c"
	var ears []*apptest.Socket
	for _, c := range []*apptest.Client{w.stranger, w.outsider} {
		ears = append(ears, c.Connect())
	}
	w.visitor.Say(canary)
	w.agent.Write(w.conversation, canary)
	for _, s := range ears {
		for _, e := range s.Drain() {
			if strings.Contains(string(e.Data), canary) {
				t.Errorf("a stranger heard %s %s", e.Type, e.Data)
			}
		}
	}
}

package check

import (
	"context"
	"fmt"
)

// story is one change, made over the route it is about.
type story struct {
	route  string
	before func(ctx context.Context, w *cast) error // what it needs; may be nil
	act    func(ctx context.Context, w *cast) error
}

// exempt says why a route needs no story: nothing that anybody shows changes by it, or it is read when it is shown.
var exempt = map[string]string{
	"PUT /api/push/device":                                  "where one's own browser is called; nobody shows it",
	"DELETE /api/push/device":                               "where one's own browser is called; nobody shows it",
	"POST /api/im/register":                                 "a member whom nobody knows is shown nowhere",
	"PATCH /api/im/me":                                      "app/contacts tells the stories of contacts, from what its own pages read",
	"PATCH /api/im/conversations/{id}":                      "as above",
	"PUT /api/im/groups/{id}/avatar":                        "an act, as another name is; app/contacts tells that story",
	"PUT /api/im/me/avatar":                                 "as above",
	"PATCH /api/im/privacy":                                 "as above",
	"PUT /api/im/presence":                                  "as above",
	"POST /api/im/requests":                                 "as above",
	"POST /api/im/requests/{id}/agree":                      "as above",
	"POST /api/im/requests/{id}/refuse":                     "as above",
	"POST /api/im/box/read":                                 "as above",
	"PATCH /api/im/friends/{person}":                        "as above",
	"DELETE /api/im/friends/{person}":                       "as above",
	"POST /api/im/friend-groups":                            "as above",
	"PUT /api/im/friend-groups":                             "as above",
	"PATCH /api/im/friend-groups/{id}":                      "as above",
	"DELETE /api/im/friend-groups/{id}":                     "as above",
	"PUT /api/im/blocked/{person}":                          "as above",
	"DELETE /api/im/blocked/{person}":                       "as above",
	"POST /api/im/groups":                                   "as above",
	"POST /api/im/groups/{id}/members":                      "as above",
	"POST /api/im/groups/{id}/join":                         "as above",
	"POST /api/im/groups/by-link":                           "as above",
	"POST /api/im/groups/{id}/notice/confirm":               "of one's own list, as how one keeps a conversation is; app/contacts tells that story",
	"POST /api/im/groups/{id}/links":                        "a link, for who asked for it only",
	"DELETE /api/im/groups/{id}/links/{link}":               "as above",
	"DELETE /api/im/groups/{id}/links":                      "the list of links is read when it is opened",
	"POST /api/im/reports":                                  "the list of reports is read when it is opened",
	"PATCH /api/admin/reports/{id}":                         "as above",
	"POST /api/admin/groups/requests/{id}":                  "app/contacts tells that story",
	"POST /api/admin/groups/{id}/dissolve":                  "as above",
	"PATCH /api/admin/groups/{id}":                          "as above",
	"PUT /api/admin/groups/{id}/members/{person}/mute":      "as above",
	"POST /api/admin/groups/{id}/members/{person}/remove":   "as above",
	"PATCH /api/admin/members/{person}":                     "as above",
	"PUT /api/im/password":                                  "it ends sign-ins, which closes their sockets; app/contacts tells that story",
	"DELETE /api/im/devices":                                "as above",
	"DELETE /api/im/devices/{device}":                       "as above",
	"POST /api/admin/members/invitations":                   "a link, for the owner only",
	"POST /api/setup":                                       "before it there is nobody who could watch",
	"POST /api/session":                                     "a sign-in changes nothing that anybody shows",
	"DELETE /api/session":                                   "it ends the socket itself; app/people tells that story",
	"POST /api/invitations/accept":                          "the owner's list of agents is read when it is opened",
	"POST /api/visitors":                                    "a visitor who has not written is shown nowhere",
	"POST /api/chat/bind":                                   "it changes nothing: every story here begins with it",
	"POST /api/chat/sync":                                   "it changes nothing",
	"POST /api/admin/sites/{id}/agents":                     "the owner's list of agents is read when it is opened",
	"POST /api/admin/sites/{id}/agents/{person}/invitation": "a link, for the owner only",
	"POST /api/desk/canned":                                 "one's list is read when it is opened",
	"PATCH /api/desk/canned/{id}":                           "one's list is read when it is opened",
	"DELETE /api/desk/canned/{id}":                          "one's list is read when it is opened",
	"POST /api/desk/canned/{id}/used":                       "a count, for the order of the list when it is opened next",
	"POST /api/admin/sites/{id}/queues":                     "the list of queues is read when it is opened",
	"PATCH /api/admin/queues/{id}":                          "the list of queues is read when it is opened; tickets show a new name with their next change, and rules show in what they do",
	"POST /api/admin/sites/{id}/try":                        "it changes nothing",
	"DELETE /api/admin/queues/{id}":                         "only a queue in which nobody waits can be removed",
	"POST /api/admin/categories":                            "what groups may be about is read when it is chosen from",
	"PUT /api/admin/categories":                             "as above",
	"PATCH /api/admin/categories/{id}":                      "as above",
	"DELETE /api/admin/categories/{id}":                     "as above",
	"POST /api/admin/report-categories":                     "as above, of reports",
	"PUT /api/admin/report-categories":                      "as above",
	"PATCH /api/admin/report-categories/{id}":               "as above",
	"PATCH /api/admin/settings":                             "limits, which the server checks; nobody shows them while he chats",
	"PATCH /api/admin/sites/{id}":                           "the look of a window is read when it opens",
	"POST /api/desk/tickets/{id}/notes":                     "notes are read when a ticket is opened; that they are pushed is app/desk's story",
	"POST /api/desk/tickets/{id}/whisper":                   "notes are read when a ticket is opened; that it is pushed is app/desk's story",
	"POST /api/desk/tickets/{id}/watch":                     "nobody is shown that somebody looks on; what he is pushed is app/desk's story",
	"POST /api/desk/tickets/{id}/unwatch":                   "nobody is shown that somebody looks on",
	"POST /api/faces":                                       "a face is shown by whom it shows",
	"POST /api/files":                                       "a file is shown by the message that brings it",
	"POST /api/files/{id}/links":                            "it changes nothing: a link for a short time",
	"POST /api/admin/sites/{id}/blacklist":                  "who is blocked is read when the list is opened, and is not told to him",
	"DELETE /api/admin/sites/{id}/blacklist/{block}":        "who is blocked is read when the list is opened",
	"PUT /api/desk/visitors/{id}/block":                     "who is blocked is read when a ticket is opened, and is not told to him",
	"POST /api/admin/sites/{id}/faq":                        "the FAQ is read when it is opened",
	"PATCH /api/admin/sites/{id}/faq/{entry}":               "the FAQ is read when it is opened",
	"DELETE /api/admin/sites/{id}/faq/{entry}":              "the FAQ is read when it is opened",
	"PUT /api/admin/sites/{id}/faq/order":                   "the FAQ is read when it is opened",
	"DELETE /api/admin/sites/{id}/unknown/{unknown}":        "the list of unknown questions is read when it is opened",
	"PATCH /api/admin/sites/{id}/bot":                       "how the bot works is read when it is opened",
	"PUT /api/live/faq/{id}/useful":                         "a count, for the back office when it is opened",
	"POST /api/live/transcript":                             "a mail, which is shown nowhere",
	"POST /api/desk/tickets/{id}/transcript":                "a mail, which is shown nowhere",
	"POST /api/admin/mail/test":                             "a mail, which is shown nowhere",
	"POST /api/admin/mail/{id}/retry":                       "a mail, which is shown nowhere",
}

// do makes one request that must be taken.
func (w *cast) do(ctx context.Context, p *person, method, path string, in, out any) error {
	if problem := p.call.call(ctx, method, path, in, out); problem != nil {
		return fmt.Errorf("%s %s: %w", method, path, problem)
	}
	return nil
}

// draft is a message nobody said before.
func (w *cast) draft() map[string]any {
	w.next++
	return map[string]any{"client_msg_id": fmt.Sprintf("verify-%d", w.next), "type": "text", "body": map[string]string{"text": fmt.Sprintf("line %d", w.next)}}
}

// waiting makes sure that the visitor has a ticket that nobody takes: all agents are away.
func waiting(ctx context.Context, w *cast) error {
	for _, a := range w.agents {
		if err := w.do(ctx, a, "PUT", "/api/desk/seat", map[string]string{"state": "away"}, nil); err != nil {
			return err
		}
	}
	w.visitor.call.call(ctx, "POST", "/api/live/end", nil, nil) // there may be none
	return w.write(ctx)
}

// write lets the visitor say something and finds his ticket.
func (w *cast) write(ctx context.Context) error {
	if err := w.do(ctx, w.visitor, "POST", "/api/live/messages", w.draft(), &w.last); err != nil {
		return err
	}
	w.conv = w.last.Conv
	var live struct {
		Ticket int64 `json:"ticket_id"`
	}
	err := w.do(ctx, w.visitor, "GET", "/api/live", nil, &live)
	w.ticket = live.Ticket
	return err
}

// asked is the visitor's click on a question of the FAQ.
func asked(ctx context.Context, w *cast) error {
	var entry struct{ ID int64 }
	err := w.do(ctx, w.owner, "POST", fmt.Sprintf("/api/admin/sites/%d/faq", w.site), map[string]string{"question": "Where?", "answer": "Here."}, &entry)
	if err != nil {
		return err
	}
	w.next++
	return w.do(ctx, w.visitor, "POST", fmt.Sprintf("/api/live/faq/%d/ask", entry.ID), map[string]string{"client_msg_id": fmt.Sprintf("verify-%d", w.next)}, nil)
}

// served makes sure that the first agent has the visitor's ticket.
func served(ctx context.Context, w *cast) error {
	if err := waiting(ctx, w); err != nil {
		return err
	}
	if err := w.do(ctx, w.agent, "PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil); err != nil {
		return err
	}
	w.agent.call.call(ctx, "POST", w.path("/take"), nil, nil) // or it was given to him by rule
	return nil
}

func (w *cast) path(what string) string { return fmt.Sprintf("/api/desk/tickets/%d%s", w.ticket, what) }

func (w *cast) chat(what string, args ...any) string {
	return fmt.Sprintf("/api/chat/conversations/%d", w.conv) + fmt.Sprintf(what, args...)
}

// grouped makes a group that the third agent owns and the second one is in.
func grouped(ctx context.Context, w *cast) error {
	w.next++
	var made struct{ ID int64 }
	in := map[string]any{"client_id": fmt.Sprintf("group-%d", w.next), "name": fmt.Sprintf("Group %d", w.next), "people": []int64{w.other.id}}
	err := w.do(ctx, w.founder, "POST", "/api/chat/groups", in, &made)
	w.group = made.ID
	return err
}

func (w *cast) groupPath(what string, args ...any) string {
	return fmt.Sprintf("/api/chat/groups/%d", w.group) + fmt.Sprintf(what, args...)
}

// request is an act that is one request of somebody.
func request(who func(w *cast) *person, method string, path func(w *cast) string, in func(w *cast) any) func(context.Context, *cast) error {
	return func(ctx context.Context, w *cast) error {
		var body any
		if in != nil {
			body = in(w)
		}
		return w.do(ctx, who(w), method, path(w), body, nil)
	}
}

func theVisitor(w *cast) *person { return w.visitor }
func theAgent(w *cast) *person   { return w.agent }
func theFounder(w *cast) *person { return w.founder }
func theOther(w *cast) *person   { return w.other }
func theOwner(w *cast) *person   { return w.owner }

func at(path string) func(*cast) string { return func(*cast) string { return path } }

func atTicket(what string) func(*cast) string { return func(w *cast) string { return w.path(what) } }

func atGroup(what string) func(*cast) string {
	return func(w *cast) string { return w.groupPath("%s", what) }
}

var stories = []story{
	{"POST /api/live/messages", nil, waiting},
	{"POST /api/live/faq/{id}/ask", waiting, asked},
	{"POST /api/desk/tickets/{id}/take", waiting, served},
	{"PUT /api/desk/seat", waiting, request(theAgent, "PUT", at("/api/desk/seat"), func(*cast) any { return map[string]string{"state": "online"} })},
	{"POST /api/chat/conversations/{id}/messages", served, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.agent, "POST", w.chat("/messages"), w.draft(), &w.last)
	}},
	{"PATCH /api/chat/conversations/{id}/messages/{seq}", saidByAgent, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.agent, "PATCH", w.chat("/messages/%d", w.last.Seq), map[string]string{"edit_id": fmt.Sprintf("edit-%d-%d", w.conv, w.last.Seq), "text": "or rather this"}, nil)
	}},
	{"POST /api/chat/conversations/{id}/messages/{seq}/recall", saidByAgent, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.agent, "POST", w.chat("/messages/%d/recall", w.last.Seq), nil, nil)
	}},
	{"POST /api/chat/conversations/{id}/cursors", served, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.visitor, "POST", w.chat("/cursors"), map[string]int64{"read": w.last.Seq}, nil)
	}},
	{"POST /api/desk/tickets/{id}/transfer", bothServe, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.agent, "POST", w.path("/transfer"), map[string]any{"to_agent": w.other.id}, nil)
	}},
	{"POST /api/desk/tickets/{id}/invite", bothServe, invited},
	{"POST /api/desk/tickets/{id}/leave", helped, request(theOther, "POST", atTicket("/leave"), func(*cast) any { return map[string]any{} })},
	{"POST /api/desk/tickets/{id}/join", served, request(theOwner, "POST", atTicket("/join"), nil)},
	{"POST /api/desk/tickets/{id}/take-over", ownerServes, request(theOwner, "POST", atTicket("/take-over"), func(*cast) any { return map[string]any{} })},
	{"POST /api/desk/tickets/{id}/close", served, request(theAgent, "POST", atTicket("/close"), nil)},
	{"POST /api/live/end", served, request(theVisitor, "POST", at("/api/live/end"), nil)},
	{"POST /api/desk/tickets/{id}/invite-rating", served, request(theAgent, "POST", atTicket("/invite-rating"), nil)},
	{"POST /api/live/rating", served, request(theVisitor, "POST", at("/api/live/rating"), func(*cast) any { return map[string]any{"stars": 4, "comment": "quick"} })},
	{"POST /api/live/contact", served, request(theVisitor, "POST", at("/api/live/contact"), func(*cast) any { return map[string]string{"email": "me@check.example", "name": "Me"} })},
	{"PUT /api/desk/visitors/{id}/vip", waiting, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.agent, "PUT", fmt.Sprintf("/api/desk/visitors/%d/vip", w.visitor.id), map[string]bool{"vip": true}, nil)
	}},
	{"PATCH /api/admin/sites/{id}/agents/{person}", nil, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.owner, "PATCH", fmt.Sprintf("/api/admin/sites/%d/agents/%d", w.site, w.other.id), map[string]int{"cap": 9}, nil)
	}},
	{"POST /api/chat/direct", nil, request(theFounder, "POST", at("/api/chat/direct"), func(w *cast) any { return map[string]int64{"person": w.other.id} })},
	{"POST /api/chat/groups", nil, grouped},
	{"PATCH /api/chat/groups/{id}", grouped, request(theFounder, "PATCH", atGroup(""), func(*cast) any { return map[string]string{"name": "Another name"} })},
	{"POST /api/chat/groups/{id}/members", grouped, request(theFounder, "POST", atGroup("/members"), func(w *cast) any { return map[string]any{"people": []int64{w.agent.id}} })},
	{"PATCH /api/chat/groups/{id}/members/{person}", grouped, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.founder, "PATCH", w.groupPath("/members/%d", w.other.id), map[string]string{"role": "admin"}, nil)
	}},
	{"PUT /api/chat/groups/{id}/members/{person}/mute", grouped, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.founder, "PUT", w.groupPath("/members/%d/mute", w.other.id), map[string]int{"minutes": 5}, nil)
	}},
	{"PUT /api/chat/conversations/{id}/messages/{seq}/reactions/{emoji}", written, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.other, "PUT", w.thumb(), nil, nil)
	}},
	{"DELETE /api/chat/conversations/{id}/messages/{seq}/reactions/{emoji}", reacted, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.other, "DELETE", w.thumb(), nil, nil)
	}},
	{"PUT /api/chat/conversations/{id}/pins/{seq}", written, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.founder, "PUT", fmt.Sprintf("/api/chat/conversations/%d/pins/%d", w.group, w.last.Seq), nil, nil)
	}},
	{"DELETE /api/chat/conversations/{id}/pins/{seq}", pinned, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.founder, "DELETE", fmt.Sprintf("/api/chat/conversations/%d/pins/%d", w.group, w.last.Seq), nil, nil)
	}},
	{"POST /api/chat/conversations/{id}/messages/{seq}/hide", written, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.other, "POST", fmt.Sprintf("/api/chat/conversations/%d/messages/%d/hide", w.group, w.last.Seq), nil, nil)
	}},
	{"POST /api/chat/conversations/{id}/clear", written, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.other, "POST", fmt.Sprintf("/api/chat/conversations/%d/clear", w.group), map[string]int64{"up_to": w.last.Seq}, nil)
	}},
	{"POST /api/im/saved", nil, request(theFounder, "POST", at("/api/im/saved"), nil)},
	{"DELETE /api/chat/groups/{id}/members/{person}", grouped, func(ctx context.Context, w *cast) error {
		return w.do(ctx, w.founder, "DELETE", w.groupPath("/members/%d", w.other.id), nil, nil)
	}},
	{"POST /api/chat/groups/{id}/leave", grouped, request(theOther, "POST", atGroup("/leave"), nil)},
	{"POST /api/chat/groups/{id}/dissolve", grouped, request(theFounder, "POST", atGroup("/dissolve"), nil)},
}

// written is a group in which its founder said something.
func written(ctx context.Context, w *cast) error {
	if err := grouped(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.founder, "POST", fmt.Sprintf("/api/chat/conversations/%d/messages", w.group), w.draft(), &w.last)
}

// reacted is written, with a sign of the second agent's under it.
func reacted(ctx context.Context, w *cast) error {
	if err := written(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.other, "PUT", w.thumb(), nil, nil)
}

// pinned is written, with what was said on top of the group.
func pinned(ctx context.Context, w *cast) error {
	if err := written(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.founder, "PUT", fmt.Sprintf("/api/chat/conversations/%d/pins/%d", w.group, w.last.Seq), nil, nil)
}

// thumb is where the sign of a thumb stands under what was said last.
func (w *cast) thumb() string {
	return fmt.Sprintf("/api/chat/conversations/%d/messages/%d/reactions/%%F0%%9F%%91%%8D", w.group, w.last.Seq)
}

// saidByAgent is a served visitor to whom the agent said something.
func saidByAgent(ctx context.Context, w *cast) error {
	if err := served(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.agent, "POST", w.chat("/messages"), w.draft(), &w.last)
}

// bothServe is a served visitor, and a second agent who has room.
func bothServe(ctx context.Context, w *cast) error {
	if err := served(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.other, "PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
}

func invited(ctx context.Context, w *cast) error {
	return w.do(ctx, w.agent, "POST", w.path("/invite"), map[string]any{"agent": w.other.id}, nil)
}

// helped is a served visitor with a second agent as a guest.
func helped(ctx context.Context, w *cast) error {
	if err := bothServe(ctx, w); err != nil {
		return err
	}
	return invited(ctx, w)
}

// ownerServes is a served visitor, and an owner who may have conversations too.
func ownerServes(ctx context.Context, w *cast) error {
	if err := served(ctx, w); err != nil {
		return err
	}
	return w.do(ctx, w.owner, "PUT", "/api/desk/seat", map[string]string{"state": "online"}, nil)
}

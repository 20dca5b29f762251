package app

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"ichat/app/audit"
	"ichat/app/chat"
	"ichat/app/contacts"
	"ichat/app/desk"
	"ichat/app/faq"
	"ichat/app/files"
	"ichat/app/notify"
	"ichat/app/people"
	"ichat/app/proof"
	"ichat/app/safety"
	"ichat/app/settings"
	"ichat/app/sites"
)

var update = flag.Bool("update", false, "write widget/src/wire/protocol.ts")

const protocolFile = "../widget/src/wire/protocol.ts"

// spoken is every type that crosses the wire, under the name clients know it by.
var spoken = []struct {
	name string
	of   any
}{
	{"Person", people.Person{}}, {"Role", people.Role{}}, {"Session", people.Session{}},
	{"Text", sites.Text{}}, {"Texts", sites.Texts{}}, {"Span", sites.Span{}}, {"Holiday", sites.Holiday{}}, {"Hours", sites.Hours{}},
	{"SiteLook", sites.SiteLook{}}, {"VisitorSession", people.VisitorSession{}},
	{"Source", chat.Source{}}, {"MergedLine", chat.MergedLine{}}, {"MergedBody", chat.MergedBody{}}, {"CardBody", chat.CardBody{}}, {"Body", chat.Body{}}, {"MergedItem", chat.MergedItem{}}, {"Reply", chat.Reply{}}, {"Reaction", chat.Reaction{}}, {"Reactor", chat.Reactor{}}, {"ReactorPage", chat.ReactorPage{}}, {"Message", chat.Message{}}, {"Member", chat.Member{}}, {"MemberChange", chat.MemberChange{}}, {"Cursor", chat.Cursor{}},
	{"GroupInfo", chat.Info{}}, {"Confirmed", chat.Confirmed{}}, {"NoticeReader", chat.NoticeReader{}}, {"NoticePage", chat.NoticePage{}}, {"GroupChange", chat.GroupChange{}}, {"Header", chat.Header{}}, {"ChatAct", chat.Act{}}, {"Edition", chat.Edition{}}, {"ConversationPage", chat.ConversationPage{}}, {"MemberPage", chat.MemberPage{}},
	{"ConversationSync", chat.ConversationSync{}}, {"SyncRequest", chat.SyncRequest{}}, {"BindRequest", chat.BindRequest{}},
	{"SyncAnswer", chat.SyncAnswer{}}, {"MessagePage", chat.MessagePage{}}, {"Pinned", chat.Pinned{}}, {"PinPage", chat.PinPage{}}, {"SendRequest", chat.SendRequest{}},
	{"Estimate", desk.Estimate{}}, {"Rating", desk.Rating{}}, {"Contact", desk.Contact{}},
	{"PriorityRule", desk.PriorityRule{}}, {"Boost", desk.Boost{}}, {"AnswerRule", desk.AnswerRule{}}, {"Overflow", desk.Overflow{}}, {"IdleRule", desk.IdleRule{}}, {"QueueTelling", desk.QueueTelling{}},
	{"Rules", desk.Rules{}}, {"QueueAgent", desk.QueueAgent{}}, {"Queue", desk.Queue{}}, {"Trial", desk.Trial{}},
	{"Canned", desk.Canned{}}, {"TicketNote", desk.TicketNote{}}, {"Look", desk.Look{}}, {"Watched", desk.Watched{}}, {"TakenOver", desk.TakenOver{}}, {"SayRequest", desk.SayRequest{}},
	{"Choice", desk.Choice{}}, {"Live", desk.Live{}}, {"Ticket", desk.Ticket{}}, {"Seat", desk.Seat{}}, {"Desk", desk.Desk{}},
	{"Skipped", desk.Skipped{}}, {"Why", desk.Why{}}, {"Assignment", desk.Assignment{}}, {"EventWhy", desk.EventWhy{}}, {"TicketEvent", desk.Event{}}, {"TicketDetail", desk.TicketDetail{}}, {"Tried", desk.Tried{}}, {"TicketPage", desk.TicketPage{}},
	{"BoardQueue", desk.BoardQueue{}}, {"BoardNumbers", desk.BoardNumbers{}}, {"BoardTicket", desk.BoardTicket{}}, {"Board", desk.Board{}},
	{"File", files.File{}}, {"FileLinks", files.FileLinks{}}, {"FaceFile", files.FaceFile{}},
	{"Mail", notify.Mail{}}, {"FailedMail", notify.FailedMail{}}, {"Notice", notify.Notice{}}, {"PushDevice", notify.PushDevice{}},
	{"ChatSettings", settings.Chat{}}, {"FileSettings", settings.Files{}}, {"MemberSettings", settings.Members{}}, {"ProofSettings", settings.Proof{}}, {"AskedProof", proof.Asked{}}, {"Settings", settings.Settings{}},
	{"Site", sites.Site{}}, {"Agent", people.Agent{}},
	{"FaqEntry", faq.Entry{}}, {"FaqQuestion", faq.Question{}}, {"FaqCard", faq.Card{}}, {"FaqAnswered", faq.Answered{}}, {"UnknownQuestion", faq.Unknown{}},
	{"BotEndpoint", faq.Endpoint{}}, {"Bot", faq.Bot{}}, {"FaqMatch", faq.Match{}}, {"FaqTrial", faq.Trial{}},
	{"Block", safety.Block{}}, {"BlockPage", safety.Page{}}, {"VisitorBlock", safety.VisitorBlock{}},
	{"Profile", people.Profile{}}, {"Myself", people.Member{}}, {"Registration", people.Registration{}}, {"Device", people.Device{}},
	{"Last", chat.Last{}}, {"Brief", chat.Brief{}}, {"Kept", chat.Kept{}}, {"KeptChange", chat.KeptChange{}}, {"Mention", chat.Mention{}}, {"MentionPage", chat.MentionPage{}}, {"GroupPlace", chat.GroupPlace{}}, {"FoundGroup", chat.FoundGroup{}},
	{"FriendRequest", contacts.Request{}}, {"BoxItem", contacts.BoxItem{}}, {"BoxPage", contacts.BoxPage{}},
	{"Privacy", contacts.Privacy{}}, {"PrivacyChange", contacts.PrivacyChange{}}, {"Friend", contacts.Friend{}}, {"FriendGroup", contacts.FriendGroup{}}, {"Start", contacts.Start{}}, {"ContactsChange", contacts.Change{}},
	{"Presence", contacts.Presence{}}, {"Card", contacts.Card{}}, {"BriefPage", contacts.ConversationPage{}},
	{"FoundPerson", contacts.Found{}}, {"FoundPage", contacts.FoundPage{}}, {"KnownPerson", contacts.Known{}}, {"KnownList", contacts.KnownList{}}, {"GroupPage", contacts.GroupPage{}}, {"NewGroup", contacts.NewGroup{}}, {"GroupCategory", contacts.Category{}}, {"CategoryNames", contacts.CategoryNames{}}, {"MadeGroup", contacts.MadeGroup{}},
	{"Joining", contacts.Joining{}}, {"GroupLink", contacts.Link{}}, {"NewLink", contacts.NewLink{}}, {"LinkList", contacts.LinkList{}}, {"LinkLook", contacts.LinkLook{}}, {"Evidence", contacts.Evidence{}}, {"Reporting", contacts.Reporting{}}, {"ReportGroup", contacts.ReportGroup{}}, {"ReportedGroup", contacts.ReportedGroup{}}, {"GroupEvidence", contacts.GroupEvidence{}}, {"ReportCategory", contacts.ReportCategory{}}, {"Report", contacts.Report{}}, {"ReportPage", contacts.ReportPage{}},
	{"WaitingGroup", contacts.Waiting{}}, {"WaitingPage", contacts.WaitingPage{}}, {"OfficeGroup", contacts.OfficeGroup{}}, {"OfficeGroups", contacts.OfficeGroups{}}, {"OfficeCounts", contacts.OfficeCounts{}}, {"Judgement", contacts.Judgement{}},
	{"Change", audit.Change{}}, {"Who", audit.Who{}}, {"Act", audit.Act{}}, {"ActPage", audit.Page{}},
}

// fixed are the shapes that CONTRACT names and no Go struct has as a whole.
const fixed = `export type Problem = { code: string; message: string; request_id: string; retry: "never" | "same" | "later"; retry_after_ms: number; fields: Record<string, string> }
export type Event = { type: string; conversation_id?: number; version?: number; list?: number; data?: unknown; client_id?: string; epoch?: string; reconnect_after_ms?: number }
`

func TestProtocolTypesAreThoseOfTheServer(t *testing.T) {
	names := map[reflect.Type]string{}
	for _, s := range spoken {
		names[reflect.TypeOf(s.of)] = s.name
	}
	var b strings.Builder
	b.WriteString("// Generated from the Go types by `go test ./app -run TestProtocol -update`; do not edit.\n\n" + fixed)
	for _, s := range spoken {
		fmt.Fprintf(&b, "export type %s = { %s }\n", s.name, strings.Join(fields(reflect.TypeOf(s.of), names), "; "))
	}
	if *update {
		if err := os.WriteFile(protocolFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Fatal("widget/src/wire/protocol.ts is not what the Go types say: run go test ./app -run TestProtocol -update")
	}
}

func fields(t reflect.Type, names map[reflect.Type]string) []string {
	var out []string
	for f := range t.Fields() {
		if f.Anonymous {
			out = append(out, fields(f.Type, names)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		if strings.Contains(name, "-") {
			name = strconv.Quote(name)
		}
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			name += "?"
		}
		out = append(out, name+": "+typeScript(f.Type, f.Tag.Get("enum"), names))
	}
	return out
}

func typeScript(t reflect.Type, enum string, names map[reflect.Type]string) string {
	if name, ok := names[t]; ok {
		return name
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeScript(t.Elem(), enum, names) + " | null"
	case reflect.Slice:
		return typeScript(t.Elem(), "", names) + "[]"
	case reflect.Array:
		return "[" + strings.TrimSuffix(strings.Repeat(typeScript(t.Elem(), "", names)+", ", t.Len()), ", ") + "]"
	case reflect.Map:
		return "Record<string, " + typeScript(t.Elem(), "", names) + ">"
	case reflect.String:
		if enum != "" {
			return `"` + strings.ReplaceAll(enum, ",", `" | "`) + `"`
		}
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	}
	if t == reflect.TypeFor[time.Time]() {
		return "string"
	}
	panic("no TypeScript for " + t.String())
}

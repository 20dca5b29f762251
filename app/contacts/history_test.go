package contacts_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"ichat/app/apptest"
	"ichat/app/chat"
)

func TestWhatWasSaidIsFoundInItsConversation(t *testing.T) {
	p := apptest.New(t)
	li, han, wu := p.Member("Li Lei"), p.Member("Han Mei"), p.Member("Wu Gang")
	befriend(li, han)
	c := between(t, li, han)
	li.Write(c, "Tea at the Lake?")
	gone := han.Write(c, "the lake is closed")
	han.OK("POST", fmt.Sprintf("%s/%d/recall", messages(c), gone.Seq), nil, nil)
	han.Write(c, "see https://lake.example")
	li.Write(c, "100% 去湖边")
	file := li.Upload("lake.txt", []byte("x"))
	li.OK("POST", messages(c), chat.SendRequest{ClientMsgID: "with-a-file", Type: chat.File, Body: chat.Body{FileID: file.ID}}, nil)
	find := func(query string) (said string) {
		t.Helper()
		var page chat.MessagePage
		li.OK("GET", fmt.Sprintf("/api/chat/conversations/%d/find?%s", c, query), nil, &page)
		for _, m := range page.Messages {
			said += m.Body.Text + m.Body.Name + "|"
		}
		return said
	}
	now := url.QueryEscape(time.Now().Add(time.Minute).UTC().Format(time.RFC3339))
	for query, want := range map[string]string{
		"q=LAKE":                             "Tea at the Lake?|see https://lake.example|lake.txt|",
		"q=%E6%B9%96":                        "100% 去湖边|",
		"q=%25":                              "100% 去湖边|", // no pattern
		"kind=file":                          "lake.txt|",
		"kind=link":                          "see https://lake.example|",
		"kind=image":                         "",
		fmt.Sprint("q=lake&sender=", han.ID): "see https://lake.example|",
		"from=" + now:                        "",
		"kind=text&limit=1&to=" + now:        "100% 去湖边|",
	} {
		if got := find(query); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	wu.Refused("GET", fmt.Sprintf("/api/chat/conversations/%d/find?q=lake", c), nil, 404)
	li.Refused("GET", fmt.Sprintf("/api/chat/conversations/%d/find?from=yesterday", c), nil, 400)
}

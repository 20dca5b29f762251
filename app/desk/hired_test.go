package desk_test

import (
	"strings"
	"testing"

	"ichat/app/apptest"
)

// TestAColleagueHiredMeanwhileIsSeen: an open desk could not pass tickets to somebody who came after it.
func TestAColleagueHiredMeanwhileIsSeen(t *testing.T) {
	p := apptest.New(t)
	owner := p.Owner()
	socket := owner.Online()
	owner.OK("GET", "/api/desk", nil, nil)
	p.Agent("Newcomer", 2)
	socket.Wait("seat", func(e apptest.Event) bool { return strings.Contains(string(e.Data), "Newcomer") })
}

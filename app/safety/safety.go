// Package safety keeps those out who spoil it for everybody: visitors and addresses that a site has blocked,
// for a time or for ever.
//
// A blocked visitor is refused quietly. Everything looks to him as it looks to anybody: he opens the window,
// he becomes a visitor, he may even connect. Only what he says does not arrive, and he is told so in words that
// fit many causes. So there is nothing for him to try out an evasion against.
//
// Whether somebody is blocked is asked with every message, so the answer lies in memory (list.go) and is read
// again when this node, or another one, has changed it. A visitor is looked up in the database as well, inside
// the write of his message: a block and a message that meet are put in order by the conversation's lock.
package safety

import (
	"net/netip"
	"strings"
	"time"

	"ichat/app/fault"
	"ichat/app/people"
)

const (
	reasonMost = 200

	// A range wider than these is a typing error, or shuts out a country.
	widest4 = 8
	widest6 = 20
)

var (
	errQuiet     = fault.New(fault.Denied, "messages cannot be delivered right now")
	errNoSite    = fault.New(fault.NotFound, "site not found")
	errNoBlock   = fault.New(fault.NotFound, "block not found")
	errNoVisitor = fault.New(fault.NotFound, "visitor not found")
	errMember    = fault.New(fault.Conflict, "only visitors can be blocked")
	errOwnPlace  = fault.New(fault.Conflict, "your own address is among these")
	errNowhere   = fault.New(fault.Conflict, "the address of this visitor is not known")
)

// Block keeps a visitor, or an address or range, out of a site.
type Block struct {
	ID        int64          `json:"id"`
	SiteID    int64          `json:"site_id"`
	Visitor   *people.Person `json:"visitor"`
	Address   string         `json:"address"` // one address, or a range as 203.0.113.0/24; empty for a visitor
	Reason    string         `json:"reason"`
	By        people.Person  `json:"by"`
	At        time.Time      `json:"at"`
	ExpiresAt *time.Time     `json:"expires_at"` // null: for ever
}

// Page is a stretch of blocks, newest first.
type Page struct {
	Blocks []Block `json:"blocks"`
	More   bool    `json:"more"`
}

// VisitorBlock is what an agent sees beside a visitor. Only who leads sees the whole address.
type VisitorBlock struct {
	Address   string     `json:"address"`
	Blocked   bool       `json:"blocked"`
	Reason    string     `json:"reason"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// parseNetwork reads an address or a range, or says what is wrong with it.
func parseNetwork(typed string) (p netip.Prefix, problem string) {
	typed = strings.TrimSpace(typed)
	const malformed = "must be an address such as 203.0.113.7 or a range such as 203.0.113.0/24"
	if !strings.Contains(typed, "/") {
		one, ok := parseAddress(typed)
		if !ok {
			return netip.Prefix{}, malformed
		}
		return netip.PrefixFrom(one, one.BitLen()), ""
	}
	p, err := netip.ParsePrefix(typed)
	if err != nil {
		return netip.Prefix{}, malformed
	}
	if p.Addr().Is4In6() { // counts in 4 what 6 counts from 96 on
		if p.Bits() < 96 {
			return netip.Prefix{}, malformed
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	switch {
	case p.Addr().Is4() && p.Bits() < widest4:
		return netip.Prefix{}, "this range is too wide, the widest is /8"
	case p.Addr().Is6() && p.Bits() < widest6:
		return netip.Prefix{}, "this range is too wide, the widest is /20"
	}
	return p.Masked(), ""
}

// parseAddress reads one address in the one form it is compared in.
func parseAddress(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// shown is a range as people write it: one address without its length.
func shown(network string) string {
	p, err := netip.ParsePrefix(network)
	if err == nil && p.IsSingleIP() {
		return p.Addr().String()
	}
	return network
}

// masked is an address as agents see it: enough to tell two apart, not who it is.
func masked(address string) string {
	a, ok := parseAddress(address)
	switch {
	case !ok:
		return ""
	case a.Is4():
		text := a.String()
		return text[:strings.LastIndexByte(text, '.')+1] + "•"
	}
	p, _ := a.Prefix(64) // fits a 6
	return strings.TrimSuffix(p.Masked().Addr().String(), "::") + ":•"
}

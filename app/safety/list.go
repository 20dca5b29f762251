package safety

import (
	"net/netip"
	"time"
)

// forever is the end of a block that has none.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// list is every block there is, made for asking. It is never changed, only replaced.
type list struct {
	visitors map[int64]time.Time // until when; a visitor belongs to one site
	sites    map[int64]*networks
	mark     mark // of the rows it was made from
}

// networks are the addresses a site has blocked. Ranges of one length are one look-up, and few lengths are used.
type networks struct {
	until   map[netip.Prefix]time.Time
	lengths [2][]int // of 4 and of 6, each length once
}

func newList(rows []row, m mark) *list {
	l := &list{visitors: map[int64]time.Time{}, sites: map[int64]*networks{}, mark: m}
	for _, r := range rows {
		until := forever
		if r.ExpiresAt != nil {
			until = *r.ExpiresAt
		}
		if r.VisitorID != 0 {
			l.visitors[r.VisitorID] = until
			continue
		}
		p, err := netip.ParsePrefix(r.Network)
		if err != nil {
			continue // only what was parsed is stored
		}
		n := l.sites[r.SiteID]
		if n == nil {
			n = &networks{until: map[netip.Prefix]time.Time{}}
			l.sites[r.SiteID] = n
		}
		n.add(p, until)
	}
	return l
}

func (n *networks) add(p netip.Prefix, until time.Time) {
	n.until[p] = until
	known := &n.lengths[family(p.Addr())]
	for _, bits := range *known {
		if bits == p.Bits() {
			return
		}
	}
	*known = append(*known, p.Bits())
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

func (l *list) visitor(id int64, now time.Time) bool { return now.Before(l.visitors[id]) }

func (l *list) address(site int64, text string, now time.Time) bool {
	n := l.sites[site]
	if n == nil {
		return false
	}
	a, ok := parseAddress(text)
	if !ok {
		return false
	}
	for _, bits := range n.lengths[family(a)] {
		p, err := a.Prefix(bits)
		if err == nil && now.Before(n.until[p]) {
			return true
		}
	}
	return false
}

package contacts

import "context"

const (
	mostKnown   = 12  // people one is shown at once
	acquainted  = 40  // one's newest friends, whose friends are looked through: it bounds what is read
	thoseChosen = 100 // of those with the most friends in common, before anybody is left out
)

// Known is somebody who has friends in common with the reader.
type Known struct {
	Found
	Common int `json:"common"` // how many, among the reader's newest friends
}

// KnownList is whom one may know, the most friends in common first.
type KnownList struct {
	People []Known `json:"people"`
}

type knownRow struct {
	foundRow
	Common int `bun:"common"`
}

// KnownPeople are members whom one's friends have for friends: no friends of one's own, nobody who is asked or asks already, and
// nobody with a block on either side. Only the number of common friends is told, not who they are.
func (s *Service) KnownPeople(ctx context.Context, me int64) (KnownList, error) {
	var rows []knownRow
	err := s.db.R.NewRaw(foundSelect+`, k.common FROM (
		SELECT theirs.friend_id AS id, COUNT(*) AS common
		FROM (SELECT friend_id FROM friends WHERE person_id = ? ORDER BY since DESC LIMIT ?) mine
		JOIN friends theirs ON theirs.person_id = mine.friend_id
		WHERE theirs.friend_id <> ?
			AND NOT EXISTS (SELECT 1 FROM friends f WHERE f.person_id = ? AND f.friend_id = theirs.friend_id)
		GROUP BY theirs.friend_id ORDER BY common DESC, id DESC LIMIT ?) k
		JOIN profiles pr ON pr.person_id = k.id`+foundAmong+`
			AND NOT EXISTS (SELECT 1 FROM person_blocks o WHERE o.person_id = ? AND o.blocked_id = k.id)
			AND NOT EXISTS (SELECT 1 FROM requests q WHERE q.kind = 'friend' AND q.state = 'pending' AND q.from_id = ? AND q.to_id = k.id)
			AND NOT EXISTS (SELECT 1 FROM requests q WHERE q.kind = 'friend' AND q.state = 'pending' AND q.from_id = k.id AND q.to_id = ?)
		ORDER BY k.common DESC, k.id DESC LIMIT ?`,
		me, me, acquainted, me, me, thoseChosen, me, me, me, me, mostKnown).Scan(ctx, &rows)
	l := KnownList{People: []Known{}}
	today := s.now().UTC()
	for _, r := range rows {
		l.People = append(l.People, Known{Found: r.found(today), Common: r.Common})
	}
	return l, err
}

package contacts

import (
	"context"

	"ichat/app/chat"
	"ichat/app/hub"
	"ichat/app/people"
	"ichat/storage"
)

// ChangeMe changes what somebody says about himself. His own devices are told all of it, those who know him
// his name and signature.
func (s *Service) ChangeMe(ctx context.Context, me int64, c people.ProfileChange) (after people.Member, err error) {
	if _, err := s.people.Member(ctx, me); err != nil {
		return after, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		before, next, err := s.people.ChangeMemberTx(ctx, tx, me, c)
		if after = next; err != nil || before == after {
			return err
		}
		return s.shownTx(ctx, tx, before, after)
	})
	return after, err
}

// shownTx tells of somebody who is another now.
func (s *Service) shownTx(ctx context.Context, tx *storage.Tx, before, after people.Member) error {
	if err := s.tellTx(ctx, tx, map[int64]Change{after.Person.ID: {Me: &after}}); err != nil {
		return err
	}
	card := Card{Person: after.Person, Signature: after.Signature}
	if card == (Card{Person: before.Person, Signature: before.Signature}) {
		return nil
	}
	to, err := knownBy(ctx, tx, after.Person.ID, crowd)
	if err != nil {
		return err
	}
	tx.After(func() { s.hub.Push(to, hub.Frame{Type: "person", Data: card}) })
	return nil
}

// ShowMe shows somebody by a face he uploaded, or by his initials again; to all who know him.
func (s *Service) ShowMe(ctx context.Context, me, face int64) (after people.Member, err error) {
	if _, err := s.people.Member(ctx, me); err != nil {
		return after, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		before, err := s.people.MemberIn(ctx, tx, me)
		if err != nil {
			return err
		}
		after = before
		if after.Person.Avatar, err = s.files.FaceTx(ctx, tx, me, face, before.Person.Avatar); err != nil || before == after {
			return err
		}
		if err := s.people.SetAvatarTx(ctx, tx, me, after.Person.Avatar); err != nil {
			return err
		}
		return s.shownTx(ctx, tx, before, after)
	})
	return after, err
}

// ShowGroup does the same with a group; its owner and admins may.
func (s *Service) ShowGroup(ctx context.Context, me, group, face int64) (chat.Header, error) {
	return s.chat.ShowGroup(ctx, me, group, func(ctx context.Context, tx *storage.Tx, before string) (string, error) {
		return s.files.FaceTx(ctx, tx, me, face, before)
	})
}

// Keep changes how somebody keeps a conversation in his own list, on all his devices.
func (s *Service) Keep(ctx context.Context, me, conversation int64, c chat.KeptChange) (k chat.Kept, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		var moved bool
		if k, moved, err = s.chat.KeepTx(ctx, tx, me, conversation, c); err != nil || !moved {
			return err
		}
		return s.tellTx(ctx, tx, map[int64]Change{me: {Kept: []chat.Kept{k}}})
	})
	return k, err
}

// SetPresence keeps the state somebody gives himself, and tells who may see it.
func (s *Service) SetPresence(ctx context.Context, me int64, state string) (after people.Member, err error) {
	if _, err := s.people.Member(ctx, me); err != nil {
		return after, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		moved, err := s.setPresenceTx(ctx, tx, me, state)
		if err != nil {
			return err
		}
		if after, err = s.people.MemberIn(ctx, tx, me); err != nil || !moved {
			return err
		}
		if err := s.tellTx(ctx, tx, map[int64]Change{me: {Me: &after}}); err != nil {
			return err
		}
		return s.showPresenceTx(ctx, tx, me)
	})
	return after, err
}

// setPresenceTx keeps the state. Who is there and becomes invisible was last seen now, as if he went; who shows
// himself again is seen from now on.
func (s *Service) setPresenceTx(ctx context.Context, tx *storage.Tx, me int64, state string) (moved bool, err error) {
	there, now := s.hub.Present(me), s.now()
	if there {
		if err := s.people.SeenTx(ctx, tx, []int64{me}, now); err != nil {
			return false, err
		}
	}
	if moved, err = s.people.SetPresenceTx(ctx, tx, me, state); err != nil || !there {
		return moved, err
	}
	return moved, s.people.SeenTx(ctx, tx, []int64{me}, now)
}

// showPresenceTx tells those who may see it how somebody is.
func (s *Service) showPresenceTx(ctx context.Context, tx *storage.Tx, me int64) error {
	rows, err := watchersOf(ctx, tx, []int64{me})
	if err != nil {
		return err
	}
	tx.After(func() {
		for what, watchers := range s.presences(rows) {
			s.hub.Push(watchers, presenceFrame(what.presence()))
		}
	})
	return nil
}

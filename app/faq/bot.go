package faq

import (
	"context"
	"errors"
	"sync"
	"time"

	"ichat/app/chat"
	"ichat/storage"
)

const (
	// modelWithin is how long a language model has; then people take over.
	modelWithin = 20 * time.Second

	// turnLease is how long a claimed turn is nobody else's.
	turnLease = modelWithin + 10*time.Second

	// turnTries is how often a turn is begun before it is given up: what ends the process twice ends it again.
	turnTries = 3

	// atOnce is how many turns a node works at the same time: they mostly wait for a language model.
	atOnce = 8

	// lookEvery bounds how late a turn is seen that another process left behind.
	lookEvery = 5 * time.Second
)

// What the bot says of itself, by language.
var (
	notFound = map[string]string{"en": "I did not find an answer to that. Could you put it in other words? You can also ask for a person at any time.",
		"zh-CN": "抱歉，没有找到答案。请换个说法试试，或随时回复“转人工”。"}
	handing = map[string]string{"en": "I cannot answer that. I am handing you over to a person.",
		"zh-CN": "这个问题我答不上来，正在为您转接人工客服。"}
)

// errGivenUp ends a turn with a person.
var errGivenUp = errors.New("tried too often")

// thought is what the bot comes to.
type thought struct {
	gone   bool   // nothing is left to be answered
	text   string // the answer; empty: none was found
	entry  int64  // whose answer it is
	asked  string // what the visitor wrote
	reason error  // why it cannot go on: people take over
	from   *chat.Message
}

// Run works the bots' turns until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer s.door.Close()
	defer all.Wait()
	slots := make(chan struct{}, atOnce)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.awake:
		case <-timer.C:
		}
		next, err := s.begin(ctx, slots, &all)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "turns of the bot not read", "err", err)
		}
		timer.Reset(next)
	}
}

// begin starts on every turn that is due, as long as there are slots, and returns when to look again. Who finishes wakes it.
func (s *Service) begin(ctx context.Context, slots chan struct{}, all *sync.WaitGroup) (again time.Duration, err error) {
	for {
		at, waiting, err := nextTurn(ctx, s.db.R)
		if err != nil || !waiting {
			return lookEvery, err
		}
		if wait := at.Sub(s.now()); wait > 0 {
			return min(wait, lookEvery), nil
		}
		select {
		case slots <- struct{}{}:
		default:
			return lookEvery, nil
		}
		turn, mine, err := s.claim(ctx)
		if err != nil || !mine {
			<-slots
			return lookEvery, err
		}
		all.Go(func() {
			s.work(ctx, turn)
			<-slots
			s.wake()
		})
	}
}

func (s *Service) claim(ctx context.Context) (turn turnRow, mine bool, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
		turn, mine, err = claimTurn(ctx, tx, s.time(), s.time().Add(turnLease))
		return err
	})
	return turn, mine, err
}

// work answers one message, or hands over. What it comes to is written in one transaction with the end of its turn,
// so it is said once or, after a crash, by the next who claims it.
func (s *Service) work(ctx context.Context, turn turnRow) {
	thinking, cancel := context.WithTimeout(ctx, modelWithin)
	t, err := s.think(thinking, turn)
	cancel()
	if ctx.Err() != nil {
		err = s.db.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *storage.Tx) error { return giveBack(ctx, tx, turn, s.time()) })
	} else if err == nil {
		err = s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return s.answerTx(ctx, tx, turn, t) })
	}
	if err != nil {
		s.log.ErrorContext(ctx, "turn of the bot not finished", "conversation", turn.ConversationID, "tries", turn.Tries, "err", err)
	}
}

// think finds what to say to a message, without writing anything. An error is the database's.
func (s *Service) think(ctx context.Context, turn turnRow) (t thought, err error) {
	m, err := s.chat.Message(ctx, s.db.R, turn.ConversationID, turn.Seq)
	if err != nil || m.Recalled {
		return thought{gone: m.Recalled}, err
	}
	t = thought{asked: m.Body.Text, from: &m}
	row, err := siteOf(ctx, s.db.R, turn.SiteID)
	if err != nil {
		return thought{}, err
	}
	b, err := row.bot()
	if err != nil {
		return thought{}, err
	}
	if turn.Tries > turnTries || !b.On {
		t.reason = errGivenUp
		return t, nil
	}
	locale, err := s.people.LocaleOf(ctx, s.db.R, m.SenderID)
	if err != nil {
		return thought{}, err
	}
	x, err := s.indexOf(ctx, turn.SiteID)
	if err != nil {
		return thought{}, err
	}
	found := x.search(t.asked, inLanguage(t.asked, locale), contextMost)
	if len(found) > 0 && found[0].Sure {
		t.text, t.entry = found[0].Entry.Answer, found[0].Entry.ID
		return t, nil
	}
	if !b.Endpoint.On {
		return t, nil
	}
	said, err := s.chat.Page(ctx, turn.ConversationID, turn.Seq, historyMost)
	if err != nil {
		return thought{}, err
	}
	switch err := s.spend(ctx, b.Endpoint, turn.SiteID, turn.ConversationID); {
	case errors.Is(err, errSpent):
		return t, nil
	case err != nil:
		return thought{}, err
	}
	t.text, t.reason = s.model(ctx, b.Endpoint, row.Secret, said.Messages, found, t.asked)
	if t.reason != nil && !errors.Is(t.reason, errUnsure) {
		s.log.WarnContext(ctx, "language model did not answer", "site", turn.SiteID, "err", t.reason)
	}
	return t, nil
}

// answerTx says what the bot came to and ends its turn, unless that is not its own any more.
func (s *Service) answerTx(ctx context.Context, tx *storage.Tx, turn turnRow, t thought) error {
	c, err := s.chat.LockTx(ctx, tx, turn.ConversationID)
	if err != nil {
		return err
	}
	newest, err := lastTurn(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if mine, err := finish(ctx, tx, turn); err != nil || !mine || t.gone {
		return err
	}
	talk, found, err := talkOf(ctx, tx, c.ID)
	if err != nil || !found {
		return err
	}
	if t.text != "" {
		return s.answeredTx(ctx, tx, turn, t)
	}
	if err := s.unknownTx(ctx, tx, turn.SiteID, t.asked); err != nil {
		return err
	}
	b, locale, err := s.manners(ctx, tx, c)
	if err != nil {
		return err
	}
	language := inLanguage(t.asked, locale)
	id := answerID(t.from.ID)
	if t.reason == nil && talk.Misses+1 < int64(b.Tries) {
		if err := saveMisses(ctx, tx, c.ID, talk.Misses+1); err != nil {
			return err
		}
		_, err = s.sayTx(ctx, tx, turn.SiteID, c.ID, id, chat.Body{Text: notFound[language]})
		return err
	}
	if _, err := s.sayTx(ctx, tx, turn.SiteID, c.ID, id, chat.Body{Text: handing[language]}); err != nil {
		return err
	}
	return s.handOverTx(ctx, tx, c.ID, max(newest, turn.Seq))
}

func (s *Service) answeredTx(ctx context.Context, tx *storage.Tx, turn turnRow, t thought) error {
	if err := saveMisses(ctx, tx, turn.ConversationID, 0); err != nil {
		return err
	}
	if _, err := s.sayTx(ctx, tx, turn.SiteID, turn.ConversationID, answerID(t.from.ID), chat.Body{Text: t.text, EntryID: t.entry}); err != nil {
		return err
	}
	if t.entry == 0 {
		return nil
	}
	return countUse(ctx, tx, t.entry)
}

// manners are how the bot of a conversation works and the language of its visitor.
func (s *Service) manners(ctx context.Context, tx *storage.Tx, c chat.Conversation) (Bot, string, error) {
	row, err := siteOf(ctx, tx, c.SiteID)
	if err != nil {
		return Bot{}, "", err
	}
	b, err := row.bot()
	if err != nil {
		return Bot{}, "", err
	}
	locale, err := s.people.LocaleOf(ctx, tx, c.OwnerID)
	return b, locale, err
}

// handOverTx ends the talk and lets people take over, with the visitor's newest message.
func (s *Service) handOverTx(ctx context.Context, tx *storage.Tx, conversation, newest int64) error {
	talk, _, err := endTalk(ctx, tx, conversation)
	if err != nil {
		return err
	}
	m, err := s.chat.Message(ctx, tx, conversation, newest)
	if err != nil {
		return err
	}
	c, err := s.chat.LockTx(ctx, tx, conversation) // the bot's words moved its numbers
	if err != nil {
		return err
	}
	return s.onHandOver(ctx, tx, c, &m, talk.FromSeq, talk.Page)
}

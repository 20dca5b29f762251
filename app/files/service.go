package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/time/rate"

	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/people"
	"ichat/app/settings"
	"ichat/storage"
	"ichat/storage/blob"
)

// Service is the use-cases of files. Every method may be called from many goroutines.
type Service struct {
	db       *storage.DB
	ids      *id.Source
	now      func() time.Time
	blobs    blob.Store
	folder   string // for uploads under way
	settings *settings.Service
	people   *people.Service
	log      *slog.Logger
	key      []byte // signs links
	reads    func(ctx context.Context, person, conversation, seq int64) (bool, error)
	pace     *rate.Limiter
	drawing  chan struct{} // one token for each picture that is being decoded
}

// New builds the room on a blob store. Uploads under way wait in folder. It reads the key of the
// links, and makes it in a new database.
func New(ctx context.Context, db *storage.DB, ids *id.Source, now func() time.Time, blobs blob.Store, folder string,
	set *settings.Service, p *people.Service, log *slog.Logger) (*Service, error) {
	key, err := signingKey(ctx, db, id.Token()+id.Token())
	if err != nil {
		return nil, fmt.Errorf("the key of file links: %w", err)
	}
	return &Service{db: db, ids: ids, now: now, blobs: blobs, folder: folder, settings: set, people: p, log: log, key: []byte(key), pace: newPace(),
		drawing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/4))}, nil // the rest of the cores stay for people's text
}

// ReadBy tells the room how to ask whether a person may read a message: a floor above knows the
// members. Call it before the first request.
func (s *Service) ReadBy(reads func(ctx context.Context, person, conversation, seq int64) (bool, error)) {
	s.reads = reads
}

// Upload keeps what r brings under a name that is cleaned first. What it is decides its content, not
// its name. Faults: TooLarge, Invalid (empty, cut, a broken picture), Unavailable (send the same
// again); then nothing of it is left.
func (s *Service) Upload(ctx context.Context, by int64, name string, r io.Reader) (File, error) {
	limits := s.settings.Current().Files
	in, mime, err := s.receive(r, limits)
	if err != nil {
		return File{}, err
	}
	defer s.release(ctx, in)
	now := s.now().UTC()
	row := fileRow{ID: s.ids.Next(), UploaderID: by, Kind: Plain, Name: cleanName(name), Size: in.size, Mime: mime,
		State: coming, StateAt: now, CreatedAt: now}
	parts := map[string]*spool{full: in}
	if _, picture := codecs[mime]; picture {
		p, err := s.redraw(ctx, in, mime, limits)
		if err != nil {
			return File{}, err
		}
		if p != nil {
			defer s.release(ctx, p)
			parts = map[string]*spool{full: p.full, thumb: p.thumb}
			row.Kind, row.Name, row.Size, row.Mime = Image, withExtension(row.Name, p.extensions...), p.full.size, p.mime
			row.ThumbMime, row.Width, row.Height = p.thumbMime, int64(p.width), int64(p.height)
		}
	}
	return row.file(), s.keep(ctx, row, parts)
}

func (s *Service) release(ctx context.Context, c interface{ close() error }) {
	if err := c.close(); err != nil {
		s.log.WarnContext(ctx, "upload not released", "err", err)
	}
}

// keep stores the row before the bytes, so that the clean-up knows of whatever is in the store.
func (s *Service) keep(ctx context.Context, row fileRow, parts map[string]*spool) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return insertFile(ctx, tx, row) })
	if err != nil {
		return err
	}
	for variant, part := range parts {
		if err = s.blobs.Put(ctx, key(row.ID, variant), part.reader(), part.size); err != nil {
			break
		}
	}
	if err == nil {
		err = s.become(ctx, row.ID, fresh)
	}
	if err != nil {
		// Should this fail too, the row stays "coming" and goes a day later.
		return errors.Join(err, s.become(context.WithoutCancel(ctx), row.ID, gone))
	}
	return nil
}

func (s *Service) become(ctx context.Context, id int64, state string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error {
		return setState(ctx, tx, id, state, s.now().UTC())
	})
}

// Own returns a file that this person uploaded and may send; NotFound otherwise.
func (s *Service) Own(ctx context.Context, by, id int64) (File, error) {
	row, err := served(ctx, s.db.R, id)
	if err == nil && (row.UploaderID != by || row.Kind == Face) {
		err = fault.New(fault.NotFound, "file not found")
	}
	return row.file(), err
}

// SentTx notes that a message refers to files: from now on they stay, and who reads the message
// reads them. It joins the write of the message. NotFound when one has gone meanwhile.
func (s *Service) SentTx(ctx context.Context, tx *storage.Tx, ids []int64, site, conversation, seq int64) error {
	return refer(ctx, tx, ids, use{ConversationID: conversation, Seq: seq, SiteID: site}, s.now().UTC())
}

// RecalledTx takes a message's files back with it: what no other message refers to is served no more.
func (s *Service) RecalledTx(ctx context.Context, tx *storage.Tx, conversation, seq int64) error {
	return unrefer(ctx, tx, conversation, seq, s.now().UTC())
}

// Links returns addresses of a file for a person who may read a message that refers to it, works on
// the site of one, or uploaded it. To anybody else there is no such file.
func (s *Service) Links(ctx context.Context, by, id int64) (FileLinks, error) {
	row, err := served(ctx, s.db.R, id)
	if err != nil {
		return FileLinks{}, err
	}
	ok, err := s.mayRead(ctx, by, row)
	if err != nil {
		return FileLinks{}, err
	}
	if !ok {
		return FileLinks{}, fault.New(fault.NotFound, "file not found")
	}
	return s.linksOf(row), nil
}

func (s *Service) mayRead(ctx context.Context, by int64, row fileRow) (bool, error) {
	if row.UploaderID == by {
		return true, nil
	}
	uses, err := newestUses(ctx, s.db.R, row.ID)
	if err != nil {
		return false, err
	}
	for _, u := range uses {
		if u.SiteID != 0 {
			role, err := s.people.RoleOn(ctx, by, u.SiteID)
			if err != nil || role != "" {
				return role != "", err
			}
		}
		if ok, err := s.reads(ctx, by, u.ConversationID, u.Seq); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// CleanUp removes what nobody refers to: uploads a day after nobody sent them, and what was recalled.
// When the store is away it ends with its fault, and goes on at the next run.
func (s *Service) CleanUp(ctx context.Context) error {
	for {
		var n int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) (err error) {
			now := s.now().UTC()
			n, err = giveUp(ctx, tx, now.Add(-unusedFor), now)
			return err
		})
		if err != nil {
			return fmt.Errorf("give up unused files: %w", err)
		}
		if n < slice {
			break
		}
	}
	for {
		rows, err := goneFiles(ctx, s.db.R)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := s.remove(ctx, row); err != nil {
				return fmt.Errorf("remove file %d: %w", row.ID, err)
			}
		}
	}
}

// remove deletes the bytes before the row, so that a crash between leaves no bytes nobody knows of.
func (s *Service) remove(ctx context.Context, row fileRow) error {
	for _, key := range Keys(row.ID, row.Kind) {
		if err := s.blobs.Delete(ctx, key); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return forget(ctx, tx, row.ID) })
}

// Ping says whether the place where the bytes are kept answers.
func (s *Service) Ping(ctx context.Context) error { return s.blobs.Ping(ctx) }

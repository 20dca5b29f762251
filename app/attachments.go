package app

import (
	"context"

	"ichat/app/chat"
	"ichat/app/fault"
	"ichat/app/files"
	"ichat/storage"
)

// The core carries files without knowing them, and the files do not know the core: here they meet.

// attach fills in what the server knows of the file that a draft names.
func (a *App) attach(ctx context.Context, by int64, d *chat.Draft) error {
	if d.Type != chat.Image && d.Type != chat.File || d.Body.From != nil { // what is passed on is in a message already
		return nil
	}
	f, err := a.Files.Own(ctx, by, d.Body.FileID)
	if err != nil {
		return err
	}
	if d.Type == chat.Image && f.Kind != files.Image {
		return fault.New(fault.Invalid, "this file is not a picture").With("body.file_id", "this file is not a picture")
	}
	d.Body = chat.Body{FileID: f.ID, Name: f.Name, Size: f.Size, Mime: f.Mime, Width: f.Width, Height: f.Height}
	return nil
}

// attached keeps the files of a message for as long as the message.
func (a *App) attached(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	all := m.Files()
	if len(all) == 0 {
		return nil
	}
	site := c.SiteID
	if c.Kind == chat.Direct || c.Kind == chat.Group {
		site = 0 // its members see it, not everybody who works on the site
	}
	return a.Files.SentTx(ctx, tx, all, site, c.ID, m.Seq)
}

// detached takes the files back with its message.
func (a *App) detached(ctx context.Context, tx *storage.Tx, c chat.Conversation, m *chat.Message) error {
	if m.Body.FileID == 0 && m.Type != chat.Merged {
		return nil
	}
	return a.Files.RecalledTx(ctx, tx, c.ID, m.Seq)
}

// reads tells whether a person may read a message: the core's own answer to him.
func (a *App) reads(ctx context.Context, person, conversation, seq int64) (bool, error) {
	page, err := a.Chat.History(ctx, person, conversation, seq+1, 1)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && len(page.Messages) == 1 && page.Messages[0].Seq == seq && !page.Messages[0].Hidden, err
}

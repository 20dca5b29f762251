package people

import (
	"context"

	"ichat/storage"
)

// BotTx makes the person a site's bot speaks as. Its name may be empty: then clients have a word for it.
func (s *Service) BotTx(ctx context.Context, tx *storage.Tx, site int64, name string) (int64, error) {
	bot := account{Person: Person{ID: s.ids.Next(), Kind: KindBot, Name: name}, SiteID: site, Locale: normalLocale("")}
	return bot.ID, insertPerson(ctx, tx, bot, s.now().UTC())
}

// NameBotTx gives a bot another name.
func (s *Service) NameBotTx(ctx context.Context, tx *storage.Tx, bot int64, name string) error {
	_, err := tx.NewRaw(`UPDATE people SET name = ? WHERE id = ? AND kind = ?`, name, bot, KindBot).Exec(ctx)
	return err
}

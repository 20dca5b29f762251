package check

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// behindProxy puts the file store behind lines that can fail.
func (s *stage) behindProxy() error {
	u, err := url.Parse(s.value("ICHAT_BLOB_URL"))
	if err != nil {
		return err
	}
	if s.store, err = newProxy(u.Host, s.history, 99); err != nil {
		return err
	}
	front, err := url.Parse(s.store.url)
	if err != nil {
		return err
	}
	u.Host = front.Host
	s.env = append(s.env, "ICHAT_BLOB_URL="+u.String())
	return nil
}

// badStore lets the file store behave badly for a while. Text goes on meanwhile, and uploads are taken or may be sent again.
func badStore(name string, d time.Duration, is noise) fault {
	return fault{fmt.Sprintf("the file store %s for %s", name, d), func(ctx context.Context, n *nemesis) error {
		n.stage.store.setNoise(is)
		struck := time.Now()
		if is.Refuse == 1 {
			n.mustName(ctx, n.stage.nodes[0], "the file store")
		}
		wait(ctx, d-time.Since(struck))
		n.stage.store.setNoise(noise{})
		return n.level(ctx)
	}}
}

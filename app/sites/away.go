package sites

import "context"

// hideCaching keeps an answer that says whether to show a launcher only for so long: it changes with the
// hours and with who is there, not with the owner alone.
const hideCaching = "public, max-age=30"

// shown is the look as everybody gets it at this moment.
func (s *Service) shown(ctx context.Context, site Site) (SiteLook, error) {
	look := site.SiteLook
	if site.WhenAway != awayHide {
		return look, nil
	}
	if s.attended == nil {
		now := s.now()
		look.Hidden = !site.Hours.Serves(now, now)
		return look, nil
	}
	there, err := s.attended(ctx, site.ID)
	look.Hidden = !there
	return look, err
}

func cachingOf(site Site) string {
	if site.WhenAway == awayHide {
		return hideCaching
	}
	return lookCaching
}

package files

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"ichat/app/fault"
)

// linksOf signs the addresses of a file.
func (s *Service) linksOf(row fileRow) FileLinks {
	until := s.now().UTC().Truncate(linkGrid).Add(2 * linkGrid)
	l := FileLinks{URL: s.link(row, full, until), ExpiresAt: until}
	if row.Kind == Image {
		l.ThumbURL = s.link(row, thumb, until)
	}
	return l
}

// link carries the name only for people to see: the signature is over what is served.
func (s *Service) link(row fileRow, variant string, until time.Time) string {
	stamp := strconv.FormatInt(until.Unix(), 10)
	return fmt.Sprintf("/files/%d/%s?v=%s&until=%s&sig=%s", row.ID, url.PathEscape(row.Name), variant, stamp, s.sign(row.ID, variant, stamp))
}

func (s *Service) sign(id int64, variant, until string) string {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "%d\n%s\n%s", id, variant, until)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// admit checks the parts of a link as they came and returns until when it is good.
func (s *Service) admit(id int64, variant, until, sig string) (time.Time, error) {
	seconds, err := strconv.ParseInt(until, 10, 64)
	good := hmac.Equal([]byte(sig), []byte(s.sign(id, variant, until)))
	end := time.Unix(seconds, 0)
	if err != nil || !good || !s.now().Before(end) {
		return time.Time{}, fault.New(fault.NotFound, "this link is not valid any more")
	}
	return end, nil
}

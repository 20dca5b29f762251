// Package bench holds the load runs behind `ichat bench KIND`. A run is an outsider: it talks to
// a server process over HTTP and sockets only, so what it measures is what a client would see.
package bench

import (
	"fmt"
	"io"
	"time"
)

// Options of a run. The zero value measures the way the required figures are measured.
type Options struct {
	Seconds int // measured seconds of each run; 0: 10
	Senders int // 0: 64
	Uploads int // files of 5 MB that are uploaded at any time beside one more run of `send`; 0: no such run
	Agents  int // 0: 200
	Waiting int // 0: 1000
	Runs    int // 0: 3 of `send`, 5 of `start`
	Members int // of the group of `group`; 0: 2000
	Rate    int // messages a second into that group; 0: 5

	// URL is a running server to use instead of one of its own; Site is the key of a site there
	// and Token the session token of its owner. Nobody else may be online on that site.
	URL, Site, Token string

	Progress io.Writer // nil: none
}

const (
	mostSenders = 1000 // the ids of a run have three digits for the sender
	mostSeconds = 3600
)

func (o Options) checked(runs int) (Options, error) {
	if o.Seconds == 0 {
		o.Seconds = 10
	}
	if o.Senders == 0 {
		o.Senders = 64
	}
	if o.Runs == 0 {
		o.Runs = runs
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	switch {
	case o.Seconds < 1 || o.Seconds > mostSeconds:
		return o, fmt.Errorf("seconds must be 1 to %d", mostSeconds)
	case o.Senders < 1 || o.Senders > mostSenders:
		return o, fmt.Errorf("senders must be 1 to %d", mostSenders)
	case o.Uploads < 0 || o.Uploads > mostSenders:
		return o, fmt.Errorf("uploads must be 0 to %d", mostSenders)
	case o.Runs < 1:
		return o, fmt.Errorf("there must be at least one run")
	case o.URL != "" && (o.Site == "" || o.Token == ""):
		return o, fmt.Errorf("with --url, --site and --token are needed")
	}
	return o, nil
}

func (o Options) say(format string, args ...any) {
	fmt.Fprintf(o.Progress, format+"\n", args...)
}

// Figures are what every kind prints. Those of the process are nil when it is not the run's own.
type Figures struct {
	Errors  int      `json:"errors"`
	Seconds float64  `json:"seconds"`
	CPU     *float64 `json:"cpu_s"`  // user and system time of the server
	RSS     *int64   `json:"rss_kb"` // of the server, at the end
}

func seconds(d time.Duration) float64 { return round(d.Seconds()) }

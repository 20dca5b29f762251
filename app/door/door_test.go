package door

import (
	"net/netip"
	"testing"
	"time"
)

func TestADoorLeadsToTheInternetOnly(t *testing.T) {
	d := New(time.Second, Internet)
	for endpoint, want := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/abc:def":       true,
		"https://updates.push.services.mozilla.com/wpush/1": true,
		"https://203.0.114.5/x":                             true,
		"http://fcm.googleapis.com/fcm/send/abc":            false,
		"https://user:secret@push.example.com/x":            false,
		"https://localhost/x":                               false,
		"https://push.localhost/x":                          false,
		"https://printer.local/x":                           false,
		"https://metadata.google.internal/x":                false,
		"https://intranet/x":                                false,
		"https://127.0.0.1/x":                               false,
		"https://10.0.0.1/x":                                false,
		"https://169.254.169.254/latest":                    false,
		"https://[::1]/x":                                   false,
		"https://[::ffff:10.0.0.1]/x":                       false,
		"https://[fd00::1]/x":                               false,
		"ftp://push.example.com/x":                          false,
		"nonsense":                                          false,
		"https:///x":                                        false,
	} {
		if got := d.Admits(endpoint); got != want {
			t.Errorf("%s: %v", endpoint, got)
		}
	}
	for _, address := range []string{"0.0.0.0", "100.64.0.1", "192.168.1.1", "172.16.0.1", "224.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1", "64:ff9b::a00:1"} {
		if d.leads(netip.MustParseAddr(address)) {
			t.Errorf("%s is dialled", address)
		}
	}
}

func TestTheHouseIsOpenOnlyWhereItIsSaid(t *testing.T) {
	for address, want := range map[string][3]bool{
		"http://127.0.0.1:8000/v1": {false, true, true}, "http://10.0.0.5/v1": {false, false, true}, "http://ollama:11434/v1": {false, false, true},
		"http://169.254.169.254/v1": {false, false, false}, "http://api.example.com/v1": {false, false, true}, "https://api.example.com/v1": {true, true, true},
	} {
		for reach, want := range want {
			if got := New(time.Second, Reach(reach)).Admits(address); got != want {
				t.Errorf("%s within reach %d: %v", address, reach, got)
			}
		}
	}
}

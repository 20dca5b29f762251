package notify

import (
	"crypto/ecdh"
	"net/netip"
	"testing"
)

// TestSealingIsThatOfTheStandard is the example of RFC 8291, section 5.
func TestSealingIsThatOfTheStandard(t *testing.T) {
	raw := func(text string) []byte {
		b, err := decode(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	browser, err := ecdh.P256().NewPublicKey(raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := ecdh.P256().NewPrivateKey(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := seal([]byte("When I grow up, I want to be a watermelon"), browser, raw("BTBZMqHH6r4Tts7J_aSIgg"), ours, raw("DGv6ra1nlYgDCS1FRnbzlw"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if encode(got) != want {
		t.Fatalf("sealed\n%s, want\n%s", encode(got), want)
	}
}

func TestAnEndpointLeadsToTheInternetOnly(t *testing.T) {
	d := newDoor(false)
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
		if got := d.admits(endpoint); got != want {
			t.Errorf("%s: %v", endpoint, got)
		}
	}
	for _, address := range []string{"0.0.0.0", "100.64.0.1", "192.168.1.1", "172.16.0.1", "224.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1", "64:ff9b::a00:1"} {
		if d.leads(netip.MustParseAddr(address)) {
			t.Errorf("%s is dialled", address)
		}
	}
}

// TestANameThatLeadsInsideIsNotDialled: what a name leads to is known only when it is dialled.
func TestANameThatLeadsInsideIsNotDialled(t *testing.T) {
	d := newDoor(false)
	defer d.client.CloseIdleConnections()
	err := d.send(t.Context(), push{endpoint: "https://localhost:1/x", topic: "t"}) // as a name of the internet that resolves to this machine
	if _, refused := err.(refusedError); !refused || err.Error() != errInside.Error() {
		t.Fatalf("answered %v", err)
	}
}

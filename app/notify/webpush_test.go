package notify

import (
	"crypto/ecdh"
	"testing"

	"ichat/app/door"
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

// TestANameThatLeadsInsideIsNotDialled: what a name leads to is known only when it is dialled.
func TestANameThatLeadsInsideIsNotDialled(t *testing.T) {
	d := door.New(pushWithin, door.Internet)
	defer d.Close()
	err := send(t.Context(), d, push{endpoint: "https://localhost:1/x", topic: "t"}) // as a name of the internet that resolves to this machine
	if _, refused := err.(refusedError); !refused || err.Error() != door.ErrInside.Error() {
		t.Fatalf("answered %v", err)
	}
}

package check

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

func TestAPulledCableSwallowsAndAPluggedOneCarries(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can lay a cable")
	}
	part, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	go func() {
		for {
			c, err := part.Accept()
			if err != nil {
				return
			}
			go io.Copy(c, c)
		}
	}()
	c, err := layCable(7, part.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.remove()
	line, err := net.Dial("tcp", c.address)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	said := []byte{0}
	echo := func(within time.Duration) error {
		line.SetDeadline(time.Now().Add(within))
		said[0]++
		if _, err := line.Write(said); err != nil {
			return err
		}
		heard := []byte{0}
		for heard[0] != said[0] { // what was said before may come late
			if _, err := io.ReadFull(line, heard); err != nil {
				return err
			}
		}
		return nil
	}
	if err := echo(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	if err := c.pull(); err != nil {
		t.Fatal(err)
	}
	if err := echo(300 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("over a pulled cable: %v", err)
	}
	if err := c.plug(); err != nil {
		t.Fatal(err)
	}
	for _, toPart := range []bool{true, false} {
		if err := c.mute(toPart); err != nil {
			t.Fatal(err)
		}
		if err := echo(300 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("over a cable that is cut in one direction: %v", err)
		}
		if err := c.unmute(toPart); err != nil {
			t.Fatal(err)
		}
	}
	if err := echo(10 * time.Second); err != nil {
		t.Fatalf("over a plugged cable: %v", err)
	}
}

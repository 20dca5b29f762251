package check

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// cable is a network cable between a node and a part: what is sent to its address comes out at the part. Pulled, it
// swallows everything and tells nobody, as a cable does: the address is in a network of its own, at the end of a
// virtual line whose other side is switched off. Only root can lay one.
type cable struct {
	address string // host:port at which the part is reached
	to      string
	subnet  string
	listen  net.Listener
	space   *os.File // the network of its own
	inside  string   // the names of the line's ends
	outside string
}

// layCable lays the nth cable of this process to a part.
func layCable(nth int, to string) (*cable, error) {
	if os.Getuid() != 0 {
		return nil, &MissingError{"a network of its own (root can make one)"}
	}
	tag := fmt.Sprintf("%d.%d", os.Getpid(), nth)
	c := &cable{to: to, inside: "in" + tag, outside: "out" + tag,
		subnet: fmt.Sprintf("10.%d.%d", 192+nth, os.Getpid()%250)}
	settled := make(chan error)
	go func() { settled <- c.settle(c.subnet) }()
	err := <-settled
	if err == nil {
		err = errors.Join(ip(nil, "addr", "add", c.subnet+".1/24", "dev", c.outside), ip(nil, "link", "set", c.outside, "up"))
	}
	if err != nil {
		c.remove()
		return nil, fmt.Errorf("lay a cable: %w", err)
	}
	go c.serve()
	return c, nil
}

// settle makes the network and listens in it. Its thread ends with the goroutine, because it is in the wrong network now.
func (c *cable) settle(subnet string) (err error) {
	runtime.LockOSThread()
	if unix.Gettid() == os.Getpid() { // the process is known by its first thread: take another one, while this one is held
		defer runtime.UnlockOSThread()
		settled := make(chan error)
		go func() { settled <- c.settle(subnet) }()
		return <-settled
	}
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	if c.space, err = os.Open(fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), unix.Gettid())); err != nil {
		return err
	}
	err = errors.Join( // a program that this thread starts is in its network
		ip(nil, "link", "add", c.inside, "type", "veth", "peer", "name", c.outside, "netns", strconv.Itoa(os.Getpid())),
		ip(nil, "addr", "add", subnet+".2/24", "dev", c.inside), ip(nil, "link", "set", c.inside, "up"))
	if err != nil {
		return err
	}
	if c.listen, err = net.Listen("tcp", subnet+".2:0"); err != nil {
		return err
	}
	c.address = c.listen.Addr().String()
	return nil
}

// ip runs the program of that name, in the network space unless that is nil.
func ip(space *os.File, args ...string) error {
	cmd := exec.Command("ip", args...)
	if space != nil {
		cmd = exec.Command("nsenter", append([]string{"--net=/proc/self/fd/3", "ip"}, args...)...)
		cmd.ExtraFiles = []*os.File{space}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip %v: %w: %s", args, err, out)
	}
	return nil
}

func (c *cable) pull() error { return ip(c.space, "link", "set", c.inside, "down") }
func (c *cable) plug() error { return ip(c.space, "link", "set", c.inside, "up") }

// nobody is a station that is not on the line: what is sent to it is dropped at the other end.
const nobody = "02:00:00:00:00:99"

// mute cuts one direction: towards the part, or back to the node.
func (c *cable) mute(toPart bool) error {
	space, to, dev := c.direction(toPart)
	return ip(space, "neigh", "replace", to, "lladdr", nobody, "nud", "permanent", "dev", dev)
}

func (c *cable) unmute(toPart bool) error {
	space, to, dev := c.direction(toPart)
	return ip(space, "neigh", "del", to, "dev", dev)
}

// direction is where packets start, where to, and over which end of the line.
func (c *cable) direction(toPart bool) (space *os.File, to, dev string) {
	if toPart {
		return nil, c.subnet + ".2", c.outside
	}
	return c.space, c.subnet + ".1", c.inside
}

// serve carries what comes out of the network to the part.
func (c *cable) serve() {
	for {
		from, err := c.listen.Accept()
		if err != nil {
			return // removed
		}
		go func() {
			defer from.Close()
			to, err := net.Dial("tcp", c.to)
			if err != nil {
				return
			}
			go func() {
				defer to.Close()
				io.Copy(to, from)
			}()
			io.Copy(from, to)
		}()
	}
}

func (c *cable) remove() {
	if c.listen != nil {
		c.listen.Close()
	}
	if c.space != nil {
		ip(nil, "link", "del", c.outside) // and with it the other end; it may not be there yet
		c.space.Close()
	}
}

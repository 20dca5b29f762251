package check

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A push may take this long to a device that is online; where the machine itself stood still, as much longer.
const onlineWithin = 3 * time.Second

// linesAreWhole: on one node, in commit order, a line that stays open brings every version. A hole that is followed by
// more is something left out without a word.
func (b *book) linesAreWhole() (found []Violation) {
	if b.Final.Nodes != 1 || b.lossy() {
		return nil
	}
	type lane struct {
		socket int64
		who    int64
		conv   int64
		stay   int
	}
	type place struct{ conv, who int64 }
	seen := map[lane][]int64{}
	moves := map[place][]int64{} // the versions with which somebody came or left, whoever was told
	type stay struct {
		device string
		conv   int64
	}
	stays := map[stay]int{} // how often a device came into a conversation: what happened while it was out is no hole
	for _, a := range b.Applies {
		if a.Kind == "gone" || a.Kind == "reset" {
			stays[stay{a.Device, a.Conv}]++
		}
		if a.Source == bySocket && (a.Kind == "message" || a.Kind == "member") && a.Version > 0 {
			at := lane{a.Socket, a.Who, a.Conv, stays[stay{a.Device, a.Conv}]}
			seen[at] = append(seen[at], a.Version)
		}
		if a.Member != nil && a.Kind == "member" {
			moves[place{a.Conv, a.Member.Person}] = append(moves[place{a.Conv, a.Member.Person}], a.Version)
		}
	}
	for at, versions := range seen {
		slices.Sort(versions)
		versions = slices.Compact(versions)
		for i := 1; i < len(versions); i++ {
			from, to := versions[i-1], versions[i]
			moved := slices.ContainsFunc(moves[place{at.conv, at.who}], func(v int64) bool { return v > from && v <= to })
			if to > from+1 && !moved {
				found = append(found, violation("silent-drop", at.conv, 0, fmt.Sprintf("line %d brought version %d of conversation %d and then %d", at.socket, from, at.conv, to)))
				break
			}
		}
	}
	return found
}

// lossy tells whether pushes were dropped on purpose.
func (b *book) lossy() bool {
	return slices.ContainsFunc(b.Faults, func(f Struck) bool { return len(f.Name) > 9 && f.Name[:10] == "all pushes" })
}

// pushesAreQuick: a device that was online all the while shows a message within 3 s of its acknowledgement.
func (b *book) pushesAreQuick() (found []Violation) {
	if b.Final.Hurried {
		return nil
	}
	for _, d := range b.delays() {
		if d.took > onlineWithin+2*b.Stall {
			name := "late"
			if d.beside {
				name = "slow-peer"
			}
			found = append(found, violation(name, d.conv, d.seq, fmt.Sprintf("%s showed %d of conversation %d %s after it was acknowledged", d.device, d.seq, d.conv, d.took.Round(time.Millisecond))))
		}
	}
	return found
}

type delay struct {
	device string
	conv   int64
	seq    int64
	took   time.Duration
	repair bool // wake-ups between nodes were lost at that time
	beside bool // other devices were in trouble at that time
}

// delays are the times from an acknowledgement to the first showing, of messages acknowledged while nothing was wrong and
// shown on a line that had been open since before.
func (b *book) delays() (all []delay) {
	type place struct{ conv, seq int64 }
	acked := map[place]time.Duration{}
	for _, op := range b.Ops {
		at := place{op.Conv, op.Seq}
		if op.Kind != "send" || op.Result != resultOK {
			continue
		}
		if was, known := acked[at]; !known || op.End < was {
			acked[at] = op.End
		}
	}
	type shown struct {
		device string
		place
	}
	first := map[shown]bool{}
	inside := map[shown]time.Duration{} // since when a device shows a conversation; its seq is 0
	opened := map[int64]time.Duration{} // a line, since it was bound
	for _, a := range b.Applies {
		here := shown{a.Device, place{a.Conv, 0}}
		switch a.Kind {
		case "live":
			opened[a.Socket] = a.At
		case "dead":
			delete(opened, a.Socket)
		case "gone":
			delete(inside, here)
		case "reset":
			inside[here] = a.At
		}
		if !a.Placed || a.Device == "fresh" {
			continue
		}
		if _, known := inside[here]; !known {
			inside[here] = a.At
		}
		at := shown{a.Device, place{a.Conv, a.Message.Seq}}
		if first[at] {
			continue
		}
		first[at] = true
		end, known := acked[at.place]
		if since, open := opened[a.Socket]; known && open && since < end && inside[here] < end && a.Source != byPage && b.quiet(a.Device, end, a.At) {
			all = append(all, delay{a.Device, a.Conv, a.Message.Seq, max(0, a.At-end), b.unwoken(end, a.At), b.beside(end, a.At)})
		}
	}
	return all
}

// quiet tells whether no fault touched a device in a stretch of time, nor the moment before it. Lost wake-ups do not count:
// they are to be repaired as quickly.
func (b *book) quiet(device string, from, to time.Duration) bool {
	return !slices.ContainsFunc(b.Faults, func(f Struck) bool {
		spared := strings.HasPrefix(f.Name, natsAway) || len(f.Devices) > 0 && !slices.Contains(f.Devices, device)
		return !spared && f.At < to && f.Over+2*time.Second > from
	})
}

// beside tells whether something was wrong with the lines of some devices only.
func (b *book) beside(from, to time.Duration) bool {
	return slices.ContainsFunc(b.Faults, func(f Struck) bool { return len(f.Devices) > 0 && f.At < to && f.Over > from })
}

func (b *book) unwoken(from, to time.Duration) bool {
	return slices.ContainsFunc(b.Faults, func(f Struck) bool {
		return strings.HasPrefix(f.Name, natsAway) && f.At < to && f.Over > from
	})
}

// with adds what the story shows to the figures.
func (f Figures) with(s Story) Figures {
	var acks, pushes, repairs []time.Duration
	for _, op := range s.Ops {
		if op.Kind == "send" && op.Result == resultOK {
			acks = append(acks, op.End-op.Begin)
		}
	}
	for _, d := range open(s).delays() {
		if d.repair {
			repairs = append(repairs, d.took)
		} else {
			pushes = append(pushes, d.took)
		}
	}
	f.RepairP99, f.RepairMax = millis(percentile(repairs, 99)), millis(percentile(repairs, 100))
	f.AckP50, f.AckP99 = millis(percentile(acks, 50)), millis(percentile(acks, 99))
	f.PushP50, f.PushP99, f.PushMax = millis(percentile(pushes, 50)), millis(percentile(pushes, 99)), millis(percentile(pushes, 100))
	var waits []time.Duration
	for _, w := range roomyWaits(s) {
		waits = append(waits, w.took)
	}
	f.WaitP99 = millis(percentile(waits, 99))
	f.Converge, f.Stall = millis(s.Final.Converge), millis(s.Stall)
	return f
}

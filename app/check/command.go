package check

import (
	"context"
	"errors"
	"os"
	"time"
)

// Quick is what `make test` runs: one node with kills, then three.
func Quick(ctx context.Context, o Options) (Report, error) {
	return run(ctx, o, quickActs()...)
}

func quickActs() []script {
	acts := []script{oneNode(60 * time.Second), backThen(12 * time.Second)}
	if os.Getuid() == 0 {
		acts = append(acts, fullDisk(15*time.Second))
	}
	return append(acts, threeNodes(90*time.Second))
}

// Long is the same, for 20 minutes.
func Long(ctx context.Context, o Options) (Report, error) {
	return run(ctx, o, oneNode(6*time.Minute), backThen(time.Minute), fullDisk(time.Minute), threeNodes(12*time.Minute))
}

// run plays acts one after the other; with Nodes set only those on as many nodes.
func run(ctx context.Context, o Options, acts ...script) (Report, error) {
	began := time.Now()
	r := Report{Seed: o.Seed, Faults: map[string]int{}, Acts: []Act{}}
	for _, s := range acts {
		if o.Nodes != 0 && (o.Nodes == 1) != (s.options.Nodes == 1) {
			continue
		}
		own := o
		if o.Only != "" && o.Only != s.name {
			continue
		}
		own.For, own.Nodes, own.SmallDisk, own.BadStore = s.options.For, max(s.options.Nodes, o.Nodes), s.options.SmallDisk, s.options.BadStore
		if o.For != 0 {
			own.For = o.For
		}
		s.options = own
		a, err := play(ctx, s)
		var missing *MissingError
		if errors.As(err, &missing) {
			r.Missing = missing.Part
		}
		if err != nil {
			return r, err
		}
		r.add(a)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// everybody works at once.
var everybody = together(liveWork(150*time.Millisecond), talkWork(150*time.Millisecond), circleWork(150*time.Millisecond))

// everyday is what is wrong with lines all the time.
var everyday = noise{Eat: 0.02, Cut: 0.01, Duplicate: 0.02, Delay: 5 * time.Millisecond}

func oneNode(d time.Duration) script {
	return script{
		name: "one", options: Options{For: d, Nodes: 1}, workload: everybody, noise: everyday,
		size: size{visitors: 24, agents: 8, members: 8, friends: 6, devices: 2, caps: 4},
		faults: func(*stage, *company) []fault {
			return []fault{killNode(0), cutLines(0), killNode(0), deafen(4 * time.Second), freezeNode(0, 3*time.Second), killNode(0)}
		},
	}
}

func threeNodes(d time.Duration) script {
	return script{
		name: "three", options: Options{For: d, Nodes: 3}, workload: everybody, noise: everyday,
		size: size{visitors: 24, agents: 8, members: 8, friends: 6, devices: 2, caps: 4},
		faults: func(*stage, *company) []fault {
			return []fault{killNode(0), killNATS(6 * time.Second), hangLines(1, 4*time.Second), killPostgres(time.Second), killNode(1), freezeNode(2, 5*time.Second),
				killS3(3 * time.Second), losePushes(4 * time.Second), rollNodes()}
		},
	}
}

// backThen is a day on which a backup has to be put back.
func backThen(d time.Duration) script {
	return script{
		name: "restore", options: Options{For: d, Nodes: 1}, workload: everybody, noise: everyday,
		size:   size{visitors: 12, agents: 4, members: 4, devices: 2, caps: 4},
		faults: func(*stage, *company) []fault { return []fault{restoreBackup(3 * time.Second)} },
	}
}

// fullDisk is a day on which the disk is full.
func fullDisk(d time.Duration) script {
	return script{
		name: "disk", options: Options{For: d, Nodes: 1, SmallDisk: true}, workload: everybody, noise: everyday,
		size:   size{visitors: 12, agents: 4, members: 4, devices: 2, caps: 4},
		faults: func(*stage, *company) []fault { return []fault{fillDisk(4 * time.Second), killNode(0)} },
	}
}

package check

import (
	"context"
	"fmt"
	"time"
)

// queueRules are those rules of a queue that are tried here.
type queueRules struct {
	Strategy   string         `json:"strategy,omitempty"`
	Cap        int            `json:"cap,omitempty"`
	Answer     answerRule     `json:"answer"`
	Overflow   overflowRule   `json:"overflow"`
	Priorities []priorityRule `json:"priorities,omitempty"`
}

type answerRule struct {
	NudgeS   int `json:"nudge_s,omitempty"`
	RequeueS int `json:"requeue_s,omitempty"`
	Times    int `json:"times,omitempty"`
}

type overflowRule struct {
	AfterS  int   `json:"after_s,omitempty"`
	ToQueue int64 `json:"to_queue,omitempty"`
}

type priorityRule struct {
	When     string `json:"when"`
	Match    string `json:"match,omitempty"`
	Priority int    `json:"priority"`
}

// urgentLocale is the language of those who are served first in a race, every eighth visitor.
const urgentLocale = "zh-CN"

// longestRule is the longest time in the rules of a race.
const longestRule = 7 * time.Second

// endRules takes the rules back, and waits until what they had set going has come to its end.
func (c *company) endRules(ctx context.Context) error {
	for _, id := range c.queues {
		path := fmt.Sprintf("/api/admin/queues/%d", id)
		for p := c.change(ctx, path); p != nil; p = c.change(ctx, path) {
			if !p.again() || ctx.Err() != nil {
				return fmt.Errorf("end the rules of a queue: %w", p)
			}
			wait(ctx, 300*time.Millisecond)
		}
	}
	wait(ctx, longestRule+takeover)
	return nil
}

func (c *company) change(ctx context.Context, path string) *problem {
	return c.owner.call.call(ctx, "PATCH", path, map[string]any{"rules": map[string]any{}}, nil)
}

// setRules gives the site a third queue and all of them rules under which tickets move by themselves all the time.
func (c *company) setRules(ctx context.Context) error {
	if p := c.owner.call.call(ctx, "POST", fmt.Sprintf("/api/admin/sites/%d/queues", c.site), map[string]string{"name": queueNames[2]}, nil); p != nil {
		return fmt.Errorf("a third queue: %w", p)
	}
	if err := c.readQueues(ctx); err != nil {
		return err
	}
	var skilled []map[string]any
	for i, a := range c.agents {
		skilled = append(skilled, map[string]any{"person_id": a.id, "level": 1 + i%5})
	}
	c.rules = map[string]queueRules{
		queueNames[0]: {Strategy: "least_busy", Answer: answerRule{NudgeS: 3, RequeueS: 6, Times: 3}, Overflow: overflowRule{5, c.queues[1]},
			Priorities: []priorityRule{{When: "locale", Match: "zh", Priority: 5}}},
		queueNames[1]: {Strategy: "round_robin", Cap: 2, Answer: answerRule{RequeueS: 5}, Overflow: overflowRule{4, c.queues[2]}},
		queueNames[2]: {Strategy: "skill", Answer: answerRule{RequeueS: 7, Times: 2}},
	}
	for i, id := range c.queues {
		change := map[string]any{"rules": c.rules[queueNames[i]]}
		if i == 2 {
			change["agents"] = skilled
		}
		if p := c.owner.call.call(ctx, "PATCH", fmt.Sprintf("/api/admin/queues/%d", id), change, nil); p != nil {
			return fmt.Errorf("rules of a queue: %w", p)
		}
	}
	return nil
}

package desk

// Choice is a queue a visitor may choose before he writes.
type Choice struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// choices are the queues a visitor may choose from; of fewer than two there is none to make.
func (l lines) choices() []Choice {
	var all []Choice
	for _, q := range l.standing() {
		if q.rules.Open {
			all = append(all, Choice{ID: q.ID, Name: q.Name})
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

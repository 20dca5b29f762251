package check

import (
	"fmt"
	"net/http"
)

// answersAreHonest: whatever is broken, nobody is answered 500. Its sender could not know whether to send the same again.
func (b *book) answersAreHonest() (found []Violation) {
	for _, op := range b.Ops {
		if op.Status == http.StatusInternalServerError {
			v := violation("blunt", op.Conv, 0, fmt.Sprintf("%s by %d was answered 500 %s at %.1f s", op.Kind, op.Who, op.Code, op.End.Seconds()))
			v.Client = op.Client
			found = append(found, v)
		}
	}
	return found
}

package contacts

import "ichat/app/people"

// seen is the state of somebody as another one sees it.
func seen(state string, connected, mutual, hides bool) string {
	if !connected || !mutual || hides || state == people.Invisible {
		return people.Offline
	}
	return state
}

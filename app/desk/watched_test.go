//go:build race

package desk_test

// watched tells whether the race detector looks on, which makes everything ten times slower.
const watched = true

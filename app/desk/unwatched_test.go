//go:build !race

package desk_test

const watched = false

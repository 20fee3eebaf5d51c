package terminal

import (
	"time"
)

// look is how often the console's size is looked at: there is no signal.
const look = 250 * time.Millisecond

// sizes tells when to look at the console's size, until stop is called.
func sizes() (changed <-chan time.Time, stop func()) {
	ticker := time.NewTicker(look)
	return ticker.C, ticker.Stop
}

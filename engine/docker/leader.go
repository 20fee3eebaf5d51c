package docker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// noLeader is what a manager answers while its Swarm has no leader, which alone
// knows and changes what is there: for some seconds when the leader has gone and
// the others elect one, and for good when too few are left for that. What begins
// with a code comes from the leader, or from the way to it.
var noLeader = regexp.MustCompile(`does not have a leader|no elected cluster leader|Manager is being prepared or has trouble connecting to the cluster|` +
	`^rpc error: code = (Unavailable|DeadlineExceeded) `)

// leaderless is true for such an answer. It can still be read.
func leaderless(response *http.Response) bool {
	if response.StatusCode < http.StatusInternalServerError {
		return false
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct{ Message string }
	return err == nil && json.Unmarshal(body, &answer) == nil && noLeader.MatchString(answer.Message)
}

// asksLeader is true for a call that a Swarm's leader answers.
func asksLeader(request *http.Request) bool {
	root, _ := parts(request)
	return slices.Contains([]string{"services", "tasks", "nodes", "configs", "secrets", "swarm"}, root)
}

// election is what is known of a Swarm's leader being there.
type election struct {
	since time.Time // when it was first missed, zero while it is there
	told  bool      // that it is missing
}

// led notes an answer of a leader.
func (p *presence) led() {
	p.mu.Lock()
	told := p.election.told
	p.election = election{}
	p.mu.Unlock()
	if told && p.say != nil {
		p.say("the Swarm has a leader again")
	}
}

// headless notes that there is no leader, and says whether to try again.
func (p *presence) headless() bool {
	p.mu.Lock()
	e := &p.election
	if e.since.IsZero() {
		e.since = time.Now()
		p.times++
	}
	gone := time.Since(e.since)
	again := gone < p.limit
	tell := again && !e.told && gone >= unspoken
	e.told = e.told || tell
	p.mu.Unlock()
	if tell && p.say != nil {
		p.say(fmt.Sprintf("the Swarm has no leader: waiting up to %s for one", p.limit))
	}
	return again
}

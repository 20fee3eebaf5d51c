package recorder

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// Fate is what becomes of a call.
type Fate int

// The fates.
const (
	Passed  Fate = iota // to the engine, and its answer back
	Refused             // answered with a server error; the engine does not see it
	Hung                // not answered until Patience or the client is at its end; the engine does not see it
	Broken              // the connection breaks; the engine does not see it
	Lost                // the engine answers, and the connection breaks before the client has the answer
)

// drainTime bounds how long the whole of an answer is waited for that is lost.
const drainTime = 3 * time.Second

var errLost = errors.New("the answer is lost")

// losing is the key of the calls, in their contexts, whose answers are lost.
type losing struct{}

// meet carries a fate out.
func (r *Recorder) meet(fate Fate, call Call, next http.Handler, w http.ResponseWriter, request *http.Request) {
	switch fate {
	case Passed:
		next.ServeHTTP(w, request)
	case Lost:
		next.ServeHTTP(w, request.WithContext(context.WithValue(request.Context(), losing{}, call)))
	case Refused:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"message":"the recorder refuses `+call.String()+`"}`)
	case Hung:
		_, _ = io.Copy(io.Discard, request.Body) // only then it is seen that the client goes
		select {
		case <-request.Context().Done():
		case <-time.After(r.Patience):
		}
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

// lose waits until the engine has done what a call is about, if its answer is
// to be lost. A stream that has no end is lost at its beginning.
func (r *Recorder) lose(response *http.Response) error {
	call, lost := response.Request.Context().Value(losing{}).(Call)
	if !lost {
		return nil
	}
	if call.ends() {
		drained := time.AfterFunc(drainTime, func() { response.Body.Close() })
		_, _ = io.Copy(io.Discard, response.Body)
		drained.Stop()
	}
	if r.Answered != nil {
		r.Answered(call)
	}
	return errLost
}

// ends is true for a call whose answer has an end that is the call's own.
func (c Call) ends() bool {
	switch c.Path {
	case "/events", "/session", "/grpc":
		return false
	}
	return !strings.HasSuffix(c.Path, "/logs") && !strings.HasSuffix(c.Path, "/attach")
}

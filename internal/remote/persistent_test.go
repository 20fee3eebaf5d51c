package remote

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
)

// answers are what a registry says in turn.
type answers struct {
	codes []int // 0 is a connection that breaks
	asked int
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	code := a.codes[min(a.asked, len(a.codes)-1)]
	a.asked++
	if code == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(""))}, nil
}

func TestRegistryThatStumblesIsAskedAgain(t *testing.T) {
	for _, c := range []struct {
		method string
		codes  []int
		want   int // 0 is an error
		asked  int
		took   time.Duration
	}{
		{http.MethodGet, []int{200}, 200, 1, 0},
		{http.MethodGet, []int{503, 0, 200}, 200, 3, 3 * firstPause},
		{http.MethodHead, []int{500}, 500, 4, 7 * firstPause},
		{http.MethodGet, []int{0}, 0, 4, 7 * firstPause},
		{http.MethodGet, []int{404}, 404, 1, 0},
		{http.MethodGet, []int{401}, 401, 1, 0},
		{http.MethodPut, []int{503}, 503, 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			began, a := time.Now(), &answers{codes: c.codes}
			request, err := http.NewRequestWithContext(t.Context(), c.method, "http://registry/", nil)
			assert.NilError(t, err)
			response, err := persistent{a, firstPause}.RoundTrip(request)
			if c.want == 0 {
				assert.Assert(t, errors.Is(err, io.ErrUnexpectedEOF))
			} else {
				assert.NilError(t, err)
				response.Body.Close()
				assert.Equal(t, response.StatusCode, c.want)
			}
			assert.Equal(t, a.asked, c.asked)
			assert.Equal(t, time.Since(began), c.took)
		})
	}
}

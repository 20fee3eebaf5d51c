package recorder_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/recorder"
)

// engine is a server that echoes one line on an upgraded connection.
func engine(t *testing.T) (address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			fmt.Fprint(w, "answer")
			return
		}
		connection, stream, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		fmt.Fprint(stream, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		stream.Flush()
		line, _ := stream.ReadString('\n')
		fmt.Fprint(stream, "echo "+line)
		stream.Flush()
	}))
	t.Cleanup(server.Close)
	return "tcp://" + strings.TrimPrefix(server.URL, "http://")
}

func TestCallsArePassedOnAndRemembered(t *testing.T) {
	r, err := recorder.Listen(t.TempDir(), engine(t))
	assert.NilError(t, err)
	defer r.Close()

	for _, request := range []string{"GET /v1.41/containers/json?all=1", "POST /v1.41/containers/x/start"} {
		connection, err := net.Dial("unix", strings.TrimPrefix(r.Host, "unix://"))
		assert.NilError(t, err)
		fmt.Fprintf(connection, "%s HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n", request)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		assert.NilError(t, err)
		assert.Equal(t, response.StatusCode, http.StatusOK)
		connection.Close()
	}
	assert.Equal(t, len(r.Calls()), 2)
	assert.Equal(t, r.Calls()[0].Query.Get("all"), "1")
	assert.Equal(t, len(r.Writes()), 1)
	assert.Equal(t, r.Writes()[0].String(), "POST /containers/x/start")
}

func TestUpgradedConnectionsGoBothWays(t *testing.T) {
	r, err := recorder.Listen(t.TempDir(), engine(t))
	assert.NilError(t, err)
	defer r.Close()

	connection, err := net.Dial("unix", strings.TrimPrefix(r.Host, "unix://"))
	assert.NilError(t, err)
	defer connection.Close()
	fmt.Fprint(connection, "POST /exec/x/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	in := bufio.NewReader(connection)
	response, err := http.ReadResponse(in, nil)
	assert.NilError(t, err)
	assert.Equal(t, response.StatusCode, http.StatusSwitchingProtocols)
	fmt.Fprint(connection, "hello\n")
	line, err := in.ReadString('\n')
	assert.NilError(t, err)
	assert.Equal(t, line, "echo hello\n")
}

// ask makes a call through a recorder whose calls all meet a fate.
func ask(t *testing.T, fate recorder.Fate, answered func(recorder.Call)) (*http.Response, error) {
	t.Helper()
	r, err := recorder.Listen(t.TempDir(), engine(t))
	assert.NilError(t, err)
	defer r.Close()
	r.Answered, r.Patience = answered, time.Millisecond
	r.Fate = func(n int, call recorder.Call) recorder.Fate {
		assert.Check(t, n == 1 && call.String() == "POST /containers/create")
		return fate
	}
	connection, err := net.Dial("unix", strings.TrimPrefix(r.Host, "unix://"))
	assert.NilError(t, err)
	defer connection.Close()
	fmt.Fprint(connection, "POST /v1.41/containers/create HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n")
	return http.ReadResponse(bufio.NewReader(connection), nil)
}

func TestCallIsRefused(t *testing.T) {
	response, err := ask(t, recorder.Refused, nil)
	assert.NilError(t, err)
	assert.Equal(t, response.StatusCode, http.StatusInternalServerError)
}

func TestConnectionBreaks(t *testing.T) {
	for _, fate := range []recorder.Fate{recorder.Broken, recorder.Hung} {
		_, err := ask(t, fate, nil)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

func TestAnswerIsLostAfterTheEngineGaveIt(t *testing.T) {
	var answered []string
	_, err := ask(t, recorder.Lost, func(c recorder.Call) { answered = append(answered, c.String()) })
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.DeepEqual(t, answered, []string{"POST /containers/create"})
}

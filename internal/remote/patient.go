package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// patient gives a request up when nothing went over the wire for so long.
type patient struct {
	next     http.RoundTripper
	patience time.Duration // 0 is no limit
}

func (p patient) RoundTrip(request *http.Request) (*http.Response, error) {
	if p.patience <= 0 {
		return p.next.RoundTrip(request)
	}
	ctx, cut := context.WithCancelCause(request.Context())
	silent := silence{p.patience}
	timer := time.AfterFunc(p.patience, func() { cut(silent) })
	alive := func() { timer.Reset(p.patience) }
	request = request.Clone(ctx)
	if request.Body != nil {
		request.Body = &wire{ReadCloser: request.Body, ctx: ctx, alive: alive, hangUp: func() {}}
	}
	hangUp := func() {
		timer.Stop()
		cut(nil)
	}
	response, err := p.next.RoundTrip(request)
	if err != nil {
		defer hangUp()
		return nil, verdict(ctx, err)
	}
	alive()
	response.Body = &wire{ReadCloser: response.Body, ctx: ctx, alive: alive, hangUp: hangUp}
	return response, nil
}

// wire is a body that tells when something went over it.
type wire struct {
	io.ReadCloser
	ctx    context.Context
	alive  func()
	hangUp func()
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if n > 0 {
		w.alive()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = verdict(w.ctx, err)
	}
	return n, err
}

func (w *wire) Close() error {
	w.hangUp()
	return w.ReadCloser.Close()
}

// verdict is what ended a call: the silence, if it did.
func verdict(ctx context.Context, err error) error {
	var silent silence
	if errors.As(context.Cause(ctx), &silent) {
		return silent
	}
	return err
}

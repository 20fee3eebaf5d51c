package docker

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
)

func TestRefusalsSayWhatToDo(t *testing.T) {
	nobody, ann := account{registry: "r.example"}, account{registry: "r.example", known: true, user: "ann"}
	for _, test := range []struct {
		who          account
		text, expect string
		sentinel     error
	}{
		{
			who: nobody, text: "pull access denied for x", sentinel: engine.ErrNotFound,
			expect: "pull x: pull access denied for x; check the image's name; if it is private, `docker login r.example`",
		},
		{
			who: account{}, text: "pull access denied for x", sentinel: engine.ErrNotFound,
			expect: "pull x: pull access denied for x; check the image's name; if it is private, `docker login`",
		},
		{
			who: ann, text: "unauthorized: authentication required",
			expect: "pull x: unauthorized: authentication required; the registry refuses ann: check the image's name and what ann may do there, or `docker login r.example` again",
		},
		{
			who: nobody, text: "toomanyrequests: You have reached your pull rate limit.",
			expect: "pull x: toomanyrequests: You have reached your pull rate limit.; the registry limits how often one may ask without a login: `docker login r.example`, or try again later",
		},
		{
			who: ann, text: "unexpected status from HEAD request to http://r/: 429 Too Many Requests",
			expect: "pull x: unexpected status from HEAD request to http://r/: 429 Too Many Requests; the registry limits how often ann may ask: try again later",
		},
		{
			text:   "received unexpected HTTP status: 500 Internal Server Error",
			expect: "pull x: received unexpected HTTP status: 500 Internal Server Error; the registry failed 5 times in a row: try again later",
		},
		{
			text:   `Get "https://r/": dial tcp: lookup r: no such host`,
			expect: `pull x: Get "https://r/": dial tcp: lookup r: no such host; the engine cannot reach the registry: check the image's name, and the engine's network, DNS and proxy`,
		},
		{
			text: "manifest for x:9 not found: manifest unknown", sentinel: engine.ErrNotFound,
			expect: "pull x: manifest for x:9 not found: manifest unknown; check the image's name and tag",
		},
		{
			text: "An image does not exist locally with the tag: x", sentinel: engine.ErrNotFound,
			expect: "pull x: An image does not exist locally with the tag: x; build or pull it first",
		},
	} {
		var all layers
		err := all.follow(strings.NewReader(`{"error":"`+strings.ReplaceAll(test.text, `"`, `\"`)+`"}`), nil, func(bool) {})
		failed := test.who.explain((&daemon{}).translate(err, "pull x"), err)
		assert.Error(t, failed, test.expect)
		if test.sentinel != nil {
			assert.ErrorIs(t, failed, test.sentinel)
		}
	}
}

package e2e_test

import (
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// example is one of ../examples as a project of the test, with its page on a
// port that is free.
func example(t *testing.T, name, portVariable string) (p *project, page string) {
	t.Helper()
	p = newProject(t, "")
	dir, err := filepath.Abs(filepath.Join("..", "examples", name))
	assert.NilError(t, err)
	p.dir = dir
	port := driver.FreePort(t)
	p.env = append(p.env, portVariable+"="+port)
	return p, "http://127.0.0.1:" + port + "/"
}

// get waits until the server behind a published port listens, and returns the page.
func get(t *testing.T, page string) string {
	t.Helper()
	var response *http.Response
	driver.Eventually(t, page+" answering", func() bool {
		var err error
		response, err = http.Get(page)
		return err == nil
	})
	return read(t, response)
}

func post(t *testing.T, page string, values url.Values) string {
	t.Helper()
	response, err := http.PostForm(page, values)
	assert.NilError(t, err)
	return read(t, response)
}

func read(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	assert.NilError(t, err)
	assert.Equal(t, response.StatusCode, http.StatusOK, string(body))
	return string(body)
}

func TestShopTakesOrdersAndPacksThem(t *testing.T) {
	p, page := example(t, "shop", "SHOP_PORT")
	p.ok("up", "-d", "--wait")
	for range 3 {
		post(t, page+"orders", nil)
	}
	driver.Eventually(t, "packing", func() bool {
		return strings.Contains(get(t, page), "<b>3</b> orders placed, <b>3</b> packed")
	})
	assert.Equal(t, p.inspect("migrate-1").State.ExitCode, 0)

	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])

	p.ok("down")
	p.ok("up", "-d", "--wait")
	assert.Assert(t, strings.Contains(get(t, page), "<b>3</b> orders placed"))
	p.ok("down", "-v")
	assert.Equal(t, len(p.containers())+len(p.networks())+len(p.volumes()), 0)
}

func TestWikiKeepsItsPagesInPostgreSQL(t *testing.T) {
	p, page := example(t, "wiki", "WIKI_PORT")
	p.ok("up", "-d", "--wait")
	assert.Assert(t, strings.Contains(get(t, page), "This page is in PostgreSQL."))
	post(t, page+"pages", url.Values{"title": {"Stack"}, "body": {"It's up"}})
	p.ok("up", "-d", "--force-recreate", "--wait")
	assert.Assert(t, strings.Contains(get(t, page), "It&#39;s up"))
}

func TestCacheCountsVisitorsInRedis(t *testing.T) {
	p, page := example(t, "cache", "CACHE_PORT")
	p.ok("up", "-d", "--wait")
	assert.Equal(t, get(t, page), "You are visitor 1.\n")
	p.ok("up", "-d", "--force-recreate", "--wait")
	assert.Equal(t, get(t, page), "You are visitor 2.\n")
}

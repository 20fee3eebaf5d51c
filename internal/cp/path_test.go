package cp_test

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/internal/cp"
)

func TestPlaces(t *testing.T) {
	for arg, want := range map[string]cp.Place{
		"web:/etc":   {Service: "web", Path: "/etc"},
		"web:etc/":   {Service: "web", Path: "etc/"},
		"web:a:b":    {Service: "web", Path: "a:b"},
		"web:":       {Service: "web"},
		"web":        {Path: "web"},
		"./web:/etc": {Path: "./web:/etc"},
		"../a:b":     {Path: "../a:b"},
		"/a:b":       {Path: "/a:b"},
		"-":          {Path: "-"},
	} {
		assert.Check(t, is.DeepEqual(cp.ParsePlace(arg), want), "%s", arg)
	}
}

func TestLocalPathsKeepTheirEnd(t *testing.T) {
	for name, want := range map[string]string{
		"a":     "/work/a",
		"a/":    "/work/a/",
		"a/.":   "/work/a/.",
		".":     "/work/.",
		"..":    "/",
		"/b//c": "/b/c",
		"./x/":  "/work/x/",
	} {
		assert.Check(t, is.Equal(cp.Local("/work", name), want), "%s", name)
	}
}

package support_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project/support"
)

func TestFind(t *testing.T) {
	for _, test := range []struct{ model, found string }{
		{`{"services": {"web": {"image": "x", "healthcheck": {"interval": "1s"}}}}`, ""},
		{`{"services": {"web": {"healthcheck": {"start_interval": "1s"}}}}`, "services.web.healthcheck.start_interval"},
		{`{"services": {"web": {"umask": 0}}}`, "services.web.umask"},
		{`{"services": {"web": {"pre_start": [{"image": "x"}, {"umask": 1}]}}}`, "services.web.pre_start.1.umask"},
		{`{"services": {"web": {"deploy": {"mode": "replicated", "placement": {"preferences": [], "x": {}}}}}}`, ""},
		{`{"services": {"web": {"deploy": {"mode": "global", "placement": {"constraints": ["a", "b"]}}}}}`,
			"services.web.deploy.mode services.web.deploy.placement"},
		{`{"services": {"web": {"volumes": [{"type": "bind"}, {"type": "image", "image": {"subpath": "x"}}]}}}`,
			"services.web.volumes.1.image.subpath services.web.volumes.1.type"},
		{`{"services": {"web": {"volumes_from": ["db", "db:ro"]}}}`, "services.web.volumes_from.1"},
		{`{"services": {"web": {"devices": [{"source": "/dev/a=b/c"}, {"source": "vendor.com/gpu=0"}]}}}`, "services.web.devices.1.source"},
		{`{"networks": {"a": {"enable_ipv4": true}, "b": {"enable_ipv4": false}}}`, "networks.b.enable_ipv4"},
		{`{"jobs": {"once": {"image": "x", "umask": 1}, "twice": {"image": "x"}}}`, "jobs"},
		{`{"services": {"web": {"x-umask": 1, "labels": {"umask": "1"}}}, "x-jobs": {"a": 1}}`, ""},
	} {
		var model map[string]any
		assert.NilError(t, json.Unmarshal([]byte(test.model), &model))
		found, err := support.Find(model, support.Plain)
		assert.NilError(t, err)
		var places []string
		for _, each := range found {
			places = append(places, strings.Join(each.At, "."))
		}
		assert.Equal(t, strings.Join(places, " "), test.found, test.model)
	}
}

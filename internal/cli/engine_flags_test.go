package cli

import (
	"testing"

	"github.com/spf13/pflag"
	"gotest.tools/v3/assert"
)

func TestFlagsForTheEngineAreItsVariables(t *testing.T) {
	for _, c := range []struct{ args, want []string }{
		{nil, []string{"A=b", "DOCKER_HOST=tcp://old", "DOCKER_CONTEXT=old"}},
		{[]string{"-H", "tcp://new"}, []string{"A=b", "DOCKER_HOST=tcp://new"}},
		{[]string{"--context", "new"}, []string{"A=b", "DOCKER_CONTEXT=new"}},
		{[]string{"-c", "default"}, []string{"A=b", "DOCKER_HOST=tcp://old", "DOCKER_CONTEXT=default"}},
		{[]string{"--config", "/etc/docker", "--tls", "--tlsverify"}, []string{
			"A=b", "DOCKER_HOST=tcp://old", "DOCKER_CONTEXT=old", "DOCKER_CONFIG=/etc/docker", "DOCKER_TLS=1", "DOCKER_TLS_VERIFY=1",
		}},
	} {
		var e engineFlags
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		e.register(flags)
		assert.NilError(t, flags.Parse(c.args))
		assert.NilError(t, e.check())
		before := Process{Environ: []string{"A=b", "DOCKER_HOST=tcp://old", "DOCKER_CONTEXT=old"}}
		assert.DeepEqual(t, e.environ(before), c.want)
		assert.Equal(t, before.getenv("DOCKER_HOST"), "tcp://old", "the caller's is left alone")
	}
}

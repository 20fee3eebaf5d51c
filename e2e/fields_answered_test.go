package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// answered are fields that not every machine can honour: the engine holds them,
// or says that it cannot.
var answered = []struct {
	service string // a line of it
	words   string // of the engine, where it cannot
	proof
}{
	{
		service: "cpu_rt_period: 1000000\n    cpu_rt_runtime: 10000", words: "real-time",
		proof: proof{fields: ".cpu_rt_period", at: "HostConfig/CpuRealtimePeriod", want: "1000000"},
	},
	{
		service: "cpu_rt_period: 1000000\n    cpu_rt_runtime: 10000", words: "real-time",
		proof: proof{fields: ".cpu_rt_runtime", at: "HostConfig/CpuRealtimeRuntime", want: "10000"},
	},
	{
		service: `storage_opt: {size: 1G}`, words: "--storage-opt is supported only",
		proof: proof{fields: ".storage_opt", at: "HostConfig/StorageOpt", want: `{"size": "1G"}`},
	},
	{
		service: `volumes: [{type: npipe, source: '\\.\pipe\x', target: '\\.\pipe\x'}]`, words: "mount type unknown",
		proof: proof{fields: ".volumes[].type=npipe", at: "HostConfig/Mounts/#0/Type", want: `"npipe"`},
	},
	{
		service: "platform: plan9/mips", words: "plan9",
		proof: proof{fields: ".platform", at: "Platform", want: `"plan9"`},
	},
}

func TestFieldsThatTheMachineMayNotHave(t *testing.T) {
	for _, test := range answered {
		t.Run(test.fields, func(t *testing.T) {
			p := newProject(t, fmt.Sprintf("services:\n  web:\n    image: busybox\n    pull_policy: never\n    %s\n", test.service))
			r := p.run("up", "--no-start")
			if r.Code == 0 {
				test.of = "web"
				p.prove(test.proof)
				return
			}
			assert.Assert(t, strings.Contains(r.Stderr, test.words), r.Stderr)
		})
	}
}

// TestIPv4CanBeTurnedOff is apart from the other fields of networks: it is an
// experiment of the engines that can.
func TestIPv4CanBeTurnedOff(t *testing.T) {
	p := newProject(t, "services: {web: {image: busybox}}\nnetworks: {default: {enable_ipv4: false, enable_ipv6: true,"+
		" ipam: {config: [{subnet: 'fd00:213:8::/64'}]}}}\n")
	r := p.run("up", "--no-start")
	switch {
	case readSupport(t).tooOld(proof{fields: "networks.*.enable_ipv4=false"}):
		assert.Equal(t, r.Code, 0, r.Stderr)
		assert.Assert(t, saysTooOld(r.Stderr, "networks.default.enable_ipv4", "1.48"), r.Stderr)
	case r.Code == 0:
		p.prove(proof{of: "network default", at: "EnableIPv4", want: "false"})
	default:
		assert.Assert(t, strings.Contains(r.Stderr, "IPv4 address assignment"), r.Stderr)
	}
}

package servicespec_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/project/support"
	"github.com/stackctl/stack/state"
)

// examples set a field of the service web, in YAML's flow style.
var examples = map[string]string{
	"annotations":                          "annotations: {a: b}",
	"blkio_config":                         "blkio_config: {weight: 300}",
	"cap_add":                              "cap_add: [net_admin]",
	"cap_drop":                             "cap_drop: [CHOWN]",
	"cgroup":                               "cgroup: host",
	"cgroup_parent":                        "cgroup_parent: x",
	"command":                              "command: [a, b]",
	"configs":                              "configs: [conf]",
	"configs[].gid":                        "configs: [{source: conf, gid: '3'}]",
	"configs[].mode":                       "configs: [{source: conf, mode: 0400}]",
	"configs[].source":                     "configs: [{source: conf}]",
	"configs[].target":                     "configs: [{source: conf, target: /etc/x}]",
	"configs[].uid":                        "configs: [{source: conf, uid: '3'}]",
	"container_name":                       "container_name: xx",
	"cpu_count":                            "cpu_count: 2",
	"cpu_percent":                          "cpu_percent: 20",
	"cpu_period":                           "cpu_period: 2000",
	"cpu_quota":                            "cpu_quota: 2000",
	"cpu_rt_period":                        "cpu_rt_period: 2000",
	"cpu_rt_runtime":                       "cpu_rt_runtime: 2000",
	"cpu_shares":                           "cpu_shares: 20",
	"cpus":                                 "cpus: 0.1",
	"cpuset":                               "cpuset: '0'",
	"deploy.endpoint_mode":                 "deploy: {endpoint_mode: dnsrr}",
	"deploy.labels":                        "deploy: {labels: {a: b}}",
	"deploy.mode":                          "deploy: {mode: global}",
	"deploy.placement":                     "deploy: {placement: {constraints: [node.role==manager]}}",
	"deploy.placement.constraints":         "deploy: {placement: {constraints: [node.role==manager]}}",
	"deploy.placement.preferences":         "deploy: {placement: {preferences: [{spread: node.labels.zone}]}}",
	"deploy.replicas":                      "deploy: {replicas: 4}",
	"deploy.resources.limits.cpus":         "deploy: {resources: {limits: {cpus: '0.5'}}}",
	"deploy.resources.limits.memory":       "deploy: {resources: {limits: {memory: 50M}}}",
	"deploy.resources.limits.pids":         "deploy: {resources: {limits: {pids: 50}}}",
	"deploy.resources.reservations.cpus":   "deploy: {resources: {reservations: {cpus: '0.5'}}}",
	"deploy.resources.reservations.memory": "deploy: {resources: {reservations: {memory: 50M}}}",
	"deploy.resources.reservations.generic_resources": "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]}}}",
	"deploy.placement.max_replicas_per_node":          "deploy: {placement: {max_replicas_per_node: 2}}",
	"deploy.restart_policy.condition":                 "deploy: {restart_policy: {condition: on-failure}}",
	"deploy.restart_policy.delay":                     "deploy: {restart_policy: {delay: 7s}}",
	"deploy.restart_policy.max_attempts":              "deploy: {restart_policy: {max_attempts: 7}}",
	"deploy.restart_policy.window":                    "deploy: {restart_policy: {window: 7s}}",
	"deploy.rollback_config.delay":                    "deploy: {rollback_config: {delay: 7s}}",
	"deploy.rollback_config.failure_action":           "deploy: {rollback_config: {failure_action: continue}}",
	"deploy.rollback_config.max_failure_ratio":        "deploy: {rollback_config: {max_failure_ratio: 0.5}}",
	"deploy.rollback_config.monitor":                  "deploy: {rollback_config: {monitor: 7s}}",
	"deploy.rollback_config.order":                    "deploy: {rollback_config: {order: start-first}}",
	"deploy.rollback_config.parallelism":              "deploy: {rollback_config: {parallelism: 2}}",
	"deploy.update_config.delay":                      "deploy: {update_config: {delay: 7s}}",
	"deploy.update_config.failure_action":             "deploy: {update_config: {failure_action: continue}}",
	"deploy.update_config.max_failure_ratio":          "deploy: {update_config: {max_failure_ratio: 0.5}}",
	"deploy.update_config.monitor":                    "deploy: {update_config: {monitor: 7s}}",
	"deploy.update_config.order":                      "deploy: {update_config: {order: start-first}}",
	"deploy.update_config.parallelism":                "deploy: {update_config: {parallelism: 2}}",
	"dns":                                             "dns: [1.1.1.1]",
	"dns_opt":                                         "dns_opt: [ndots:1]",
	"dns_search":                                      "dns_search: [x.example]",
	"domainname":                                      "domainname: x.example",
	"entrypoint":                                      "entrypoint: [a]",
	"environment":                                     "environment: {A: b}",
	"extra_hosts":                                     "extra_hosts: {a: 1.1.1.1}",
	"group_add":                                       "group_add: [adm]",
	"healthcheck.disable":                             "healthcheck: {disable: true}",
	"healthcheck.interval":                            "healthcheck: {interval: 7s}",
	"healthcheck.retries":                             "healthcheck: {retries: 7}",
	"healthcheck.start_interval":                      "healthcheck: {start_period: 9s, start_interval: 7s}",
	"healthcheck.start_period":                        "healthcheck: {start_period: 7s}",
	"healthcheck.test":                                "healthcheck: {test: [CMD, x]}",
	"healthcheck.timeout":                             "healthcheck: {timeout: 7s}",
	"hostname":                                        "hostname: x",
	"image":                                           "image: other",
	"init":                                            "init: true",
	"isolation":                                       "isolation: process",
	"labels":                                          "labels: {a: b}",
	"logging.driver":                                  "logging: {driver: syslog}",
	"logging.options":                                 "logging: {options: {max-size: 1m}}",
	"mem_limit":                                       "mem_limit: 50M",
	"mem_reservation":                                 "mem_reservation: 50M",
	"mem_swappiness":                                  "mem_swappiness: 7",
	"memswap_limit":                                   "memswap_limit: 70M",
	"network_mode=bridge":                             "network_mode: bridge",
	"network_mode=host":                               "network_mode: host",
	"networks":                                        "networks: [front]",
	"networks.*.aliases":                              "networks: {default: {aliases: [x]}}",
	"networks.*.driver_opts":                          "networks: {default: {driver_opts: {a: b}}}",
	"networks.*.gw_priority":                          "networks: {default: {gw_priority: 7}}",
	"networks.*.interface_name":                       "networks: {default: {interface_name: eth7}}",
	"networks.*.priority":                             "networks: {default: {priority: 7}}",
	"networks.*.use_service_name_alias":               "networks: {default: {use_service_name_alias: false}}",
	"oom_kill_disable":                                "oom_kill_disable: true",
	"oom_score_adj":                                   "oom_score_adj: 7",
	"pids_limit":                                      "pids_limit: 7",
	"platform":                                        "platform: linux/arm64",
	"ports":                                           "ports: ['80']",
	"ports[].host_ip=0.0.0.0":                         "ports: ['0.0.0.0:80:80']",
	"ports[].host_ip=::":                              "ports: ['[::]:80:80']",
	"ports[].mode":                                    "ports: [{target: 80, mode: host}]",
	"ports[].protocol":                                "ports: [{target: 80, protocol: udp}]",
	"ports[].published":                               "ports: [{target: 80, published: 8080}]",
	"ports[].target":                                  "ports: [{target: 80}]",
	"pull_policy":                                     "pull_policy: never",
	"read_only":                                       "read_only: true",
	"restart":                                         "restart: on-failure",
	"scale":                                           "scale: 3",
	"secrets":                                         "secrets: [word]",
	"secrets[].gid":                                   "secrets: [{source: word, gid: '3'}]",
	"secrets[].mode":                                  "secrets: [{source: word, mode: 0400}]",
	"secrets[].source":                                "secrets: [{source: word}]",
	"secrets[].target":                                "secrets: [{source: word, target: x}]",
	"secrets[].uid":                                   "secrets: [{source: word, uid: '3'}]",
	"security_opt=apparmor[=:]unconfined":             "security_opt: ['apparmor:unconfined']",
	"security_opt=label[=:]*":                         "security_opt: ['label:disable']",
	"security_opt=no-new-privileges*":                 "security_opt: ['no-new-privileges:true']",
	"security_opt=seccomp[=:]unconfined":              "security_opt: ['seccomp=unconfined']",
	"shm_size":                                        "shm_size: 128M",
	"stdin_open":                                      "stdin_open: true",
	"stop_grace_period":                               "stop_grace_period: 7s",
	"stop_signal":                                     "stop_signal: SIGINT",
	"storage_opt":                                     "storage_opt: {size: 1G}",
	"sysctls":                                         "sysctls: {net.core.somaxconn: '7'}",
	"tmpfs":                                           "tmpfs: ['/run:size=1m,mode=1777']",
	"tty":                                             "tty: true",
	"ulimits":                                         "ulimits: {nofile: 7}",
	"ulimits.*.hard":                                  "ulimits: {nofile: {soft: 7, hard: 8}}",
	"ulimits.*.soft":                                  "ulimits: {nofile: {soft: 7, hard: 8}}",
	"user":                                            "user: '7'",
	"volumes":                                         "volumes: ['data:/d']",
	"volumes[].bind.propagation":                      "volumes: [{type: bind, source: /x, target: /y, bind: {propagation: rslave}}]",
	"volumes[].bind.recursive":                        "volumes: [{type: bind, source: /x, target: /y, bind: {recursive: disabled}}]",
	"volumes[].consistency":                           "volumes: [{type: bind, source: /x, target: /y, consistency: cached}]",
	"volumes[].bind.selinux":                          "volumes: [{type: bind, source: /x, target: /y, bind: {selinux: z}}]",
	"volumes[].read_only":                             "volumes: [{type: volume, source: data, target: /d, read_only: true}]",
	"volumes[].source":                                "volumes: [{type: volume, source: data, target: /d}]",
	"volumes[].target":                                "volumes: [{type: volume, source: data, target: /d}]",
	"volumes[].tmpfs.mode":                            "volumes: [{type: tmpfs, target: /d, tmpfs: {mode: 0700}}]",
	"volumes[].tmpfs.size":                            "volumes: [{type: tmpfs, target: /d, tmpfs: {size: 1m}}]",
	"volumes[].type":                                  "volumes: [{type: tmpfs, target: /d}]",
	"volumes[].type=bind":                             "volumes: [{type: bind, source: /x, target: /y}]",
	"volumes[].type=cluster":                          "volumes: [{type: cluster, source: data, target: /d}]",
	"volumes[].type=npipe":                            "volumes: [{type: npipe, source: /x, target: /y}]",
	"volumes[].volume.labels":                         "volumes: [{type: volume, target: /d, volume: {labels: {a: b}}}]",
	"volumes[].volume.nocopy":                         "volumes: [{type: volume, source: data, target: /d, volume: {nocopy: true}}]",
	"volumes[].volume.subpath":                        "volumes: [{type: volume, source: data, target: /d, volume: {subpath: x}}]",
	"working_dir":                                     "working_dir: /x",
}

// bases are what an example is compared with, by what its field is below: the
// thing that has the field, without it. Others are compared with a service that
// has nothing but an image.
var bases = []struct{ fields, base string }{
	{"volumes[].bind volumes[].consistency", "volumes: [{type: bind, source: /x, target: /y}]"},
	{"volumes[].volume.labels", "volumes: [{type: volume, target: /d}]"},
	{"volumes[].volume volumes[].read_only", "volumes: [{type: volume, source: data, target: /d}]"},
	{"volumes[].tmpfs", "volumes: [{type: tmpfs, target: /d}]"},
	{"configs[].gid configs[].uid configs[].mode configs[].target", "configs: [conf]"},
	{"secrets[].gid secrets[].uid secrets[].mode secrets[].target", "secrets: [word]"},
	{"ports[].mode ports[].protocol ports[].published", "ports: [{target: 80}]"},
	{"healthcheck.start_interval", "healthcheck: {start_period: 9s}"},
	{"deploy.update_config", "deploy: {update_config: {}}"},
	{"deploy.rollback_config", "deploy: {rollback_config: {}}"},
}

func baseOf(field string) string {
	for _, b := range bases {
		if slices.ContainsFunc(strings.Fields(b.fields), func(path string) bool { return below(field, path) }) {
			return b.base
		}
	}
	return ""
}

// besides are the fields that say something else than what a service's tasks
// are: what is loaded, built and waited for, and hints for people. With each is
// all that is below it.
var besides = []string{
	"env_file", "label_file", "attach", "profiles", "extends", "depends_on", "build", "expose", "links",
	"ports[].name", "ports[].app_protocol", "volumes[].type=npipe",
}

// TestTheTableSaysWhatBecomesOfFields sets each field of a service that a Swarm
// is said to honour, to map or to leave out, and looks at what its service is.
func TestTheTableSaysWhatBecomesOfFields(t *testing.T) {
	groups, err := support.Table()
	assert.NilError(t, err)
	for _, group := range groups {
		for _, f := range group.Fields {
			field, ofService := strings.CutPrefix(f.Name(), "services.*.")
			if !ofService || f.OnSwarm.Fate == support.FateRefused || slices.ContainsFunc(besides, func(path string) bool { return below(field, path) }) {
				continue
			}
			example, has := examples[field]
			if !has {
				assert.Check(t, covered(field), "no example sets %s", field)
				continue
			}
			was, is := specWith(t, baseOf(field)), specWith(t, example)
			changed := text(t, was) != text(t, is)
			assert.Check(t, changed == (f.OnSwarm.Fate != support.FateLeftOut), "%s is %s, and the service is another one: %t", field, f.OnSwarm.Fate, changed)
			unseen := len(servicespec.Differences(was.Spec, is.Spec)) == 0
			assert.Check(t, changed != unseen || slices.Contains(alike, field), "%s: no difference is seen: %t", field, unseen)
		}
	}
	for field := range examples {
		assert.Check(t, slices.ContainsFunc(groups, func(g support.Group) bool {
			return slices.ContainsFunc(g.Fields, func(f support.Field) bool { return f.Name() == "services.*."+field })
		}), "the table has no %s", field)
	}
}

// alike are the fields that make no other tasks: what a registry is asked, and
// what no Linux engine has a use for.
var alike = []string{"pull_policy", "volumes[].consistency"}

// covered is true for a field that an example sets with what it is below, or
// with what is below it.
func covered(field string) bool {
	for other := range examples {
		if below(field, other) || below(other, field) {
			return true
		}
	}
	return slices.Contains([]string{"deploy.mode=global", "deploy.mode=*-job", "volumes[].bind.create_host_path", "pull_refresh_after", "develop"}, strings.SplitN(field, ".watch", 2)[0])
}

func below(field, path string) bool {
	return field == path || strings.HasPrefix(field, path+".") || strings.HasPrefix(field, path+"[") || strings.HasPrefix(field, path+"=")
}

// specWith is the specification of the service web with a field set.
func specWith(t *testing.T, field string) state.ServiceSpec {
	t.Helper()
	if !strings.HasPrefix(field, "image:") {
		field = "image: x\n    " + field
	}
	desired, service := load(t, fmt.Sprintf(`
services:
  web:
    %s
networks: {front: {}}
volumes: {data: {}}
configs: {conf: {content: a}}
secrets: {word: {environment: WORD}}
`, field))
	spec, err := servicespec.Of(desired, service, servicespec.Options{})
	assert.NilError(t, err, field)
	return spec
}

func text(t *testing.T, spec state.ServiceSpec) string {
	t.Helper()
	b, err := json.Marshal(spec)
	assert.NilError(t, err)
	return string(b)
}

// load is what a compose file wants of a Swarm, and the service that it names
// first.
func load(t *testing.T, file string) (state.Desired, state.Service) {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{
		Dir: "/", Files: []string{"-"}, Stdin: strings.NewReader(file), Name: "shop", Environ: []string{"WORD=hush"},
	})
	assert.NilError(t, err, file)
	desired, err := p.Desired(project.DesiredOptions{Swarm: true})
	assert.NilError(t, err, file)
	return desired, desired.Services[0]
}

package state

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"
)

// serviceKeys are a service's keys in the order in which Docker Compose v5.5
// writes them, in its output and in what it hashes. compose-go has since
// grouped its fields in another way. Keys that are not here come last.
const serviceKeys = `
	name profiles annotations attach build develop blkio_config cap_add cap_drop cgroup_parent
	cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpus cpuset
	cpu_shares command configs container_name credential_spec depends_on deploy device_cgroup_rules
	devices dns dns_opt dns_search dockerfile domainname entrypoint provider environment env_file
	expose extends external_links extra_hosts group_add gpus hostname healthcheck image init ipc
	isolation labels label_file links logging log_driver log_opt mem_limit mem_reservation
	memswap_limit mem_swappiness mac_address models net network_mode networks oom_kill_disable
	oom_score_adj pid pids_limit platform ports privileged pull_policy read_only restart runtime
	scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls
	tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from
	working_dir pre_start post_start pre_stop
`

// orderedService is a struct type with the fields of types.ServiceConfig, tags
// included, in the order of serviceKeys.
var orderedService = sync.OnceValues(func() (reflect.Type, [][]int) {
	rank := map[string]int{}
	for i, key := range strings.Fields(serviceKeys) {
		rank[key] = i - len(serviceKeys)
	}
	fields := slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[types.ServiceConfig]()),
		func(f reflect.StructField) bool { return f.Anonymous })
	slices.SortStableFunc(fields, func(a, b reflect.StructField) int { return rank[yamlKey(a)] - rank[yamlKey(b)] })
	indexes := make([][]int, len(fields))
	for i, f := range fields {
		indexes[i] = f.Index
		fields[i] = reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag}
	}
	return reflect.StructOf(fields), indexes
})

func yamlKey(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

// InOrder is a service as a value that marshals with its keys in Docker
// Compose's order.
func InOrder(s types.ServiceConfig) any {
	s.Name = "" // the key that it is under
	t, indexes := orderedService()
	from, to := reflect.ValueOf(s), reflect.New(t).Elem()
	for i, index := range indexes {
		to.Field(i).Set(from.FieldByIndex(index))
	}
	return to.Interface()
}

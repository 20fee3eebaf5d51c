package docker

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/container"

	"github.com/stackctl/stack/state"
)

// resources maps the limits of a service; those under deploy win.
func resources(s types.ServiceConfig) container.Resources {
	l := state.LimitsOf(s)
	r := container.Resources{
		CgroupParent:       s.CgroupParent,
		Memory:             l.Memory,
		MemorySwap:         l.MemorySwap,
		MemoryReservation:  l.MemoryReservation,
		OomKillDisable:     &s.OomKillDisable,
		BlkioWeight:        l.BlkioWeight,
		CPUCount:           s.CPUCount,
		CPUPeriod:          l.CPUPeriod,
		CPUQuota:           l.CPUQuota,
		CPURealtimePeriod:  l.CPURealtimePeriod,
		CPURealtimeRuntime: l.CPURealtimeRuntime,
		CPUShares:          l.CPUShares,
		NanoCPUs:           l.NanoCPUs,
		CPUPercent:         int64(s.CPUPercent),
		CpusetCpus:         l.CpusetCpus,
		DeviceCgroupRules:  s.DeviceCgroupRules,
		Ulimits:            ulimits(s.Ulimits),
	}
	if s.MemSwappiness != 0 {
		swappiness := int64(s.MemSwappiness)
		r.MemorySwappiness = &swappiness
	}
	if l.PidsLimit != 0 {
		r.PidsLimit = &l.PidsLimit
	}
	blockIO(s.BlkioConfig, &r)
	if s.Deploy != nil {
		reservations(s.Deploy.Resources.Reservations, &r)
	}
	devices(s, &r)
	return r
}

// reservations of CPUs have no meaning for a single engine.
func reservations(reserved *types.Resource, r *container.Resources) {
	if reserved == nil {
		return
	}
	for _, device := range reserved.Devices {
		r.DeviceRequests = append(r.DeviceRequests, deviceRequest(device, device.Capabilities))
	}
}

func devices(s types.ServiceConfig, r *container.Resources) {
	var names []string
	for _, device := range s.Devices {
		if device.Source == device.Target && qualifiedCDI(device.Source) {
			names = append(names, device.Source)
			continue
		}
		r.Devices = append(r.Devices, container.DeviceMapping{
			PathOnHost: device.Source, PathInContainer: device.Target, CgroupPermissions: device.Permissions,
		})
	}
	if len(names) > 0 {
		r.DeviceRequests = append(r.DeviceRequests, container.DeviceRequest{Driver: "cdi", DeviceIDs: names})
	}
	for _, gpu := range s.Gpus {
		r.DeviceRequests = append(r.DeviceRequests, deviceRequest(gpu, append(slices.Clone(gpu.Capabilities), "gpu")))
	}
}

func deviceRequest(d types.DeviceRequest, capabilities []string) container.DeviceRequest {
	return container.DeviceRequest{
		Driver: d.Driver, Count: int(d.Count), DeviceIDs: d.IDs, Options: d.Options,
		Capabilities: [][]string{capabilities},
	}
}

// qualifiedCDI is true for vendor.com/class=name, the Container Device
// Interface's form of a name.
func qualifiedCDI(name string) bool {
	kind, device, ok := strings.Cut(name, "=")
	vendor, class, slash := strings.Cut(kind, "/")
	return ok && slash && vendor != "" && class != "" && device != "" && !strings.Contains(class, "/")
}

func ulimits(configured map[string]*types.UlimitsConfig) []*container.Ulimit {
	var list []*container.Ulimit
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		u := configured[name]
		if u == nil {
			continue
		}
		limit := &container.Ulimit{Name: name, Soft: int64(u.Single), Hard: int64(u.Single)}
		if u.Soft != 0 {
			limit.Soft = int64(u.Soft)
		}
		if u.Hard != 0 {
			limit.Hard = int64(u.Hard)
		}
		list = append(list, limit)
	}
	return list
}

func blockIO(config *types.BlkioConfig, r *container.Resources) {
	if config == nil {
		return
	}
	for _, device := range config.WeightDevice {
		r.BlkioWeightDevice = append(r.BlkioWeightDevice, &blkiodev.WeightDevice{Path: device.Path, Weight: device.Weight})
	}
	r.BlkioDeviceReadBps = throttles(config.DeviceReadBps)
	r.BlkioDeviceReadIOps = throttles(config.DeviceReadIOps)
	r.BlkioDeviceWriteBps = throttles(config.DeviceWriteBps)
	r.BlkioDeviceWriteIOps = throttles(config.DeviceWriteIOps)
}

func throttles(devices []types.ThrottleDevice) []*blkiodev.ThrottleDevice {
	var list []*blkiodev.ThrottleDevice
	for _, device := range devices {
		list = append(list, &blkiodev.ThrottleDevice{Path: device.Path, Rate: uint64(max(device.Rate, 0))})
	}
	return list
}

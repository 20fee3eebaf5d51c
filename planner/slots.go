package planner

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stackctl/stack/state"
)

// slot is the place of one replica, and the containers that are in it: one, or
// more after a run that did not end.
type slot struct {
	ref        state.Ref
	name       string // canonical
	containers []state.Container
}

// slotsOf says which replicas are wanted and which are too many. Replicas that
// are there are kept, lowest numbers first; new ones take the lowest free
// numbers.
func slotsOf(project state.Project, service state.Service, containers []state.Container) (wanted, surplus []slot) {
	if service.OneOff != nil {
		return []slot{{ref: state.ContainerRef(service.Name, 0), name: service.OneOff.Name}}, nil
	}
	byNumber := map[int][]state.Container{}
	for _, c := range containers {
		byNumber[c.Number] = append(byNumber[c.Number], c)
	}
	make1 := func(number int) slot {
		return slot{
			ref:        state.ContainerRef(service.Name, number),
			name:       cmp.Or(service.Config.ContainerName, project.ContainerName(service.Name, number)),
			containers: byNumber[number],
		}
	}
	numbers := slices.Sorted(maps.Keys(byNumber))
	kept := min(service.Replicas, len(numbers))
	for _, number := range numbers[kept:] {
		surplus = append(surplus, make1(number))
	}
	numbers = numbers[:kept]
	for number := 1; len(numbers) < service.Replicas; number++ {
		if !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		wanted = append(wanted, make1(number))
	}
	return wanted, surplus
}

// byFitness puts first the container that a slot goes on from: one that runs
// before one that does not, then the one with the canonical name.
func (s slot) byFitness() []state.Container {
	return slices.SortedFunc(slices.Values(s.containers), func(a, b state.Container) int {
		return cmp.Or(
			-compareBool(a.Running(), b.Running()),
			-compareBool(a.Name == s.name, b.Name == s.name),
			compareContainers(a, b),
		)
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

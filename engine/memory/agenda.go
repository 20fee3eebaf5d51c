package memory

import (
	"container/heap"
	"slices"
	"time"
)

// agenda is what is due, earliest first, so that an engine with many containers
// need not look at all of them. An entry whose container has other things to do
// by then is dropped when it comes up.
type agenda struct {
	all  appointments
	loud appointments // those that somebody could notice
}

// appointment is a time at which something is due of a container.
type appointment struct {
	at time.Time
	c  *container
}

type appointments []appointment

func (a appointments) Len() int { return len(a) }

// Less has of two at the same time the container first that was created first.
func (a appointments) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].c.Serial < a[j].c.Serial
}

func (a appointments) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is heap's.
func (a *appointments) Push(x any) { *a = append(*a, x.(appointment)) }

// Pop is heap's.
func (a *appointments) Pop() any {
	last := (*a)[len(*a)-1]
	*a = slices.Delete(*a, len(*a)-1, len(*a))
	return last
}

// add notes something that is due of a container.
func (a *agenda) add(c *container, d due) {
	heap.Push(&a.all, appointment{d.At, c})
	if !d.Quiet {
		heap.Push(&a.loud, appointment{d.At, c})
	}
}

// enter notes all that is due of a container that comes into the world.
func (a *agenda) enter(c *container) {
	c.agenda = a
	for _, d := range c.Due {
		a.add(c, d)
	}
}

// first is the container with the earliest due, nil where nothing is due; of two
// at the same time, the one that was created first.
func (a *agenda) first() *container {
	for len(a.all) > 0 {
		if next := a.all[0]; len(next.c.Due) > 0 && next.c.Due[0].At.Equal(next.at) {
			return next.c
		}
		heap.Pop(&a.all)
	}
	return nil
}

// next is when something is due that can be noticed, zero if nothing is.
func (a *agenda) next() time.Time {
	for len(a.loud) > 0 {
		next := a.loud[0]
		if slices.ContainsFunc(next.c.Due, func(d due) bool { return !d.Quiet && d.At.Equal(next.at) }) {
			return next.at
		}
		heap.Pop(&a.loud)
	}
	return time.Time{}
}

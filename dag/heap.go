package dag

import (
	"cmp"
	"container/heap"
)

// minHeap gives its smallest node first.
type minHeap[K cmp.Ordered] []K

func (h *minHeap[K]) push(node K) { heap.Push(heapOrder[K]{h}, node) }
func (h *minHeap[K]) pop() K      { return heap.Pop(heapOrder[K]{h}).(K) }

// heapOrder is what container/heap wants to see of a minHeap.
type heapOrder[K cmp.Ordered] struct{ nodes *minHeap[K] }

func (o heapOrder[K]) Len() int           { return len(*o.nodes) }
func (o heapOrder[K]) Less(i, j int) bool { return (*o.nodes)[i] < (*o.nodes)[j] }
func (o heapOrder[K]) Swap(i, j int) {
	(*o.nodes)[i], (*o.nodes)[j] = (*o.nodes)[j], (*o.nodes)[i]
}
func (o heapOrder[K]) Push(x any) { *o.nodes = append(*o.nodes, x.(K)) }
func (o heapOrder[K]) Pop() any {
	last := len(*o.nodes) - 1
	node := (*o.nodes)[last]
	*o.nodes = (*o.nodes)[:last]
	return node
}

// Package reconciler carries plans out.
//
// [Executor] runs the nodes of a plan, each when all that it comes after has
// succeeded, and decides nothing: what to do is in the plan. [Executor.Reconcile]
// is the whole way once: observe, plan, execute.
package reconciler

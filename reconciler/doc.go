// Package reconciler carries plans out.
//
// [Executor] runs the nodes of a plan, each when all that it comes after has
// succeeded, and decides nothing: what to do is in the plan. [Executor.Reconcile]
// is the whole way: observe, plan, execute, and again where a plan says so or was
// overtaken.
package reconciler

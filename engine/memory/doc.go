// Package memory is an engine that holds everything in memory.
//
// It does to names, networks, volumes, ports, restarts, health and events what
// Docker Engine does, as far as the roles of package engine can see, and runs
// no process. Containers run for ever and are ready at once; one that is meant
// to end (state.ContainerSpec.OneShot) ends with 0 as soon as it started. A
// container whose command is made of the shell's simplest words (echo, sleep,
// exit, true, false, touch, cat, test -f, trap SIGNAL, with sh -c, ; and
// &&) does what it says instead, and ends at its stop signal unless it traps it,
// as it would under an init. Anything else is told with [Options], or with
// labels of the container:
//
//	dev.stack.memory.start-delay    how long its start takes: 500ms
//	dev.stack.memory.start-error    its start fails with this text
//	dev.stack.memory.ready-after    how long after its start its healthcheck succeeds: 2s
//	dev.stack.memory.never-healthy  "true": its healthcheck never succeeds
//	dev.stack.memory.probe-fails    "true": its healthcheck succeeds for the engine only, not with exec
//	dev.stack.memory.exit-after     how long after its start it ends: 1s
//	dev.stack.memory.exit-code      what it ends with; at once where exit-after is not set
//	dev.stack.memory.stop-takes     how long it takes to end when it is stopped: 3s
//	dev.stack.memory.output         the lines that it prints when it starts
//
// Every image can be pulled, and every build succeeds, unless [Options] or the
// variables STACK_MEMORY_PULL_ERRORS and STACK_MEMORY_BUILD_ERRORS (see
// [OptionsFrom]) say otherwise. What is pulled has its name as its content, or
// what was pushed under it.
//
// With nodes ([Options], or STACK_MEMORY_NODES=3) it is a Swarm: it does with
// services and their tasks what Docker's does, at once where nothing says that
// it takes time. The labels above are then those of the services' containers
// (labels, not deploy.labels). Nodes go away, come back, and are drained or
// labelled with the methods of [Memory].
//
// Time is package time's, so that it is virtual in a bubble of testing/synctest.
// There is no goroutine and no timer while no call is in progress: what
// happened in the meantime is worked out from timestamps when somebody looks.
// A state that was saved to a file therefore goes on living between processes.
package memory

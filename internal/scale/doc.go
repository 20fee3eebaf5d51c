// Package scale measures how stack's time and memory grow with the services,
// tasks and nodes of a Swarm: see docs/scale.md. It has nothing but tests.
package scale

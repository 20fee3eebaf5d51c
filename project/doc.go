// Package project loads compose files and says what they want.
//
// [Load] finds and reads the files as Docker Compose does, checks them, and
// returns a [Project]. What is wrong with the files is reported together, as
// [Errors], each with its place. [Project.Desired] turns the project into what
// the planner takes; [Project.YAML] and its neighbours print it.
//
// Compose files that are elsewhere are fetched by the [Remote]s that Options
// name; the package itself asks no network.
//
// Parsing, merging and interpolation are compose-go's. The checks between
// parts of a project (references, cycles, exclusive settings) are this
// package's own: they collect everything at once, know where it is written,
// and take linear time.
package project

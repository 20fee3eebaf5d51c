// Package watch keeps the containers of a project as the files on this machine
// are, as the develop sections of its services say.
//
// Three things run beside each other. Files are watched, and what changes is
// put together in batches. Each batch is copied into the containers at once. What
// takes longer (a build, a restart, a command, a compose file that is read
// again) waits for its turn behind that, and what comes meanwhile is done in one
// go.
//
// docs/design-watch.md says why so.
package watch

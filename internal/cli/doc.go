// Package cli is stack's command line: it reads arguments and environment,
// calls the packages that do the work, and turns what comes of it into output
// and an exit code. Each command has one file: its flags, an options struct,
// and a function that runs it.
package cli

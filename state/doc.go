// Package state has the nouns of stack: what a project wants ([Desired]), what
// an engine holds ([Observed]), and what is handed to an engine to make
// ([ContainerSpec], [NetworkSpec], [VolumeSpec], [BuildSpec]).
//
// It is plain data. Values may hold compose-go's types, which are the field's
// vocabulary. Nothing here reads a file, a clock or an engine.
package state

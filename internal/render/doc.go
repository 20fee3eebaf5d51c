// Package render turns plans, events and what an engine holds into text,
// tables and JSON. It knows no engine, and reads no clock, environment or
// terminal but those that its callers hand to it.
package render

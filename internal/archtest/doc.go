// Package archtest holds the direction of the imports: see docs/architecture.md.
package archtest

//go:build !linux

package registry

import "syscall"

// endsWithParent is nothing where the system has no such setting.
func endsWithParent() *syscall.SysProcAttr { return nil }

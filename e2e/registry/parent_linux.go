package registry

import "syscall"

// endsWithParent has a program end with this one, also when that is killed.
func endsWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

//go:build !windows

package terminal

import "golang.org/x/sys/unix"

// foreground is false for a program in the background, which the shell would
// stop when it touches the terminal.
func foreground(fd uintptr) bool {
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func setKeys(fd uintptr) error {
	settings, err := unix.IoctlGetTermios(int(fd), getTermios)
	if err != nil {
		return err
	}
	settings.Lflag &^= unix.ICANON | unix.ECHO
	settings.Cc[unix.VMIN], settings.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(int(fd), setTermios, settings)
}

package terminal

import "golang.org/x/sys/windows"

// foreground is true: no console belongs to one program of several.
func foreground(uintptr) bool { return true }

func setKeys(fd uintptr) error {
	var mode uint32
	if err := windows.GetConsoleMode(windows.Handle(fd), &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(windows.Handle(fd), mode&^(windows.ENABLE_LINE_INPUT|windows.ENABLE_ECHO_INPUT))
}

// Command termshot makes an SVG picture of a terminal's screen, as tmux
// capture-pane -e prints it:
//
//	termshot TITLE COLUMNS <SCREEN >PICTURE
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "termshot:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: termshot TITLE COLUMNS <SCREEN >PICTURE")
	}
	columns, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	screen, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	_, err = io.WriteString(os.Stdout, picture(args[0], columns, string(screen)))
	return err
}

package render

import (
	"bytes"
	"io"
	"strings"
)

// Screen shows one picture after the other: in the place of the one before on a
// terminal, and below it elsewhere.
type Screen struct {
	Out      io.Writer
	Terminal bool

	picture bytes.Buffer
	lines   int // of the picture before
}

// Write adds to the picture that is being drawn.
func (s *Screen) Write(part []byte) (int, error) { return s.picture.Write(part) }

// Draw shows what draw writes to the screen.
func (s *Screen) Draw(draw func() error) error {
	s.picture.Reset()
	if err := draw(); err != nil {
		return err
	}
	text := s.picture.String()
	if s.Terminal {
		// Up to where the picture before began, and each line cleared to its end:
		// clearing the screen first would flicker.
		lines := strings.Count(text, "\n")
		text = strings.Repeat("\x1b[A", s.lines) + "\r" + strings.ReplaceAll(text, "\n", "\x1b[K\n") + "\x1b[J"
		s.lines = lines
	}
	_, err := io.WriteString(s.Out, text)
	return err
}

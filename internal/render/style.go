package render

// The colours, as the parameter of the escape sequence that selects them.
const (
	bold    = "1"
	dim     = "2"
	red     = "31"
	green   = "32"
	yellow  = "33"
	magenta = "35"
	cyan    = "36"
)

// style colours text, or leaves it alone. The zero value does the latter.
type style struct{ color bool }

func (s style) paint(color, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.paint(bold, text) }
func (s style) dim(text string) string  { return s.paint(dim, text) }

package project

import (
	"os"
	"strings"
)

// fileLines are the lines of an env file that set a variable, the last one of
// each. One that cannot be read has none: it need not be there; nor has one that
// is no file, such as a pipe: the loader has read it, and there is no more.
func (w *whereabouts) fileLines(path string) map[string]int {
	if known, is := w.lines[path]; is {
		return known
	}
	var text []byte
	if found, err := os.Stat(path); err == nil && found.Mode().IsRegular() {
		text, _ = os.ReadFile(path)
	}
	lines := variableLines(string(text))
	w.lines[path] = lines
	return lines
}

func variableLines(text string) map[string]int {
	lines := map[string]int{}
	open := "" // the quote of a value that goes on
	for i, line := range strings.Split(text, "\n") {
		if open != "" {
			if strings.Contains(strings.ReplaceAll(line, `\`+open, ""), open) {
				open = ""
			}
			continue
		}
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		end := strings.IndexAny(line, "=:")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		if end < 0 {
			lines[strings.TrimSpace(line)] = i + 1
			continue
		}
		lines[strings.TrimSpace(line[:end])] = i + 1
		open = opened(strings.TrimSpace(line[end+1:]))
	}
	return lines
}

// opened is the quote that a value begins with and does not end with.
func opened(value string) string {
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	quote := value[:1]
	if strings.Contains(strings.ReplaceAll(value[1:], `\`+quote, ""), quote) {
		return ""
	}
	return quote
}

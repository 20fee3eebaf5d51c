package cli

import (
	"strings"

	"github.com/stackctl/stack/internal/terminal"
)

// begin takes keys until end is called. What it returns is closed when somebody
// wants to leave the containers to themselves.
func (m *menu) begin(keys []key) (detached <-chan struct{}) {
	if m == nil {
		return nil
	}
	restore, ok := terminal.Keys(m.in)
	if !ok {
		return nil
	}
	left := make(chan struct{})
	keys = append(keys, key{char: 'd', label: func() string { return "Detach" }, press: func() { close(left) }})
	footer := terminal.NewFooter(m.out, func() string { return m.text(keys) })
	m.mu.Lock()
	m.restore, m.footer = restore, footer
	m.mu.Unlock()
	go m.read(keys, left)
	return left
}

// line is where the keys are named, nil before they are taken.
func (m *menu) line() *terminal.Footer {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.footer
}

// end gives the terminal back. It may be called more than once.
func (m *menu) end() {
	if m == nil {
		return
	}
	m.mu.Lock()
	restore, footer := m.restore, m.footer
	m.mu.Unlock()
	if restore != nil {
		footer.Close()
		restore()
	}
}

// text names the keys, in one line.
func (m *menu) text(keys []key) string {
	var plain, styled []string
	for _, k := range keys {
		char, label := string(k.char), k.label()
		plain = append(plain, char+" "+label)
		styled = append(styled, "\x1b[1m"+char+"\x1b[22m \x1b[2m"+label+"\x1b[22m")
	}
	text := strings.Join(plain, "   ")
	if width, _ := terminalSize(m.out); len(text) >= width {
		return text[:max(0, width-1)]
	}
	if m.color {
		text = strings.Join(styled, "   ")
	}
	return text
}

// read hands keys on until one of them ends it. A read that is in progress when
// the menu ends takes one key more.
func (m *menu) read(keys []key, left <-chan struct{}) {
	defer func() {
		if failed := recover(); failed != nil {
			m.end()
			panic(failed)
		}
	}()
	buffer := make([]byte, 1)
	for {
		n, err := m.in.Read(buffer)
		if err != nil {
			return
		}
		if n == 1 {
			m.pressed(keys, buffer[0])
		}
		select {
		case <-left:
			return
		default:
		}
	}
}

func (m *menu) pressed(keys []key, char byte) {
	if char == '\r' || char == '\n' {
		_, _ = aboveMenu{m, m.out}.Write([]byte{'\n'}) // a terminal that is gone needs it no more
	}
	for _, k := range keys {
		if k.char == char {
			k.press()
			m.line().Redraw()
		}
	}
}

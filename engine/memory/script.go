package memory

import "strings"

// simple is a command of a script.
type simple struct {
	words     []string
	onSuccess bool // it follows &&
}

// special are the characters that mean more to a shell than this parser knows.
const special = "$`|<>(){}*?[]#&\\!"

// parseScript splits a script into commands at ; && and newlines. ok is false
// for a script that has more than words, quotes and these.
func parseScript(script string) (commands []simple, ok bool) {
	p := scriptParser{}
	for rest := script; rest != ""; {
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "&&"):
			p.endCommand()
			p.current.onSuccess = true
			rest = rest[2:]
		case strings.HasPrefix(rest, ">&2"):
			p.endWord()
			p.add(">&2")
			rest = rest[3:]
		case c == ';' || c == '\n':
			p.endCommand()
			rest = rest[1:]
		case c == ' ' || c == '\t':
			p.endWord()
			rest = rest[1:]
		case c == '\'' || c == '"':
			quoted, after, closed := strings.Cut(rest[1:], string(c))
			if !closed || c == '"' && strings.ContainsAny(quoted, "$`\\") {
				return nil, false
			}
			p.add(quoted)
			rest = after
		case strings.IndexByte(special, c) >= 0:
			return nil, false
		default:
			p.add(rest[:1])
			rest = rest[1:]
		}
	}
	p.endCommand()
	return p.commands, true
}

type scriptParser struct {
	commands []simple
	current  simple
	word     strings.Builder
	inWord   bool
}

func (p *scriptParser) add(text string) {
	p.word.WriteString(text)
	p.inWord = true
}

func (p *scriptParser) endWord() {
	if p.inWord {
		p.current.words = append(p.current.words, p.word.String())
	}
	p.word.Reset()
	p.inWord = false
}

func (p *scriptParser) endCommand() {
	p.endWord()
	if len(p.current.words) > 0 {
		p.commands = append(p.commands, p.current)
	}
	p.current = simple{}
}

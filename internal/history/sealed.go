package history

import "strings"

// Hides says whether a text of a revision has a secret in it that was sealed, and
// then whether a value may be what was sealed: of a text with several secrets that
// cannot be told, and it may.
func Hides(text, value string) (hides, may bool) {
	if !hasSeal(text) {
		return false, false
	}
	all := sealed.FindAllStringIndex(text, 2)
	if len(all) > 1 {
		return true, true
	}
	before, after := text[:all[0][0]], text[all[0][1]:]
	inside, found := strings.CutPrefix(value, before)
	if found {
		inside, found = strings.CutSuffix(inside, after)
	}
	return true, found && seal(inside) == text[all[0][0]:all[0][1]]
}

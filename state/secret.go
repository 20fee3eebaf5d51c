package state

import "regexp"

var secretName = regexp.MustCompile(`(?i)passw|passphrase|secret|token|credential|api_?key|private|auth|_key$|dsn|database_url`)

// MayBeSecret is true for a field, or a variable, whose name says that its value
// may be secret.
func MayBeSecret(name string) bool { return secretName.MatchString(name) }

// Masked is the value of a field as it is shown: *** for one that may be secret.
func Masked(field, value string) string {
	if value != "" && MayBeSecret(field) {
		return "***"
	}
	return value
}

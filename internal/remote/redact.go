package remote

import "regexp"

// password is that of an address.
var password = regexp.MustCompile(`([a-z+]+://[^:/@\s]*):[^@/\s]*@`)

// withoutPassword is an address that may be kept.
func withoutPassword(address string) string { return password.ReplaceAllString(address, "${1}@") }

// redactURLs takes the passwords out of the addresses in a text.
func redactURLs(text string) string { return password.ReplaceAllString(text, "${1}:xxxxx@") }

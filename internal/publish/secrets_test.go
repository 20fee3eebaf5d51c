package publish

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestSecretsAreKnownByTheirFormats(t *testing.T) {
	for text, want := range map[string]string{
		"AKIAABCDEFGHIJKLMNOP":                          "AWS access key AKIA***",
		"login ghp_" + strings.Repeat("a", 36) + " now": "GitHub token ghp_***",
		"glpat-abcdefghijklmnopqrst":                    "GitLab token glpa***",
		"xoxb-1234567890-abc":                           "Slack token xoxb***",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5": "JSON web token eyJh***",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE":                                  "private key ----***",
		"https://ann:hush@example.com/x":                                         "address with a password https://ann:***@",
	} {
		found := secret("x", text, false)
		assert.Assert(t, strings.HasSuffix(found, want), "%q: %q", text, found)
	}
	for _, text := range []string{"", "busybox:1", "https://example.com/a:b@c", "postgres://ann:${PASSWORD}@db/x", "AKIA", "/run/secrets/key", "sha256:" + strings.Repeat("0a", 32)} {
		assert.Equal(t, secret("x", text, false), "", text)
	}
}

func TestSecretsAreKnownByTheirNames(t *testing.T) {
	for _, name := range []string{"PASSWORD", "DB_PASSWD", "API_KEY", "apikey", "AUTH_TOKEN", "client-secret", "AWS_SECRET_ACCESS_KEY"} {
		assert.Assert(t, secret(name, "correcthorse", true) != "", name)
		assert.Equal(t, secret(name, "correcthorse", false), "", "a key of Compose's own")
	}
	for _, name := range []string{"USER", "PASSWORD_FILE", "TOKENIZER", "SECRETARY"} {
		assert.Equal(t, secret(name, "correcthorse", true), "", name)
	}
	for _, text := range []string{"", "/run/secrets/x", "true", "42", "${PASSWORD}", "$PASSWORD", "****"} {
		assert.Equal(t, secret("PASSWORD", text, true), "", text)
	}
	assert.Assert(t, secret("PASSWORD", "pa$$word", true) != "", "an escaped dollar is no variable")
}

func TestNoSecretIsShownInFull(t *testing.T) {
	for _, text := range []string{"a", "hush", "correcthorse", "https://ann:hush@example.com"} {
		shown := Shown("PASSWORD", text)
		assert.Assert(t, !strings.Contains(shown, text) && !strings.Contains(shown, "hush"), shown)
	}
	assert.Equal(t, Shown("USER", "ann"), "USER=ann")
}

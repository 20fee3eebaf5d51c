package publish

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stackctl/stack/project"
)

// formats are what the issuers of secrets make them look like.
var formats = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"AWS access key", regexp.MustCompile(`\b(?:AKIA|ASIA|A3T[A-Z0-9])[A-Z0-9]{16}\b`)},
	{"GitHub token", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})`)},
	{"GitLab token", regexp.MustCompile(`\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}`)},
	{"Slack token", regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9-]{10,}`)},
	{"Google API key", regexp.MustCompile(`\bAIza[A-Za-z0-9_-]{35}\b`)},
	{"Stripe key", regexp.MustCompile(`\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`)},
	{"npm token", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}\b`)},
	{"Docker Hub token", regexp.MustCompile(`\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}`)},
	{"API key", regexp.MustCompile(`\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}`)},
	{"JSON web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)},
	{"private key", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----`)},
	{"address with a password", regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^\s:/@$]*:[^\s/@$]+@`)},
}

// telling are the names of what a secret is the value of, and harmless the
// values that are none whatever their name says: paths, numbers, switches.
var (
	telling  = regexp.MustCompile(`(?i)(passw(or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|credential)s?$`)
	harmless = regexp.MustCompile(`(?i)^(/.*|\d*|true|false|yes|no|none|null|changeme|\*+)$`)
)

// secrets are the places where what would be published looks like a secret:
// what it looks like, and never the whole of it.
func secrets(sources []project.SourceFile) ([]string, error) {
	var all []string
	files := map[string]bool{}
	for _, source := range sources {
		for _, v := range source.Values {
			name, text := v.Path[len(v.Path)-1], v.Text
			if listItem.MatchString(name) {
				if key, value, is := strings.Cut(text, "="); is {
					name, text = key, value
				}
			}
			if what := secret(name, text, hasValues(v.Path)); what != "" {
				all = append(all, fmt.Sprintf("%s:%d: %s looks like %s", source.Name, v.Line, strings.Join(v.Path, "."), what))
			}
		}
		for _, r := range source.References {
			if r.Kind != project.EnvFile && r.Kind != project.LabelFile || r.Elsewhere || files[r.File] {
				continue
			}
			files[r.File] = true
			found, err := secretsIn(r.File)
			if err != nil && !(r.Optional && os.IsNotExist(err)) {
				return nil, fmt.Errorf("%s: %w", strings.Join(r.Path, "."), err)
			}
			all = append(all, found...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// hasValues is true for a place whose keys are names that the user gives to
// values of his own.
func hasValues(path []string) bool {
	return slices.ContainsFunc(path, func(element string) bool {
		return slices.Contains([]string{"environment", "args", "labels", "annotations"}, element)
	})
}

// secretsIn finds secrets in a file of KEY=VALUE lines.
func secretsIn(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []string
	for i, line := range strings.Split(string(content), "\n") {
		name, text, _ := strings.Cut(strings.TrimSpace(line), "=")
		if strings.HasPrefix(name, "#") {
			continue
		}
		if what := secret(strings.TrimSpace(name), strings.Trim(text, `"' `), userNamed); what != "" {
			all = append(all, path+":"+strconv.Itoa(i+1)+": "+name+" looks like "+what)
		}
	}
	return all, nil
}

// userNamed is for texts that the user gave a name of his own.
const userNamed = true

// secret says what a text looks like, and how it begins, or "". Its name counts
// where the user gave it.
func secret(name, text string, named bool) string {
	for _, f := range formats {
		if found := f.pattern.FindString(text); found != "" {
			return fmt.Sprintf("a secret: %s %s", f.name, masked(found))
		}
	}
	if named && telling.MatchString(name) && !harmless.MatchString(text) && !interpolated(text) {
		return fmt.Sprintf("a secret by its name: %s", masked(text))
	}
	return ""
}

// Shown is a variable with its value, or with the beginning of it if it looks
// like a secret.
func Shown(name, value string) string {
	if secret(name, value, userNamed) != "" {
		value = masked(value)
	}
	return name + "=" + value
}

// masked is the beginning of a secret: enough to find it by.
func masked(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if user, _, is := strings.Cut(text, "@"); is && strings.Contains(user, "://") {
		return user[:strings.LastIndex(user, ":")] + ":***@"
	}
	shown := []rune(text)
	return string(shown[:min(len(shown)/3, 4)]) + "***"
}

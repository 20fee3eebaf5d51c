//go:build unix

package scale_test

import (
	"fmt"
	"strings"
)

// compose is a project of that size: tiers of a hundred services with a network
// each, of which every one waits for one of the tier before, and every tenth has
// the config.
func compose(s size, content string) string {
	const tier = 100
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range s.services {
		fmt.Fprintf(&b, "  s%05d:\n    image: registry.example.com/web:1\n", i)
		fmt.Fprintf(&b, "    environment: {PLACE: %q, LOG_LEVEL: info}\n", fmt.Sprint(i))
		fmt.Fprintf(&b, "    networks: [tier%03d]\n", i/tier)
		fmt.Fprintf(&b, "    deploy: {replicas: %d, placement: {constraints: [node.platform.os == linux]}}\n", s.replicas)
		if i%10 == 0 {
			b.WriteString("    configs: [settings]\n")
		}
		if i >= tier {
			fmt.Fprintf(&b, "    depends_on: [s%05d]\n", i-tier)
		}
	}
	b.WriteString("networks:\n")
	for i := 0; i < s.services; i += tier {
		fmt.Fprintf(&b, "  tier%03d: {}\n", i/tier)
	}
	fmt.Fprintf(&b, "configs: {settings: {content: %s}}\n", content)
	return b.String()
}

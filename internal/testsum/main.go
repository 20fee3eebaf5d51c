// Command testsum reads what go test -json prints and shows what a person
// wants of it: each package's closing lines, all that a failed test printed,
// and how many tests ran, on a real engine and not.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	sum := newSummary(os.Stdout)
	if err := sum.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	sum.close()
	if sum.failed > 0 {
		os.Exit(1)
	}
}

// event is one line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

type summary struct {
	out     io.Writer
	printed map[string][]string // what each running test printed

	passed, failed, skipped, e2e int
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, printed: map[string][]string{}}
}

func (s *summary) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			s.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(s.out, line)
		return
	}
	if e.Test == "" {
		s.packageEvent(e)
		return
	}
	s.testEvent(e)
}

func (s *summary) packageEvent(e event) {
	switch {
	case e.Action == "build-output", e.Action == "output" && e.Output != "PASS\n":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "build-fail":
		s.failed++
	}
}

func (s *summary) testEvent(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		s.printed[key] = append(s.printed[key], e.Output)
		return
	case "fail":
		s.failed++
		fmt.Fprint(s.out, strings.Join(s.printed[key], ""))
	case "skip":
		s.skipped++
		fmt.Fprint(s.out, strings.Join(s.printed[key], ""))
	case "pass":
		s.passed++
	default:
		return
	}
	if strings.HasSuffix(e.Package, "/e2e") && e.Action != "skip" {
		s.e2e++
	}
	delete(s.printed, key)
}

// close shows what tests that never ended had printed, and the counts.
func (s *summary) close() {
	for key, printed := range s.printed {
		fmt.Fprintf(s.out, "--- UNFINISHED: %s\n%s", key, strings.Join(printed, ""))
	}
	fmt.Fprintf(s.out, "%d tests ran: %d passed, %d failed; %d of them e2e, on a real engine; %d skipped\n",
		s.passed+s.failed, s.passed, s.failed, s.e2e, s.skipped)
}

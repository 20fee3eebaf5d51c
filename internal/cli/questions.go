package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// questions are put to the person at the terminal, or to whoever writes to the
// standard input.
type questions struct {
	app     *app
	nothing string // what holds after a no: "nothing was sent"
	piped   bool   // answers may come from elsewhere than a terminal
}

// question is what is asked of a list.
type question struct {
	about string // comes before the list
	asked string // comes after it: "Go on?"
	flag  string // says yes
}

// ask lists what a question is about, and asks whether to go on. Without an
// answer it is an error that names the flag to give.
func (q *questions) ask(ctx context.Context, which question, list []string) error {
	if len(list) == 0 {
		return nil
	}
	if _, err := io.WriteString(q.app.process.Err, q.text(which.about, list)+"\n"+which.asked+" [y/N] "); err != nil {
		return err
	}
	answer, given, err := q.read(ctx)
	switch {
	case err != nil:
		return err
	case !given:
		fmt.Fprintln(q.app.process.Err)
		if q.app.global.dryRun {
			return nil // nothing happens anyway
		}
		return fmt.Errorf("there is nobody to answer: %s. To let it happen, run again with %s", q.nothing, which.flag)
	case !truth(answer):
		return &exitError{130, errors.New("declined: " + q.nothing)}
	}
	return nil
}

func (q *questions) text(about string, list []string) string {
	return about + "\n  " + strings.Join(list, "\n  ")
}

func (q *questions) refusal(which question, list []string) error {
	return fmt.Errorf("%s\n%s: run again with %s, or take them out", q.text(which.about, list), q.nothing, which.flag)
}

// read is one answer, if there is one.
func (q *questions) read(ctx context.Context) (answer string, given bool, err error) {
	if !q.piped && !isTerminal(q.app.process.In) {
		return "", false, nil
	}
	return q.app.answer(ctx)
}

// answer reads one line of the standard input, if there is one.
func (a *app) answer(ctx context.Context) (text string, given bool, err error) {
	if a.answers == nil {
		a.answers = bufio.NewReader(a.process.In)
	}
	text, err = readLine(ctx, a.answers)
	return strings.TrimSpace(text), text != "", err
}

// readLine reads one line, or what there is of it. An interrupt does not wait
// for it.
func readLine(ctx context.Context, from *bufio.Reader) (string, error) {
	line := make(chan string, 1)
	go func() {
		text, _ := from.ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

package project_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	testfs "gotest.tools/v3/fs"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// files are the configs and secrets of the only service of a compose file that
// stands in a folder.
func files(t *testing.T, dir *testfs.Dir, compose string, o project.DesiredOptions) ([]state.File, error) {
	t.Helper()
	p := load(t, project.Options{
		Dir: dir.Path(), Files: []string{"-"}, Stdin: strings.NewReader(compose), Name: "p",
		Environ: []string{"PATH=" + os.Getenv("PATH"), "TOKEN=hush", "EMPTY="},
	})
	d, err := p.Desired(o)
	if err != nil {
		return nil, err
	}
	return d.Services[0].Files, nil
}

func digest(t *testing.T, f state.File) string {
	t.Helper()
	assert.Assert(t, strings.HasPrefix(f.Digest, "sha256:"), "%+v", f)
	return f.Digest
}

func TestFilesHaveTheirOwnersAndModes(t *testing.T) {
	dir := testfs.NewDir(t, "p", testfs.WithFile("c", "conf", testfs.WithMode(0o640)), testfs.WithFile("run.sh", "#!", testfs.WithMode(0o750)))
	got, err := files(t, dir, `
services:
  web:
    image: x
    configs: [plain, script, {source: plain, target: /etc/c, uid: "7", gid: "8", mode: 0400}, inline]
    secrets: [token, {source: empty, target: renamed, mode: 0440}]
configs:
  plain: {file: ./c}
  script: {file: ./run.sh}
  inline: {content: "$TOKEN"}
secrets:
  token: {environment: TOKEN}
  empty: {environment: EMPTY}
`, project.DesiredOptions{})
	assert.NilError(t, err)
	var all []string
	for _, f := range got {
		all = append(all, fmt.Sprintf("%s %s %d:%d %o %t %s %q", f.Name, f.Target, f.UID, f.GID, f.Mode, f.Owned,
			strings.TrimPrefix(f.Source, dir.Path()), []byte(f.Content)))
		digest(t, f)
	}
	assert.Check(t, is.DeepEqual(all, []string{
		`config/plain /plain 0:0 444 false /c "conf"`,
		`config/script /script 0:0 555 false /run.sh "#!"`,
		`config/plain /etc/c 7:8 400 true /c "conf"`,
		`config/inline /inline 0:0 444 false  "hush"`,
		`secret/token /run/secrets/token 0:0 444 false  "hush"`,
		`secret/empty /run/secrets/renamed 0:0 440 true  ""`,
	}))
	assert.Check(t, digest(t, got[3]) == digest(t, got[4]) && digest(t, got[0]) == digest(t, got[2]))
}

func TestAFolderIsReadWithAllThatIsInIt(t *testing.T) {
	dir := testfs.NewDir(t, "p", testfs.WithDir("d", testfs.WithDir("sub", testfs.WithFile("a", "A")), testfs.WithDir("empty"), testfs.WithFile("b", "B", testfs.WithMode(0o755))))
	const compose = "services: {web: {image: x, configs: [d, {source: d, target: /e, mode: 0440}]}}\nconfigs: {d: {file: ./d}}\n"
	got, err := files(t, dir, compose, project.DesiredOptions{})
	assert.NilError(t, err)
	assert.Assert(t, is.Len(got, 2))
	tree := func(f state.File) string {
		text := fmt.Sprintf("%o", f.Mode)
		for _, entry := range f.Tree {
			text += fmt.Sprintf(" %s:%o:%s", entry.Target, entry.Mode, []byte(entry.Content))
		}
		return text
	}
	assert.Check(t, is.Equal(tree(got[0]), "555 b:555:B empty:555: sub:555: sub/a:444:A"))
	assert.Check(t, is.Equal(tree(got[1]), "550 b:440:B empty:550: sub:550: sub/a:440:A"))
	before := digest(t, got[0])
	assert.NilError(t, os.WriteFile(dir.Join("d", "sub", "a"), []byte("other"), 0o600))
	got, err = files(t, dir, compose, project.DesiredOptions{})
	assert.NilError(t, err)
	assert.Check(t, before != digest(t, got[0]))
}

func TestWhatCannotBeCopiedCanStillBeMounted(t *testing.T) {
	dir := testfs.NewDir(t, "p", testfs.WithFile("large", strings.Repeat("x", 16<<20+1)), testfs.WithDir("d", testfs.WithSymlink("dangling", "nowhere")))
	got, err := files(t, dir, "services: {web: {image: x, configs: [large, d]}}\nconfigs: {large: {file: ./large}, d: {file: ./d}}\n", project.DesiredOptions{})
	assert.NilError(t, err)
	for i, why := range []string{"large is larger than 16 MiB", "dangling is not a regular file"} {
		assert.Check(t, is.Contains(got[i].Unread, why))
		assert.Check(t, got[i].Source != "")
		assert.Check(t, is.Len(got[i].Content, 0))
		digest(t, got[i])
	}
}

func TestAnExternalFileComesFromItsProvider(t *testing.T) {
	dir := testfs.NewDir(t, "p", testfs.WithFile("held", "in a file"))
	const compose = `
services: {web: {image: x, configs: [f, c], secrets: [e, c]}}
configs:
  f: {external: true, x-stack: {file: ./held}}
  c: {external: true, x-stack: {command: [sh, -c, 'echo run >> ran; printf "%s in %s" "$$TOKEN" "$$(basename $$(pwd))"']}}
secrets:
  e: {external: true, name: elsewhere, x-stack: {environment: TOKEN}}
  c: {external: true, x-stack: {command: [printf, '']}}
`
	got, err := files(t, dir, compose, project.DesiredOptions{Run: project.Run(t.Context())})
	assert.NilError(t, err)
	var contents []string
	for _, f := range got {
		contents = append(contents, string([]byte(f.Content)))
		digest(t, f)
	}
	assert.Check(t, is.DeepEqual(contents, []string{"in a file", "hush in " + filepath.Base(dir.Path()), "hush", ""}))
	assert.Check(t, is.Equal(got[0].Source, dir.Join("held")))

	assert.NilError(t, os.Remove(dir.Join("ran")))
	got, err = files(t, dir, compose, project.DesiredOptions{})
	assert.NilError(t, err)
	assert.Check(t, is.Equal(got[1].Unread, "its command was not run"))
	assert.Check(t, is.Equal(got[1].Digest, ""))
	_, err = os.Stat(dir.Join("ran"))
	assert.Check(t, is.ErrorIs(err, fs.ErrNotExist))
}

func TestACommandRunsOnceForAllServices(t *testing.T) {
	const text = `
services: {a: {image: x, secrets: [s]}, b: {image: x, secrets: [s]}}
secrets: {s: {external: true, x-stack: {command: [get]}}}
`
	runs := 0
	_, err := loadText(t, text).Desired(project.DesiredOptions{Run: func(*project.Project, []string) ([]byte, error) {
		runs++
		return nil, nil
	}})
	assert.NilError(t, err)
	assert.Equal(t, runs, 1)
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	compose := func(script string) string {
		return fmt.Sprintf("services: {web: {image: x, secrets: [s]}}\nsecrets:\n  s: {external: true, x-stack: {command: [sh, -c, %q]}}\n", script)
	}
	dir := testfs.NewDir(t, "p")
	_, err := files(t, dir, compose("echo hush; echo no such key >&2; exit 3"), project.DesiredOptions{Run: project.Run(t.Context())})
	assert.Error(t, err, "stdin:3:42: secrets.s.x-stack.command: secret s: command sh: exit status 3: no such key")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = files(t, dir, compose("sleep 60"), project.DesiredOptions{Run: project.Run(ctx)})
	assert.Check(t, errors.Is(err, context.Canceled), "%v", err)

	_, err = files(t, dir, "services: {web: {image: x, secrets: [s]}}\nsecrets:\n  s: {external: true, x-stack: {command: [no-such-program]}}\n",
		project.DesiredOptions{Run: project.Run(t.Context())})
	assert.ErrorContains(t, err, `stdin:3:42: secrets.s.x-stack.command: secret s: command no-such-program: exec: "no-such-program": executable file not found`)
}

func TestWrongProviders(t *testing.T) {
	const want = "expected one of {file: PATH}, {environment: VARIABLE} and {command: [PROGRAM, ARGUMENT…]}"
	_, err := loadText(t, `
services: {web: {image: x, secrets: [a, b, c, d, e, f, g, h]}}
secrets:
  a: {external: true, x-stack: {comand: [x]}}
  b: {external: true, x-stack: {file: x, environment: Y}}
  c: {external: true, x-stack: {}}
  d: {external: true, x-stack: {file: ""}}
  e: {external: true, x-stack: {command: "cat x"}}
  f: {external: true, x-stack: pass}
  g: {file: ./x, x-stack: {file: ./y}}
  h: {external: true, x-stack: {environment: NOWHERE}}
`).Desired(project.DesiredOptions{})
	assert.Error(t, err, strings.ReplaceAll(`stdin:4:33: secrets.a.x-stack.comand: WANT, found "comand"; did you mean "command"?
stdin:5:23: secrets.b.x-stack: WANT, found 2 of them; keep one
stdin:6:23: secrets.c.x-stack: WANT, found 0 of them; keep one
stdin:7:39: secrets.d.x-stack.file: expected a text that is not empty
stdin:8:42: secrets.e.x-stack.command: expected a list of a program and its arguments, which no shell splits
stdin:9:32: secrets.f.x-stack: WANT
stdin:10:18: secrets.g.x-stack: secret "g" is not external: x-stack says where an external one comes from; set external: true, or remove it
stdin:11:46: secrets.h.x-stack.environment: environment variable "NOWHERE" required by secret "h" is not set; set it in the environment, in .env or with --env-file`,
		"WANT", want))
}

func TestDriversAreSwarms(t *testing.T) {
	_, err := loadText(t, `
services: {web: {image: x, configs: [t], secrets: [d]}}
configs:
  t: {file: ./x, template_driver: golang}
secrets:
  d: {driver: vault}
`).Desired(project.DesiredOptions{})
	assert.Error(t, err, `stdin:4:35: configs.t.template_driver: unsupported template_driver "golang": only Swarm has templates for configs; use file, environment or content
stdin:6:15: secrets.d.driver: unsupported driver "vault": only Swarm has drivers for secrets; use file, environment or content`)
}

package e2e_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/e2e/recorder"
)

// remote puts a TCP port between the project's commands and the engine, which
// is then on another machine for all that stack knows.
func (p *project) remote() {
	p.t.Helper()
	engine, err := url.Parse(docker.DaemonHost())
	assert.NilError(p.t, err)
	address := engine.Host
	if engine.Scheme == "unix" {
		address = engine.Path
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(p.t, err)
	p.t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go pipe(client, engine.Scheme, address)
		}
	}()
	p.env = append(p.env, "DOCKER_HOST=tcp://"+listener.Addr().String())
}

func pipe(client net.Conn, network, address string) {
	defer client.Close()
	engine, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer engine.Close()
	go func() {
		io.Copy(engine, client)
		engine.Close()
	}()
	io.Copy(client, engine)
}

// in runs busybox's words in a container, and returns what they print.
func (p *project) in(name string, words ...string) string {
	p.t.Helper()
	return command(p.t, "docker", append([]string{"exec", p.name + "-" + name}, words...)...)
}

// files are owner, mode and content of files as a container sees them.
func (p *project) files(name string, paths ...string) map[string]string {
	p.t.Helper()
	script := `for f; do stat -c "%n %u %g %a" "$f"; cat "$f"; echo "<end>"; done`
	found := map[string]string{}
	for _, file := range strings.Split(p.in(name, append([]string{"sh", "-c", script, "sh"}, paths...)...), "<end>\n") {
		if path, rest, ok := strings.Cut(file, " "); ok {
			found[path] = rest
		}
	}
	return found
}

const allSources = `
services:
  web:
    image: busybox
    command: sleep 600
    init: true
    %s
    configs:
      - plain
      - {source: plain, target: /etc/owned.conf, uid: "12", gid: "34", mode: 0440}
      - {source: script, target: /bin/script}
      - {source: folder, target: /etc/folder, uid: "5"}
      - inline
      - {source: inline, target: /etc/deep/er/inline.conf, uid: "33", gid: "44", mode: 0400}
      - empty
    secrets:
      - file
      - {source: file, target: owned, mode: 0400}
      - {source: blank, target: blank, uid: "9"}
      - token
      - {source: token, target: /root/token, uid: "1", gid: "2", mode: 0600}
      - void
configs:
  plain: {file: ./plain.conf}
  script: {file: ./script.sh}
  folder: {file: ./folder}
  inline: {content: "inline $${X}\n"}
  empty: {content: ""}
secrets:
  file: {file: ./file.txt}
  blank: {file: ./blank.txt}
  token: {environment: TOKEN}
  void: {environment: VOID}
`

func TestConfigsAndSecretsHaveTheirOwnersAndModes(t *testing.T) {
	for _, root := range []string{"read_only: false", "read_only: true", "{read_only: true, tmpfs: /run}", "tmpfs: /run/secrets"} {
		for _, far := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, remote %t", root, far), func(t *testing.T) {
				settings := strings.ReplaceAll(strings.Trim(root, "{}"), ", ", "\n    ")
				p := newProject(t, fmt.Sprintf(allSources, settings))
				p.env = append(p.env, "TOKEN=in the environment", "VOID=")
				p.write("plain.conf", "plain\n")
				p.write("script.sh", "#!/bin/sh\necho ran\n")
				command(t, "chmod", "0755", filepath.Join(p.dir, "script.sh"))
				p.write("folder/sub/one", "one\n")
				p.write("file.txt", "in a file\n")
				p.write("blank.txt", "")
				if far {
					p.remote()
				}
				p.ok("up", "-d")

				want := map[string]string{
					"/etc/owned.conf":          "12 34 440\nplain\n",
					"/etc/folder/sub/one":      "5 0 444\none\n",
					"/inline":                  "0 0 444\ninline ${X}\n",
					"/etc/deep/er/inline.conf": "33 44 400\ninline ${X}\n",
					"/empty":                   "0 0 444\n",
					"/run/secrets/owned":       "0 0 400\nin a file\n",
					"/run/secrets/blank":       "9 0 444\n",
					"/run/secrets/token":       "0 0 444\nin the environment",
					"/root/token":              "1 2 600\nin the environment",
					"/run/secrets/void":        "0 0 444\n",
				}
				if far { // not mounted with the owner and mode that they have here
					want["/plain"] = "0 0 444\nplain\n"
					want["/bin/script"] = "0 0 555\n#!/bin/sh\necho ran\n"
				}
				assert.Check(t, is.DeepEqual(p.files("web-1", slices.Collect(maps.Keys(want))...), want))
				assert.Check(t, is.Equal(p.in("web-1", "stat", "-c", "%u %g %a", "/etc/folder"), "5 0 555\n"))
				assert.Check(t, is.Equal(p.in("web-1", "cat", "/plain", "/run/secrets/file"), "plain\nin a file\n"))
				assert.Check(t, is.Equal(p.in("web-1", "/bin/script"), "ran\n"))

				r := p.record()
				p.ok("up", "-d")
				assert.Check(t, is.Len(r.Writes(), 0))
				p.ok("down")
				assert.Check(t, is.Len(p.volumes(), 0))
			})
		}
	}
}

func TestRestartedContainerStillHasItsFiles(t *testing.T) {
	p := newProject(t, fmt.Sprintf(holder, "read_only: true"))
	p.env = append(p.env, "TOKEN=kept")
	p.ok("up", "-d")
	command(t, "docker", "restart", "-t", "0", p.name+"-web-1")
	assert.Equal(t, p.in("web-1", "cat", "/run/secrets/token"), "kept")
}

// holder is a service with one secret.
const holder = `
services:
  web: {image: busybox, command: sleep 600, init: true, scale: 2, secrets: [{source: token, mode: 0400}], %s}
  other: {image: stack-e2e/dummy}
secrets:
  token: {environment: TOKEN}
`

func TestChangedSecretReplacesTheContainersThatHaveIt(t *testing.T) {
	for _, root := range []string{"read_only: false", "read_only: true"} {
		t.Run(root, func(t *testing.T) {
			p := newProject(t, fmt.Sprintf(holder, root))
			p.env = append(p.env, "TOKEN=before")
			p.ok("up", "-d")
			other := p.inspect("other-1").ID
			p.env = append(p.env, "TOKEN=after")
			assert.Check(t, is.Contains(p.ok("plan").Stdout, "secret/token: its content changed"))
			p.ok("up", "-d")
			for _, name := range []string{"web-1", "web-2"} {
				assert.Check(t, is.Equal(p.in(name, "cat", "/run/secrets/token"), "after"))
			}
			assert.Check(t, is.Equal(p.inspect("other-1").ID, other))
			assert.Check(t, len(p.volumes()) <= 1, "%v", p.volumes())
			assert.Check(t, is.Contains(p.ok("plan").Stdout, "Nothing to do"))
		})
	}
}

func TestExternalSecretComesFromItsProvider(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: busybox, command: sleep 600, init: true, secrets: [file, variable, command]}
secrets:
  file: {external: true, x-stack: {file: ./held}}
  variable: {external: true, name: elsewhere, x-stack: {environment: TOKEN}}
  command: {external: true, x-stack: {command: [sh, -c, "echo x >> ran; cat held; printf $$TOKEN"]}}
`)
	p.env = append(p.env, "TOKEN=hush")
	p.write("held", "kept in a file\n")
	p.ok("up", "-d")
	for name, want := range map[string]string{"file": "kept in a file\n", "variable": "hush", "command": "kept in a file\nhush"} {
		assert.Check(t, is.Equal(p.in("web-1", "cat", "/run/secrets/"+name), want))
	}
	ran := command(t, "cat", filepath.Join(p.dir, "ran"))
	assert.Check(t, is.Equal(ran, "x\n"))
	p.ok("ps")
	p.ok("config")
	p.ok("down")
	assert.Check(t, is.Equal(command(t, "cat", filepath.Join(p.dir, "ran")), ran), "a command ran that nothing needs")
}

func TestExternalSecretWithoutAProviderIsAnErrorThatNamesTheWays(t *testing.T) {
	p := newProject(t, "services: {web: {image: busybox, secrets: [s]}}\nsecrets: {s: {external: true}}\n")
	p.fails(1, []string{"up", "-d"}, "compose.yaml:2:11: secrets.s: ", "file: PATH", "environment: VARIABLE", "command: [PROGRAM")
}

func TestRunThatIsKilledWhileItFillsAVolumeIsFinishedByTheNext(t *testing.T) {
	for _, at := range []string{"POST /containers/create", "PUT /containers/", "DELETE /containers/"} {
		t.Run(at, func(t *testing.T) {
			p := newProject(t, fmt.Sprintf(holder, "read_only: true"))
			p.env = append(p.env, "TOKEN=first")
			p.ok("up", "-d", "other") // so that no call but those of the filling is under way
			p.killed(at)
			assert.Check(t, is.DeepEqual(p.names(), []string{"other-1"}))
			p.ok("up", "-d", "web")
			assert.Check(t, is.DeepEqual(p.names(), []string{"other-1", "web-1", "web-2"}))
			assert.Check(t, is.Equal(p.in("web-2", "cat", "/run/secrets/token"), "first"))
			assert.Check(t, is.Equal(p.fillers(), ""))

			p.env = append(p.env, "TOKEN=second")
			p.killed(at)
			p.env = append(p.env, "TOKEN=third")
			p.ok("up", "-d", "web")
			assert.Check(t, is.Equal(p.in("web-1", "cat", "/run/secrets/token"), "third"))
			assert.Check(t, is.Len(p.volumes(), 1))
			assert.Check(t, is.Equal(p.fillers(), ""))
		})
	}
}

// killed brings web up, and kills stack before a call that it makes.
func (p *project) killed(at string) {
	p.t.Helper()
	up := p.command("up", "-d", "web")
	r, err := recorder.Listen(p.t.TempDir(), docker.DaemonHost())
	assert.NilError(p.t, err)
	defer r.Close()
	r.Fate = func(_ int, c recorder.Call) recorder.Fate {
		if !strings.HasPrefix(c.String(), at) {
			return recorder.Passed
		}
		up.Process.Kill()
		return recorder.Broken
	}
	up.Env = append(slices.Clone(p.env), "DOCKER_HOST="+r.Host)
	assert.Check(p.t, up.Run() != nil)
	if !strings.HasPrefix(at, "POST") {
		assert.Check(p.t, p.fillers() != "")
	}
}

// fillers are the containers that fill the project's volumes.
func (p *project) fillers() string {
	p.t.Helper()
	return command(p.t, "docker", "ps", "-aq", "--filter", "name="+p.name+"_")
}

package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// unpacked writes the files of a txtar archive.
func unpacked(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, file.Name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		assert.NilError(t, os.WriteFile(name, file.Data, 0o600))
	}
	return dir
}

func desiredOf(t *testing.T, o project.Options) state.Desired {
	t.Helper()
	desired, err := load(t, o).Desired(project.DesiredOptions{})
	assert.NilError(t, err)
	return desired
}

// whereIs prints the positions of fields of web.
func whereIs(t *testing.T, desired state.Desired, fields ...string) string {
	t.Helper()
	var b strings.Builder
	for _, s := range desired.Services {
		if s.Name == "web" {
			for _, field := range fields {
				path, at := state.Written(s.Where, field)
				b.WriteString(field + ": " + at.String())
				if path != field {
					b.WriteString(" [" + path + "]")
				}
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

func TestWhereFieldsAreWritten(t *testing.T) {
	for _, c := range []struct {
		name    string
		archive string
		options project.Options
		fields  []string
		want    string
	}{
		{
			name: "one file, short and long syntax",
			archive: `-- compose.yaml --
services:
  web:
    image: web
    command: [serve,
      fast]
    environment:
      - LEVEL=info
      - OTHER
    ports:
      - "80:80"
      - "${FIRST:-8000}-8001:9000-9001"
      - target: 443
        published: "8443"
    volumes:
      - data:/data
      - {type: tmpfs, target: /tmp}
    networks: [front]
    depends_on:
      db: {condition: service_started, restart: true}
    labels: {com.example.a.b: x}
    deploy: {resources: {limits: {memory: 1g}}}
    extra_hosts: ["one:10.0.0.1"]
  db: {image: db}
networks: {front: {}}
volumes: {data: {}}
`,
			fields: []string{
				"", "image", "command", "environment.LEVEL", "environment.OTHER", "ports[0].published", "ports[1].target", "ports[2].target",
				"ports[3].published", "volumes[0].source", "volumes[1].target", "networks.front.aliases", "depends_on.db.restart",
				"labels.com.example.a.b", "deploy.resources.limits.memory", "deploy.resources.limits.cpus", "extra_hosts.one", "healthcheck.test",
			},
			want: `: compose.yaml:2
image: compose.yaml:3
command: compose.yaml:4
environment.LEVEL: compose.yaml:7
environment.OTHER: compose.yaml:8
ports[0].published: compose.yaml:10 [ports[0]]
ports[1].target: compose.yaml:11 [ports[1]]
ports[2].target: compose.yaml:11 [ports[2]]
ports[3].published: compose.yaml:13
volumes[0].source: compose.yaml:15 [volumes[0]]
volumes[1].target: compose.yaml:16
networks.front.aliases: compose.yaml:17 [networks.front]
depends_on.db.restart: compose.yaml:19
labels.com.example.a.b: compose.yaml:20
deploy.resources.limits.memory: compose.yaml:21
deploy.resources.limits.cpus: compose.yaml:21 [deploy.resources.limits]
extra_hosts.one: compose.yaml:22
healthcheck.test: compose.yaml:2 []
`,
		},
		{
			name: "several files",
			archive: `-- a.yaml --
services:
  web:
    image: a
    environment: {A: 1, BOTH: 1}
    ports: ["80:80"]
    volumes: ["./a:/data", "./b:/b"]
    cap_add: [X]
-- over/b.yml --
services:
  web:
    environment: {B: 1, BOTH: 2}
    ports: ["443:443"]
    volumes:
      - ./c:/data
-- c.yaml --
services:
  web:
    command: !override [x]
    cap_add: !reset []
    ports: !override
      - "90:90"
`,
			options: project.Options{Files: []string{"a.yaml", "over/b.yml", "c.yaml"}},
			fields: []string{
				"", "image", "environment.A", "environment.B", "environment.BOTH", "ports[0].target", "ports[1].target",
				"volumes[0].source", "volumes[1].source", "command", "cap_add",
			},
			want: `: c.yaml:2
image: a.yaml:3
environment.A: a.yaml:4
environment.B: over/b.yml:3
environment.BOTH: over/b.yml:3
ports[0].target: c.yaml:6 [ports[0]]
ports[1].target: c.yaml:5 [ports]
volumes[0].source: over/b.yml:6 [volumes[0]]
volumes[1].source: a.yaml:6 [volumes[1]]
command: c.yaml:3
cap_add: c.yaml:2 []
`,
		},
		{
			name: "extends, within and across files and folders",
			archive: `-- compose.yaml --
services:
  web:
    extends: middle
    environment: {OWN: 1}
  middle:
    extends: {file: sub/base.yml, service: base}
    restart: always
-- sub/base.yml --
services:
  base:
    extends: {file: deeper/root.yaml, service: root}
    environment: {MIDDLE: 1}
-- sub/deeper/root.yaml --
services:
  root:
    image: x
    environment: {ROOT: 1}
    ports:
      - "80:80"
`,
			fields: []string{"", "image", "environment.OWN", "environment.MIDDLE", "environment.ROOT", "restart", "ports[0].target"},
			want: `: compose.yaml:2
image: sub/deeper/root.yaml:3
environment.OWN: compose.yaml:4
environment.MIDDLE: sub/base.yml:4
environment.ROOT: sub/deeper/root.yaml:4
restart: compose.yaml:7
ports[0].target: sub/deeper/root.yaml:6 [ports[0]]
`,
		},
		{
			name: "includes",
			archive: `-- compose.yaml --
include:
  - path: [parts/web.yaml, parts/local.yaml]
  - parts/other.yaml
services:
  web:
    labels: {main: a}
-- parts/web.yaml --
services:
  web:
    image: web
    labels: {main: b, part: b}
    environment: {LEVEL: info}
-- parts/local.yaml --
services:
  web:
    environment: {LEVEL: debug}
-- parts/other.yaml --
services:
  web:
    environment: {LEVEL: other, OTHER: 1}
`,
			fields: []string{"", "image", "labels.main", "labels.part", "environment.LEVEL", "environment.OTHER"},
			want: `: compose.yaml:5
image: parts/web.yaml:3
labels.main: compose.yaml:6
labels.part: parts/web.yaml:4
environment.LEVEL: parts/local.yaml:3
environment.OTHER: parts/other.yaml:3
`,
		},
		{
			name: "anchors and merges",
			archive: `-- compose.yaml --
x-env: &env
  A: 1
  B: 1
x-common: &common
  restart: always
  logging:
    driver: local
services:
  web:
    <<: *common
    image: web
    environment:
      <<: *env
      B: 2
  db:
    image: db
    environment: *env
`,
			fields: []string{"restart", "logging.driver", "environment", "environment.A", "environment.B"},
			want: `restart: compose.yaml:5
logging.driver: compose.yaml:7
environment: compose.yaml:12
environment.A: compose.yaml:2
environment.B: compose.yaml:14
`,
		},
		{
			name: "env files, label files and inputs",
			archive: `-- compose.yaml --
services:
  web:
    build: .
    env_file: [one.env, sub/two.env]
    label_file: a.labels
    environment:
      OWN: 1
    secrets: [token]
    configs:
      - source: conf
        target: /conf
secrets:
  token: {file: ./token}
configs:
  conf:
    content: x
-- one.env --
OWN=0
ONE=1
BOTH=1
-- sub/two.env --
# comment
LONG="a
BOTH=not
"
BOTH=2
export TWO=2
-- a.labels --
first=1
com.example.x=2
-- token --
x
`,
			fields: []string{
				"image", "environment.OWN", "environment.ONE", "environment.BOTH", "environment.LONG", "environment.TWO", "environment.NONE",
				"labels.com.example.x", "secret/token", "config/conf", "secrets[0].source", "configs[0].target",
			},
			want: `image: compose.yaml:3
environment.OWN: compose.yaml:7
environment.ONE: one.env:2
environment.BOTH: sub/two.env:5
environment.LONG: sub/two.env:2
environment.TWO: sub/two.env:6
environment.NONE: compose.yaml:6 [environment]
labels.com.example.x: a.labels:2
secret/token: compose.yaml:13
config/conf: compose.yaml:15
secrets[0].source: compose.yaml:8 [secrets[0]]
configs[0].target: compose.yaml:11
`,
		},
		{
			name: "a profile, and hooks",
			archive: `-- compose.yaml --
services:
  web:
    profiles: [shop]
    image: ${IMAGE:-web}
    post_start:
      - command: [one]
      - command: [two]
        user: root
`,
			options: project.Options{Profiles: []string{"shop"}},
			fields:  []string{"image", "post_start[0].command", "post_start[1].user"},
			want: `image: compose.yaml:4
post_start[0].command: compose.yaml:6
post_start[1].user: compose.yaml:8
`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := c.options
			o.Dir, o.Name = unpacked(t, c.archive), "p"
			assert.Check(t, is.Equal(whereIs(t, desiredOf(t, o), c.fields...), c.want))
		})
	}
}

func TestWhereNetworksAndVolumesAreWritten(t *testing.T) {
	dir := unpacked(t, `-- compose.yaml --
services: {web: {image: web, networks: [front], volumes: ["data:/data"]}}
networks:
  front:
    driver: bridge
    ipam:
      config:
        - subnet: 10.9.0.0/24
volumes:
  data:
    driver_opts:
      type: none
    labels: [a=b]
-- over.yaml --
volumes:
  data:
    driver_opts: {device: /x}
`)
	desired := desiredOf(t, project.Options{Dir: dir, Name: "p", Files: []string{"compose.yaml", "over.yaml"}})
	network, volume := desired.Networks[0], desired.Volumes[0]
	for _, c := range []struct {
		where map[string]state.Position
		field string
		want  string
	}{
		{network.Where, "", "compose.yaml:3"},
		{network.Where, "driver", "compose.yaml:4"},
		{network.Where, "ipam.config[0].subnet", "compose.yaml:7"},
		{volume.Where, "", "over.yaml:2"},
		{volume.Where, "driver_opts.type", "compose.yaml:11"},
		{volume.Where, "driver_opts.device", "over.yaml:3"},
		{volume.Where, "labels.a", "compose.yaml:12"},
	} {
		_, at := state.Written(c.where, c.field)
		assert.Check(t, is.Equal(at.String(), c.want), c.field)
	}
}

func TestWhereTextOverridesAFieldOfAMapping(t *testing.T) {
	dir := unpacked(t, `-- a.yaml --
services:
  web:
    build:
      context: ./a
      target: x
-- b.yaml --
services:
  web:
    build: ./b
`)
	desired := desiredOf(t, project.Options{Dir: dir, Name: "p", Files: []string{"a.yaml", "b.yaml"}})
	assert.Equal(t, whereIs(t, desired, "build.context", "build.target", "build.dockerfile"),
		"build.context: b.yaml:3\nbuild.target: a.yaml:5\nbuild.dockerfile: b.yaml:3 [build]\n")
}

func TestWhereIsNamedAsPeopleDo(t *testing.T) {
	dir := unpacked(t, "-- sub/compose.yaml --\nservices: {web: {image: web}}\n")
	for _, c := range []struct {
		from string
		file string
		want string
	}{
		{dir, "sub/compose.yaml", "sub/compose.yaml:1"},
		{filepath.Join(dir, "sub"), "", "compose.yaml:1"},
		{t.TempDir(), filepath.Join(dir, "sub/compose.yaml"), filepath.Join(dir, "sub/compose.yaml:1")},
	} {
		o := project.Options{Dir: c.from, Name: "p"}
		if c.file != "" {
			o.Files = []string{c.file}
		}
		assert.Check(t, is.Equal(whereIs(t, desiredOf(t, o), "image"), "image: "+c.want+"\n"))
	}
	text := desiredOf(t, textOptions(t, "services: {web: {image: web}}"))
	assert.Check(t, is.Equal(whereIs(t, text, "image"), "image: stdin:1\n"))
}

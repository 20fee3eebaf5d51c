package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
)

const layers = `
services:
  web: {image: x, depends_on: [api], env_file: nowhere.env}
  api: {image: x, depends_on: {db: {condition: service_started}, cache: {condition: service_started, required: false}}}
  db: {image: x, networks: [data], volumes: ["data:/data"]}
  cache: {image: x, profiles: [fast]}
  debug: {image: x, profiles: [debug], depends_on: [db]}
  debug-ui: {image: x, profiles: [debug], depends_on: [debug]}
networks: {data: {}, unused: {}}
volumes: {data: {}, unused: {}}
`

func TestSelection(t *testing.T) {
	for _, c := range []struct {
		name             string
		options          project.Options
		services, others []string
	}{
		{"with dependencies", project.Options{Services: []string{"api"}}, []string{"api", "db"}, []string{"data", "default"}},
		{"without dependencies", project.Options{Services: []string{"api"}, NoDeps: true}, []string{"api"}, []string{"default"}},
		{"patterns", project.Options{Services: []string{"d*"}}, []string{"db", "debug", "debug-ui"}, []string{"data", "default"}},
		{"a service's profile becomes active", project.Options{Services: []string{"debug"}}, []string{"db", "debug"}, []string{"data", "default"}},
		{"active profiles", project.Options{Profiles: []string{"debug", "fast"}, NoEnvResolution: true},
			[]string{"api", "cache", "db", "debug", "debug-ui", "web"}, []string{"data", "default"}},
		{"COMPOSE_PROFILES", project.Options{Environ: []string{"COMPOSE_PROFILES=fast, x"}, NoEnvResolution: true},
			[]string{"api", "cache", "db", "web"}, []string{"data", "default"}},
		{"all resources", project.Options{Services: []string{"db"}, AllResources: true}, []string{"db"}, []string{"data", "default", "unused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := textOptions(t, layers)
			o.Services, o.NoDeps, o.Profiles, o.Environ = c.options.Services, c.options.NoDeps, c.options.Profiles, c.options.Environ
			o.NoEnvResolution, o.AllResources = c.options.NoEnvResolution, c.options.AllResources
			p := load(t, o)
			assert.DeepEqual(t, p.Services(), c.services)
			assert.DeepEqual(t, p.Networks(), c.others)
			assert.DeepEqual(t, p.ServiceNames(), []string{"api", "cache", "db", "debug", "debug-ui", "web"})
			d := desired(t, p, project.DesiredOptions{})
			assert.DeepEqual(t, d.Known, p.ServiceNames())
		})
	}
}

func TestNoSuchService(t *testing.T) {
	o := textOptions(t, layers)
	o.Services = []string{"debugg"}
	_, err := project.Load(t.Context(), o)
	assert.Error(t, err, `no such service: debugg; did you mean "debug"?`)
}

// A missing env file only stops what needs it.
func TestMissingEnvFileOfAnother(t *testing.T) {
	o := textOptions(t, layers)
	o.Services = []string{"db"}
	load(t, o)
	_, err := project.Load(t.Context(), textOptions(t, layers))
	assert.ErrorContains(t, err, "nowhere.env not found")
}

func TestRequiredVariableOfAnother(t *testing.T) {
	const text = `
services:
  db: {image: postgres}
  app: {image: app, depends_on: [db, web]}
  web: {image: web, environment: {TOKEN: "${TOKEN:?say which}", PORT: "${PORT:?}"}, volumes: ["data:/data"]}
volumes: {data: {name: "${NAME:?}"}}
`
	o := textOptions(t, text)
	o.Services = []string{"db"}
	p := load(t, o)
	assert.DeepEqual(t, p.Services(), []string{"db"})
	assert.DeepEqual(t, p.ServiceNames(), []string{"app", "db", "web"})
	assert.DeepEqual(t, p.Warnings, []string{
		"required variable NAME is not set: the services that need it are left out",
		"required variable PORT is not set: the services that need it are left out",
		"required variable TOKEN is not set: the services that need it are left out",
	})
	for _, needs := range [][]string{nil, {"web"}, {"db", "app"}} {
		o := textOptions(t, text)
		o.Services = needs
		_, err := project.Load(t.Context(), o)
		assert.ErrorContains(t, err, "TOKEN")
	}
}

func TestOptionalDependencyThatIsUndefined(t *testing.T) {
	p := loadText(t, "services: {web: {image: x, depends_on: {ghost: {condition: service_started, required: false}}}}")
	assert.DeepEqual(t, p.Warnings, []string{
		`services.web.depends_on.ghost: service "web" depends on undefined service "ghost", which is not required: ignored`})
	assert.Equal(t, len(desired(t, p, project.DesiredOptions{}).Services[0].DependsOn), 0)
}

package cli

import (
	"bytes"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

func settingsOf(t *testing.T, global globalOptions, env map[string]string) settings {
	t.Helper()
	a := &app{process: Process{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, global: global}
	s, err := a.settings(func(key string) (string, bool) { v, ok := env[key]; return v, ok })
	assert.NilError(t, err)
	return s
}

func TestFlagsWinOverVariables(t *testing.T) {
	flags := globalOptions{ansi: ansiAlways, progress: "json", parallel: 3}
	s := settingsOf(t, flags, map[string]string{"COMPOSE_ANSI": "never", "COMPOSE_PROGRESS": "quiet", "COMPOSE_PARALLEL_LIMIT": "9"})
	assert.Equal(t, s.mode, render.JSON)
	assert.Equal(t, s.parallel, 3)
	assert.Assert(t, s.color)
}

func TestVariablesSayHowToRun(t *testing.T) {
	unset := globalOptions{ansi: ansiAuto, parallel: -1}
	s := settingsOf(t, unset, map[string]string{"COMPOSE_ANSI": "always", "COMPOSE_PROGRESS": "tty", "COMPOSE_PARALLEL_LIMIT": "-1"})
	assert.Equal(t, s.mode, render.TTY)
	assert.Equal(t, s.parallel, -1, "no limit")
	assert.Assert(t, s.color)
	s = settingsOf(t, unset, map[string]string{"COMPOSE_ANSI": "always", "NO_COLOR": "1", "COMPOSE_PROGRESS": "none"})
	assert.Equal(t, s.mode, render.Quiet)
	assert.Assert(t, !s.color)
	s = settingsOf(t, unset, nil)
	assert.Equal(t, s.mode, render.Plain, "there is no terminal")
	assert.Equal(t, s.parallel, 0, "the default")
	assert.Assert(t, !s.color)
}

func TestTruthIsDockerComposes(t *testing.T) {
	for _, text := range []string{"1", "t", "true", "TRUE", "y", "yes", "Yes"} {
		assert.Check(t, truth(text), text)
	}
	for _, text := range []string{"", "0", "no", "false", "on", "2"} {
		assert.Check(t, !truth(text), text)
	}
}

func TestLogNames(t *testing.T) {
	container := func(name string, labels map[string]string) state.Container {
		return state.Container{Name: name, Project: "shop", Service: "web", Number: 2, Labels: labels}
	}
	assert.Equal(t, logName(container("shop-web-2", nil)), "web-2")
	assert.Equal(t, logName(container("shop_web_2", nil)), "web_2", "--compatibility")
	assert.Equal(t, logName(container("front", nil)), "front", "container_name")
	assert.Equal(t, logName(container("1f2e_shop-web-2", map[string]string{state.LabelReplace: "shop-web-2"})), "web-2")
	assert.Equal(t, logName(container("shopping", nil)), "shopping")
}

func TestWhichLogsAnUpShows(t *testing.T) {
	no := false
	services := []state.Service{{Name: "api"}, {Name: "db"}, {Name: "web"}}
	services[1].Config.Attach = &no
	g := goal{desired: state.Desired{Services: services}}
	shown := func(o upOptions, selected ...string) []string {
		g.policy.Selected = selected
		return o.attached(g)
	}
	assert.DeepEqual(t, shown(upOptions{}), []string{"api", "web"})
	assert.DeepEqual(t, shown(upOptions{noAttach: []string{"api"}}), []string{"web"})
	assert.DeepEqual(t, shown(upOptions{attach: []string{"db"}}), []string{"db"})
	assert.DeepEqual(t, shown(upOptions{}, "web"), []string{"web"})
	assert.DeepEqual(t, shown(upOptions{attachDependencies: true}, "web"), []string{"api", "web"})
}

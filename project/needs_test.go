package project_test

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

func TestNeedsHaveTheirPlace(t *testing.T) {
	p := loadText(t, `
x-base: &base
  umask: 18
services:
  web:
    <<: *base
    image: x
    deploy: {mode: global}
    volumes:
      - {type: bind, source: /tmp, target: /y, bind: {selinux: z, create_host_path: false}}
      - {type: image, source: x, target: /i}
networks: {default: {enable_ipv4: false}}
jobs: {once: {image: x, umask: 3, triggers: {manual: true}}}
`)
	var found []string
	for _, need := range desired(t, p, project.DesiredOptions{}).Needs {
		required := " "
		if need.Required {
			required = "!"
		}
		found = append(found, required+need.Service+" "+need.Field+" @ "+need.Where)
	}
	assert.DeepEqual(t, found, []string{
		"  jobs @ stdin:13:1: jobs",
		"  networks.default.enable_ipv4: false @ stdin:12:22: networks.default.enable_ipv4: false",
		" web deploy.mode: global @ stdin:8:14: services.web.deploy.mode: global",
		"!web umask @ stdin:3:3: services.web.umask",
		"!web volumes.1.type: image @ stdin:11:10: services.web.volumes.1.type: image",
		" web volumes.0.bind.selinux @ stdin:10:55: services.web.volumes.0.bind.selinux",
	})
}

func TestServicesThatAreNotActiveNeedNothing(t *testing.T) {
	p := loadText(t, "services: {web: {image: x}, other: {image: x, umask: 18, profiles: [x]}}")
	assert.Equal(t, len(desired(t, p, project.DesiredOptions{}).Needs), 0)
}

func TestAPISocketComesBeforeTheHash(t *testing.T) {
	const file = "services: {web: {image: x, use_api_socket: true}, other: {image: x}}"
	socket := func() (state.APISocket, error) {
		return state.APISocket{Path: "/run/engine.sock", Config: state.Content(`{"auths":{}}`)}, nil
	}
	with := byName(desired(t, loadText(t, file), project.DesiredOptions{APISocket: socket}))
	without := byName(desired(t, loadText(t, file), project.DesiredOptions{}))
	web := with["web"]
	assert.Assert(t, web.Hash != without["web"].Hash)
	assert.Equal(t, with["other"].Hash, without["other"].Hash)
	assert.Equal(t, web.Config.Volumes[0].Source+":"+web.Config.Volumes[0].Target, "/run/engine.sock:/var/run/docker.sock")
	assert.Equal(t, *web.Config.Environment["DOCKER_CONFIG"], "/run/secrets/docker")
	assert.Equal(t, web.Files[0].Target, "/run/secrets/docker/config.json")
	assert.Equal(t, string(web.Files[0].Content), `{"auths":{}}`)
}

func TestAPISocketThatIsNotThere(t *testing.T) {
	p := loadText(t, "services: {web: {image: x, use_api_socket: true}}")
	_, err := p.Desired(project.DesiredOptions{APISocket: func() (state.APISocket, error) {
		return state.APISocket{}, errors.New("no socket")
	}})
	assert.ErrorContains(t, err, "stdin:1:28: services.web.use_api_socket: no socket")
}

// Package docker is the Docker Engine as an [engine.Engine]: containers,
// networks, volumes and images, through the Engine API 1.41 (Engine 20.10) and
// newer.
//
// The engine is found as the docker CLI finds it: DOCKER_HOST, a docker
// context, or the default socket. See [Connect].
package docker

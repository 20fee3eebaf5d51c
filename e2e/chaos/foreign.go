package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/docker/docker/client"
)

// foreign is a project that no trial may touch.
type foreign struct {
	project *project
	before  string
}

const foreignFile = `
services:
  web:
    image: stack-e2e/dummy
    stop_grace_period: 0s
    volumes: [data:/data, /anonymous]
    networks: [net]
networks: {net: {ipam: {config: [{subnet: "${NET}.0/26"}]}}}
volumes: {data: {}}
`

func newForeign(ctx context.Context, b bench) (*foreign, error) {
	net, err := b.addresses.take(ctx)
	if err != nil {
		return nil, err
	}
	p := &project{binary: b.binary, name: "chaos-" + b.run, dir: filepath.Join(b.dir, "foreign"), env: []string{
		"HOME=" + filepath.Join(b.dir, "foreign"), "PATH=" + os.Getenv("PATH"), "NET=" + net,
	}}
	p.name = "foreign-" + p.name
	if err := p.write(map[string][]byte{"compose.yaml": []byte(foreignFile)}); err != nil {
		return nil, err
	}
	f := &foreign{project: p}
	if err := p.ok(ctx, b.docker.DaemonHost(), "up", "-d"); err != nil {
		return f, err
	}
	f.before, err = f.snapshot(ctx, b.docker)
	return f, err
}

func (f *foreign) snapshot(ctx context.Context, docker *client.Client) (string, error) {
	held, err := hold(ctx, docker, f.project.name)
	text := held.likeness(f.project.name)
	for _, c := range held.containers {
		text += "\n" + c.ID + " since " + c.State.StartedAt
	}
	for _, n := range held.networks {
		text += "\n" + n.ID
	}
	for _, v := range held.volumes {
		text += "\n" + v.CreatedAt
	}
	return text, err
}

// touched says whether something has become of it.
func (f *foreign) touched(ctx context.Context, docker *client.Client) error {
	now, err := f.snapshot(ctx, docker)
	if err == nil && now != f.before {
		err = fmt.Errorf("another project was touched: it was\n%s\nand is\n%s", f.before, now)
	}
	return err
}

func (f *foreign) remove(ctx context.Context, docker *client.Client) error {
	return removeAll(ctx, docker, f.project.name, false)
}

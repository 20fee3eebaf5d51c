package servicespec

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// secretsFolder is where an engine puts secrets that do not say where.
const secretsFolder = "/run/secrets/"

// place is where a task finds a config or secret, and who may read it.
type place struct {
	name, uid, gid string
	mode           fs.FileMode
}

// everybody may read a config or secret that does not say who may.
const everybody = 0o444

func placeOf(use types.FileReferenceConfig) place {
	p := place{name: cmp.Or(use.Target, use.Source), uid: cmp.Or(use.UID, "0"), gid: cmp.Or(use.GID, "0"), mode: everybody}
	if use.Mode != nil {
		p.mode = fs.FileMode(*use.Mode)
	}
	return p
}

func (c *converter) configs() []*swarm.ConfigReference {
	var all []*swarm.ConfigReference
	for _, use := range c.config.Configs {
		p := placeOf(types.FileReferenceConfig(use))
		all = append(all, &swarm.ConfigReference{
			File:       &swarm.ConfigReferenceFileTarget{Name: p.name, UID: p.uid, GID: p.gid, Mode: p.mode},
			ConfigName: c.inputName(state.KindConfig, use.Source),
		})
	}
	slices.SortStableFunc(all, func(a, b *swarm.ConfigReference) int { return strings.Compare(a.ConfigName, b.ConfigName) })
	return all
}

func (c *converter) secrets() []*swarm.SecretReference {
	var all []*swarm.SecretReference
	for _, use := range c.config.Secrets {
		p := placeOf(types.FileReferenceConfig(use))
		p.name = strings.TrimPrefix(p.name, secretsFolder) // what the loader adds
		all = append(all, &swarm.SecretReference{
			File:       &swarm.SecretReferenceFileTarget{Name: p.name, UID: p.uid, GID: p.gid, Mode: p.mode},
			SecretName: c.inputName(state.KindSecret, use.Source),
		})
	}
	slices.SortStableFunc(all, func(a, b *swarm.SecretReference) int { return strings.Compare(a.SecretName, b.SecretName) })
	return all
}

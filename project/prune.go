package project

import (
	"maps"

	"github.com/compose-spec/compose-go/v2/types"
)

// prune takes out what no active service uses.
func (p *Project) prune() {
	used := map[string]map[string]bool{"network": {}, "volume": {}, "secret": {}, "config": {}, "model": {}}
	var users []types.ServiceConfig
	for _, s := range p.Model.Services {
		users = append(append(users, s), hooksOf(s)...)
	}
	for _, s := range users {
		for key := range s.Networks {
			used["network"][key] = true
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeVolume {
				used["volume"][v.Source] = true
			}
		}
		for _, r := range p.fileReferences(s) {
			used[r.kind][r.use.Source] = true
		}
		useBuildSecrets(s, used["secret"])
		for key := range s.Models {
			used["model"][key] = true
		}
	}
	for _, s := range p.bases() {
		useBuildSecrets(s, used["secret"])
	}
	keep(p.Model.Networks, used["network"])
	keep(p.Model.Volumes, used["volume"])
	keep(p.Model.Secrets, used["secret"])
	keep(p.Model.Configs, used["config"])
	keep(p.Model.Models, used["model"])
}

func useBuildSecrets(s types.ServiceConfig, used map[string]bool) {
	if s.Build == nil {
		return
	}
	for _, secret := range s.Build.Secrets {
		used[secret.Source] = true
	}
}

func keep[M ~map[string]V, V any](all M, used map[string]bool) {
	maps.DeleteFunc(all, func(key string, _ V) bool { return !used[key] })
}

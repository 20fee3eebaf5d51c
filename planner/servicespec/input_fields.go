package servicespec

import (
	"fmt"
	"io/fs"

	"github.com/docker/docker/api/types/swarm"
)

// inputs are the configs and secrets by where they are found, and what the Swarm
// calls them: the name of another content is another one.
func (f fields) inputs(c *swarm.ContainerSpec) {
	for _, r := range c.Configs {
		if r.File == nil {
			f["credential_spec.config"] = r.ConfigName
			continue
		}
		f.input("configs."+r.File.Name, r.ConfigName, r.File.UID, r.File.GID, r.File.Mode)
	}
	for _, r := range c.Secrets {
		if r.File != nil {
			f.input("secrets."+r.File.Name, r.SecretName, r.File.UID, r.File.GID, r.File.Mode)
		}
	}
}

// input says whose a file is and who may read it where that is not what a Swarm
// has by itself.
func (f fields) input(path, name, uid, gid string, mode fs.FileMode) {
	f[path] = name
	for of, id := range map[string]string{" uid": uid, " gid": gid} {
		if id != "" && id != "0" {
			f[path+of] = id
		}
	}
	if mode != everybody {
		f[path+" mode"] = fmt.Sprintf("%04o", mode)
	}
}

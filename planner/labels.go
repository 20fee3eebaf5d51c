package planner

import (
	"maps"
	"strconv"
	"strings"

	"github.com/stackctl/stack/state"
)

// composeVersion is the version of Docker Compose whose labels these are.
const composeVersion = state.ComposeVersion

func containerLabels(project state.Project, service state.Service, number int, imageID string) (map[string]string, error) {
	config, err := state.EncodeConfig(service.Config)
	if err != nil {
		return nil, err
	}
	labels := maps.Clone(map[string]string(service.Config.Labels))
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, map[string]string{
		state.LabelProject:     project.Name,
		state.LabelService:     service.Name,
		state.LabelNumber:      strconv.Itoa(number),
		state.LabelOneOff:      "False",
		state.LabelConfigHash:  service.Hash,
		state.LabelDependsOn:   state.EncodeDependsOn(service.DependsOn),
		state.LabelImage:       imageID,
		state.LabelConfigFiles: strings.Join(project.ConfigFiles, ","),
		state.LabelWorkingDir:  project.WorkingDir,
		state.LabelVersion:     composeVersion,
		state.LabelStackConfig: config,
	})
	if one := service.OneOff; one != nil {
		delete(labels, state.LabelNumber)
		labels[state.LabelOneOff], labels[state.LabelSlug] = "True", one.Slug
	}
	if inputs := state.EncodeInputs(service.Inputs); inputs != "" {
		labels[state.LabelStackInputs] = inputs
	}
	if len(project.EnvFiles) > 0 {
		labels[state.LabelEnvFile] = strings.Join(project.EnvFiles, ",")
	}
	return labels, nil
}

func networkLabels(project state.Project, network state.Network) map[string]string {
	return resourceLabels(project, network.Config.Labels, state.LabelNetwork, network.Key, network.Hash)
}

func volumeLabels(project state.Project, volume state.Volume) map[string]string {
	return resourceLabels(project, volume.Config.Labels, state.LabelVolume, volume.Key, volume.Hash)
}

func resourceLabels(project state.Project, own map[string]string, kind, key, hash string) map[string]string {
	labels := maps.Clone(own)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, map[string]string{
		kind:                  key,
		state.LabelProject:    project.Name,
		state.LabelConfigHash: hash,
		state.LabelVersion:    composeVersion,
	})
	return labels
}

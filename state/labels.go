package state

// ComposeVersion is the version of Docker Compose whose labels, flags and output
// are kept to.
const ComposeVersion = "5.5.0"

// The labels that Docker Compose gives to what it creates. They are the state:
// a project is found, and handed over between the two tools, by them alone.
const (
	LabelProject      = "com.docker.compose.project"
	LabelService      = "com.docker.compose.service"
	LabelNumber       = "com.docker.compose.container-number"
	LabelConfigHash   = "com.docker.compose.config-hash"
	LabelOneOff       = "com.docker.compose.oneoff" // True or False
	LabelSlug         = "com.docker.compose.slug"
	LabelImage        = "com.docker.compose.image" // the image's id; on tasks of a Swarm, of one that no registry has
	LabelDependsOn    = "com.docker.compose.depends_on"
	LabelReplace      = "com.docker.compose.replace" // on a replacement: the container that it replaces
	LabelConfigFiles  = "com.docker.compose.project.config_files"
	LabelWorkingDir   = "com.docker.compose.project.working_dir"
	LabelEnvFile      = "com.docker.compose.project.environment_file"
	LabelNetwork      = "com.docker.compose.network"
	LabelVolume       = "com.docker.compose.volume"
	LabelHook         = "com.docker.compose.hook"       // on a container that runs a hook: its kind
	LabelHookIndex    = "com.docker.compose.hook-index" // its place in the service's list, from 0
	LabelVersion      = "com.docker.compose.version"
	LabelStackConfig  = "dev.stack.config" // the service as it was applied: see EncodeConfig
	LabelStackInputs  = "dev.stack.inputs" // digests of configs and secrets: see EncodeInputs
	LabelStackInput   = "dev.stack.input"  // on a config or secret of a Swarm: its key in the compose file
	LabelStackImages  = "dev.stack.images" // ids of the images that are mounted, by target: see EncodeInputs
	LabelStackGiven   = "dev.stack.given"  // names of the variables that providers and models gave, with commas
	LabelStackVersion = "dev.stack.version"
	LabelStackKeeps   = "dev.stack.keeps" // on a container that only holds the anonymous volumes of another: its id
	LabelStackFiles   = "dev.stack.files" // on a volume that holds configs and secrets: the service that they are for
)

package render

import (
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// words are what is said while an operation runs and when it has succeeded, in
// Docker Compose's terms where it has one.
type words struct{ doing, done string }

// checkImage is a BuildImage that only looks at the Dockerfile.
const checkImage = "CheckImage"

// operationOf is what words tell a node's operation by: its kind.
func operationOf(node planner.Node) string {
	if op, is := node.Op.(planner.BuildImage); is && op.Build.Check {
		return checkImage
	}
	return node.Op.Kind()
}

// wordsOf returns nothing for operations that are a part of another one and
// not told on their own.
func wordsOf(op string, condition state.Condition) words {
	switch op {
	case "PullImage":
		return words{"Pulling", "Pulled"}
	case "BuildImage":
		return words{"Building", "Built"}
	case "PushImage":
		return words{"Pushing", "Pushed"}
	case checkImage:
		return words{"Checking", "Checked"}
	case "CreateNetwork", "CreateVolume", "WriteVolume", "CreateContainer", "RunProvider", "CreateService", "CreateInput":
		return words{"Creating", "Created"}
	case "UpdateService":
		return words{"Updating", "Updated"}
	case "RemoveImage", "RemoveNetwork", "RemoveVolume", "RemoveContainer", "RemoveProvider", "RemoveInput":
		return words{"Removing", "Removed"}
	case "RemoveService": // which is done when its tasks have ended
		return words{doing: "Removing"}
	case "AwaitServiceGone":
		return words{done: "Removed"}
	case "StartContainer":
		return words{"Starting", "Started"}
	case "StopContainer", "StopProvider":
		return words{"Stopping", "Stopped"}
	case "KillContainer":
		return words{"Killing", "Killed"}
	case "PauseContainer":
		return words{"", "Paused"}
	case "UnpauseContainer":
		return words{"", "Unpaused"}
	case "ConfigureModel":
		return words{"Configuring", "Configured"}
	case "RenameContainer":
		return words{"Renaming", "Renamed"}
	case "AwaitContainer":
		return words{"Waiting", metWord(condition)}
	case "AwaitService":
		return convergingWords(condition)
	}
	return words{}
}

// convergingWords are those of the wait for a service of a Swarm.
func convergingWords(condition state.Condition) words {
	switch condition {
	case state.Started:
		return words{"Waiting", "Started"}
	case state.Completed:
		return words{"Running", "Completed"}
	case state.Healthy, state.Ready:
	}
	return words{"Converging", "Converged"}
}

func metWord(condition state.Condition) string {
	switch condition {
	case state.Completed:
		return "Exited"
	case state.Started:
		return "Started"
	case state.Healthy, state.Ready:
	}
	return "Healthy"
}

// activity is what is said in the live view of an operation that runs, also of
// those that wordsOf leaves out.
func activity(op string, condition state.Condition) string {
	switch op {
	case "WriteFiles", "WriteVolume":
		return "Writing configs and secrets"
	case "ConnectNetwork":
		return "Connecting"
	case "DisconnectNetwork":
		return "Disconnecting"
	case "PauseContainer":
		return "Pausing"
	case "UnpauseContainer":
		return "Unpausing"
	case "RunHook":
		return "Running a hook"
	case "MonitorContainer":
		return "Watching that it stays ready"
	case "Delay":
		return "Waiting for its turn"
	case "AwaitServiceGone":
		return "Waiting for the end of its tasks"
	case "AwaitContainer":
		switch condition {
		case state.Completed:
			return "Waiting for its end"
		case state.Ready, state.Started:
			return "Waiting until it is ready"
		case state.Healthy:
		}
		return "Waiting for its health"
	}
	return wordsOf(op, condition).doing
}

// purpose completes "waits for web …".
func purpose(op string, condition state.Condition) string {
	switch op {
	case "PullImage":
		return "to be pulled"
	case "BuildImage":
		return "to be built"
	case "PushImage":
		return "to be pushed"
	case "StartContainer", "RunHook":
		return "to start"
	case "StopContainer", "StopProvider":
		return "to stop"
	case "KillContainer":
		return "to be killed"
	case "PauseContainer":
		return "to be paused"
	case "UnpauseContainer":
		return "to go on"
	case "RunProvider", "ConfigureModel":
		return "to be provided"
	case "RemoveContainer", "RemoveNetwork", "RemoveVolume", "RemoveImage", "RemoveProvider", "RemoveService", "RemoveInput":
		return "to be removed"
	case "UpdateService":
		return "to be updated"
	case "AwaitServiceGone":
		return "to be gone"
	case "AwaitService":
		switch condition {
		case state.Started:
			return "to start"
		case state.Completed:
			return "to complete"
		case state.Healthy, state.Ready:
		}
		return "to converge"
	case "DisconnectNetwork":
		return "to be disconnected"
	case "MonitorContainer":
		return "to stay ready"
	case "AwaitContainer":
		switch condition {
		case state.Completed:
			return "to complete"
		case state.Ready, state.Started:
			return "to be ready"
		case state.Healthy:
		}
		return "to be healthy"
	}
	return "to be created"
}

// undoneWord says what a compensation did.
func undoneWord(op string) string {
	switch op {
	case "RemoveContainer":
		return "removed"
	case "CreateNetwork":
		return "created again"
	case "StartContainer":
		return "started again"
	case "StopContainer":
		return "stopped"
	case "ConnectNetwork":
		return "connected again"
	case "RenameContainer":
		return "has its other name again"
	}
	return op
}

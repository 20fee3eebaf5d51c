package docker

// The API versions that brought what is left out of calls to older engines.
// What a project misses by that, the planner says: see state.Need.
const (
	apiEndpointMAC     = "1.44"
	apiUniqueNetworks  = "1.44"
	apiStartInterval   = "1.44"
	apiSubpath         = "1.45"
	apiEnableIPv4      = "1.48"
	apiImageMount      = "1.48"
	apiGatewayPriority = "1.48"
	apiInterfaceName   = "1.49"
)

package cli

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type portOptions struct {
	index    int
	protocol string
}

func (a *app) portCommand() *cobra.Command {
	var o portOptions
	cmd := &cobra.Command{
		Use:   "port [OPTIONS] SERVICE PRIVATE_PORT",
		Short: "Print where a port of a service is published",
		Long: `Print the address at which a port of a service's container is published:
ADDRESS:PORT. Of several addresses it is one of IPv4, if there is one.

With -p NAME alone no compose file is needed.`,
		Example: `  stack port web 80
  stack port --index 2 --protocol udp dns 53
  curl "http://$(stack port web 80)/"`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			port, err := strconv.ParseUint(args[1], 10, 16)
			if err != nil {
				return fmt.Errorf("invalid port %q: it is a number up to 65535", args[1])
			}
			return a.port(cmd.Context(), o, args[0], int(port))
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.index, "index", 0, "Number of the replica")
	f.StringVar(&o.protocol, "protocol", "tcp", "tcp or udp")
	completeFlag(cmd, "protocol", "tcp", "udp")
	return cmd
}

func (a *app) port(ctx context.Context, o portOptions, service string, port int) error {
	v, c, err := a.viewReplica(ctx, service, o.index)
	if err != nil {
		return err
	}
	defer v.close()
	if !c.Running() {
		return fmt.Errorf("service %q is not running", service)
	}
	var found *state.Port
	for _, p := range c.Ports {
		if p.TargetPort == port && p.Protocol == strings.ToLower(o.protocol) && p.PublishedPort != 0 && (found == nil || isIPv4(p.HostIP) && !isIPv4(found.HostIP)) {
			found = &p
		}
	}
	if found == nil {
		return noPort(c, port, o.protocol)
	}
	_, err = fmt.Fprintln(a.process.Out, net.JoinHostPort(found.HostIP, strconv.Itoa(found.PublishedPort)))
	return err
}

func isIPv4(address string) bool { return net.ParseIP(address).To4() != nil }

func noPort(c state.Container, port int, protocol string) error {
	published := slices.DeleteFunc(slices.Clone(c.Ports), func(p state.Port) bool { return p.PublishedPort == 0 })
	has := render.Ports(published)
	if has == "" {
		has = "it publishes none"
	}
	return fmt.Errorf("no port %d/%s for container %s: %s", port, protocol, c.Name, has)
}

// completeOneService proposes a service as the first argument alone.
func (a *app) completeOneService(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeServices(cmd, args, prefix)
}

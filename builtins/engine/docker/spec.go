package docker

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
	oci "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// configOf is the part of a spec that travels with the container. startInterval says whether the engine
// knows an interval for the time of starting.
func configOf(s engine.ContainerSpec, startInterval bool) *container.Config {
	config := &container.Config{
		Image: s.Image, Entrypoint: s.Entrypoint, Cmd: s.Command, Env: s.Env, Labels: s.Labels,
		User: s.User, WorkingDir: s.Workdir, Hostname: s.Hostname, StopSignal: s.StopSignal,
		Healthcheck: healthOf(s.Health, startInterval),
		OpenStdin:   s.OpenStdin, StdinOnce: s.OpenStdin,
		AttachStdin: s.OpenStdin, AttachStdout: s.OpenStdin, AttachStderr: s.OpenStdin,
	}
	if s.StopTimeout > 0 {
		seconds := wholeSeconds(s.StopTimeout)
		config.StopTimeout = &seconds
	}
	if len(s.Publish) > 0 {
		config.ExposedPorts = nat.PortSet{}
		for _, p := range s.Publish {
			config.ExposedPorts[portOf(p)] = struct{}{}
		}
	}
	return config
}

// healthOf sets the interval for the time of starting wherever there is a start period: engines from 25 on
// would else wait 5 s before the first check.
func healthOf(h *engine.HealthCheck, startInterval bool) *container.HealthConfig {
	if h == nil {
		return nil
	}
	if len(h.Exec) == 0 {
		return &container.HealthConfig{Test: []string{"NONE"}}
	}
	config := &container.HealthConfig{
		Test:     append([]string{"CMD"}, h.Exec...),
		Interval: h.Interval, Timeout: h.Timeout, StartPeriod: h.StartPeriod, Retries: h.Retries,
	}
	if startInterval && h.StartPeriod > 0 {
		config.StartInterval = h.StartInterval
		if config.StartInterval == 0 {
			config.StartInterval = h.Interval
		}
	}
	return config
}

// hostOf is the part of a spec that concerns the machine.
func hostOf(s engine.ContainerSpec) (*container.HostConfig, error) {
	restart, err := restartOf(s.Restart)
	if err != nil {
		return nil, err
	}
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode(s.NetworkMode), RestartPolicy: restart, AutoRemove: s.AutoRemove,
		ReadonlyRootfs: s.ReadOnly, CapAdd: s.CapAdd, CapDrop: s.CapDrop, SecurityOpt: s.SecurityOpt,
		ExtraHosts: s.ExtraHosts, DNS: s.DNS, ShmSize: s.ShmSize, Tmpfs: s.Tmpfs,
		Resources: resourcesOf(s.Limits),
		Mounts:    mountsOf(s.Mounts),
	}
	if names := endpointNames(s); s.NetworkMode == "" && len(names) > 0 {
		host.NetworkMode = container.NetworkMode(names[0])
	}
	if s.Init {
		host.Init = &s.Init
	}
	if s.Logging != nil {
		host.LogConfig = container.LogConfig{Type: s.Logging.Driver, Config: s.Logging.Options}
	}
	if len(s.Publish) > 0 {
		host.PortBindings = nat.PortMap{}
		for _, p := range s.Publish {
			binding := nat.PortBinding{HostIP: p.Address, HostPort: strconv.Itoa(p.Port)}
			host.PortBindings[portOf(p)] = append(host.PortBindings[portOf(p)], binding)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Ulimits)) {
		u := s.Ulimits[name]
		host.Ulimits = append(host.Ulimits, &container.Ulimit{Name: name, Soft: u.Soft, Hard: u.Hard})
	}
	for _, text := range s.Devices {
		device, err := deviceOf(text)
		if err != nil {
			return nil, err
		}
		host.Devices = append(host.Devices, device)
	}
	return host, nil
}

func portOf(p engine.Publish) nat.Port {
	protocol := p.Protocol
	if protocol == "" {
		protocol = "tcp"
	}
	return nat.Port(strconv.Itoa(p.Target) + "/" + protocol)
}

// resourcesOf says what the engine would take for memory and swap together if it were left out, since an
// update that raises the one above the other is refused.
func resourcesOf(l engine.Limits) container.Resources {
	r := container.Resources{
		Memory: l.Memory, MemorySwap: 2 * l.Memory,
		NanoCPUs: int64(math.Round(l.CPUs * 1e9)),
	}
	if l.PIDs != 0 {
		r.PidsLimit = &l.PIDs
	}
	return r
}

func mountsOf(mounts []engine.Mount) []mount.Mount {
	var list []mount.Mount
	for _, m := range mounts {
		one := mount.Mount{Type: mount.TypeVolume, Source: m.Volume, Target: m.Target, ReadOnly: m.ReadOnly}
		if m.Volume == "" {
			one.Type, one.Source = mount.TypeBind, m.Source
		}
		list = append(list, one)
	}
	return list
}

func deviceOf(text string) (container.DeviceMapping, error) {
	parts := strings.Split(text, ":")
	d := container.DeviceMapping{PathOnHost: parts[0], PathInContainer: parts[0], CgroupPermissions: "rwm"}
	switch {
	case parts[0] == "" || len(parts) > 3:
		return d, fmt.Errorf("device %q: want host[:container[:rwm]]", text)
	case len(parts) == 3:
		d.PathInContainer, d.CgroupPermissions = parts[1], parts[2]
	case len(parts) == 2 && strings.Trim(parts[1], "rwm") == "":
		d.CgroupPermissions = parts[1]
	case len(parts) == 2:
		d.PathInContainer = parts[1]
	}
	return d, nil
}

func restartOf(text string) (container.RestartPolicy, error) {
	name, count, limited := strings.Cut(text, ":")
	policy := container.RestartPolicy{Name: container.RestartPolicyMode(name)}
	if limited {
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 || name != "on-failure" {
			return policy, fmt.Errorf("restart %q: want no, always, unless-stopped, on-failure or on-failure:N", text)
		}
		policy.MaximumRetryCount = n
	}
	return policy, nil
}

// restartText is the inverse of restartOf.
func restartText(p container.RestartPolicy) string {
	switch {
	case p.Name == "":
		return "no"
	case p.MaximumRetryCount > 0:
		return string(p.Name) + ":" + strconv.Itoa(p.MaximumRetryCount)
	}
	return string(p.Name)
}

// endpointNames are the spec's networks in a fixed order, so that the first of them, where the container's
// default route goes, is the same every time.
func endpointNames(s engine.ContainerSpec) []string {
	var names []string
	for name := range s.Endpoints {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func endpointOf(e engine.Endpoint) *network.EndpointSettings {
	settings := &network.EndpointSettings{Aliases: slices.Clone(e.Aliases)}
	switch {
	case e.Address.Is4():
		settings.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: e.Address.String()}
	case e.Address.IsValid():
		settings.IPAMConfig = &network.EndpointIPAMConfig{IPv6Address: e.Address.String()}
	}
	return settings
}

func platformOf(text string) *oci.Platform {
	if text == "" {
		return nil
	}
	parts := append(strings.Split(text, "/"), "", "")
	return &oci.Platform{OS: parts[0], Architecture: parts[1], Variant: parts[2]}
}

// wholeSeconds rounds up, since the engine counts in seconds and 0 is no patience at all.
func wholeSeconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}

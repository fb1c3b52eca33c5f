package container

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Place is where a container goes: what its spec alone does not tell.
type Place struct {
	Recipe     state.Recipe
	Addr       addr.Addr
	Release    string
	Generation int
	Renewed    int    // how often the release was asked for anew
	Index      int    // replica, from 1
	Image      string // the reference to run
	// Networks are the real names in the order of the spec; Address is fixed on the first one, zero for a
	// dynamic one.
	Networks []string
	Address  netip.Addr
	// Alias says whether the networks' DNS gives the service's name for this container. Those behind a port
	// have none: it would answer for releases that are not checked yet, or on their way out.
	Alias bool
	// Volumes are the real names by address.
	Volumes map[string]string
	// Jobs is the label that says after which jobs it starts, empty for none.
	Jobs string
	// Hosts are further extra_hosts: the names of internal ports.
	Hosts map[string]string
}

// CreateConfig is the config of a create step.
type CreateConfig struct {
	Spec engine.ContainerSpec `json:"spec"`
	// Env by name; filled into Spec at the moment of use, since values may be secret.
	Env   map[string]state.Text `json:"env,omitempty"`
	Files map[string]File       `json:"files,omitempty"`
}

// Create says how to make the container of spec at a place.
func Create(s *Spec, raw []byte, p Place) (CreateConfig, error) {
	labels := label.For(p.Recipe, p.Addr, raw)
	labels[label.Release] = p.Release
	labels[label.Generation] = strconv.Itoa(p.Generation)
	labels[label.Index] = strconv.Itoa(p.Index)
	if p.Renewed > 0 {
		labels[label.Renewed] = strconv.Itoa(p.Renewed)
	}
	if p.Jobs != "" {
		labels[label.Jobs] = p.Jobs
	}
	if p.Address.IsValid() {
		labels[label.Address] = p.Address.String()
	}
	maps.Copy(labels, s.Labels)
	spec := engine.ContainerSpec{
		Name: Name(p.Recipe.Name, p.Recipe.Moved.Label(p.Addr), p.Release, p.Index), Image: p.Image, Platform: s.Platform,
		Entrypoint: s.Entrypoint, Command: s.Command, Labels: labels,
		User: s.User, Workdir: s.Workdir, Hostname: s.Hostname,
		Tmpfs: s.Tmpfs, Restart: s.Restart, Init: s.Init, ReadOnly: s.ReadOnly,
		CapAdd: s.CapAdd, CapDrop: s.CapDrop, Devices: s.Devices, DNS: s.DNS, ShmSize: s.ShmSize,
		Endpoints: Endpoints(p), ExtraHosts: hosts(s.ExtraHosts, p.Hosts),
		Limits: s.InPlace().Limits,
	}
	if s.Stop != nil {
		spec.StopSignal, spec.StopTimeout = s.Stop.Signal, s.Stop.Timeout.Std()
	}
	for name, u := range s.Ulimits {
		if spec.Ulimits == nil {
			spec.Ulimits = map[string]engine.Ulimit{}
		}
		spec.Ulimits[name] = engine.Ulimit(u)
	}
	if s.Logging != nil {
		spec.Logging = &engine.Logging{Driver: s.Logging.Driver, Options: s.Logging.Options}
	}
	if h := s.Health; h != nil && h.Exec != nil {
		spec.Health = &engine.HealthCheck{Exec: h.Exec, Interval: h.Interval.Std(), Timeout: h.Timeout.Std(),
			StartPeriod: h.StartTimeout.Std(), Retries: h.Retries}
	}
	spec.Mounts = mounts(s, p)
	for _, name := range slices.Sorted(maps.Keys(s.Expose)) {
		if e := s.Expose[name]; e.Publish != "" {
			publish, err := ParsePublish(e.Publish, e.Port)
			if err != nil {
				return CreateConfig{}, fmt.Errorf("expose %q: %w", name, err)
			}
			spec.Publish = append(spec.Publish, publish)
		}
	}
	return CreateConfig{Spec: spec, Env: s.Env, Files: s.File}, nil
}

// Endpoints are a container's places on its networks, by their names.
func Endpoints(p Place) map[string]engine.Endpoint {
	all := map[string]engine.Endpoint{}
	for i, name := range p.Networks {
		var e engine.Endpoint
		if i == 0 {
			e.Address = p.Address
		}
		if p.Alias {
			e.Aliases = aliases(p.Recipe.Moved, p.Addr)
		}
		all[name] = e
	}
	return all
}

// aliases are a service's names in the DNS: that which expressions read, and, where its block moved, the one that
// they will read when the recipe no longer says so.
func aliases(moved *state.Moves, a addr.Addr) []string {
	names := []string{moved.Named(a).Short()}
	if later := moved.Label(a).Short(); later != names[0] {
		names = append(names, later)
	}
	return names
}

func hosts(of ...map[string]string) []string {
	var lines []string
	for _, m := range of {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			lines = append(lines, name+":"+m[name])
		}
	}
	return lines
}

func mounts(s *Spec, p Place) []engine.Mount {
	var all []engine.Mount
	for _, target := range slices.Sorted(maps.Keys(s.Mount)) {
		m := s.Mount[target]
		out := engine.Mount{Target: target, ReadOnly: m.ReadOnly}
		switch {
		case m.Volume != nil:
			out.Volume = p.Volumes[m.Volume.Addr]
		case path.IsAbs(m.Source):
			out.Source = m.Source
		default:
			out.Source = filepath.Join(p.Recipe.Dir, m.Source)
		}
		all = append(all, out)
	}
	return all
}

// ParsePublish reads a fixed port of the machine: "5432", "127.0.0.1:5432", "[::1]:53/udp".
func ParsePublish(text string, target int) (engine.Publish, error) {
	host, protocol, named := strings.Cut(text, "/")
	address := ""
	if strings.Contains(host, ":") {
		h, port, err := net.SplitHostPort(host)
		if err != nil {
			return engine.Publish{}, publishError(text)
		}
		if _, err := netip.ParseAddr(h); err != nil && h != "" {
			return engine.Publish{}, publishError(text)
		}
		address, host = h, port
	}
	port, err := strconv.ParseUint(host, 10, 16)
	if err != nil || port == 0 {
		return engine.Publish{}, publishError(text)
	}
	if named && protocol != "tcp" && protocol != "udp" {
		return engine.Publish{}, publishError(text)
	}
	return engine.Publish{Address: address, Port: int(port), Target: target, Protocol: protocol}, nil
}

func publishError(text string) error {
	return fmt.Errorf(`%q is not a port of the machine; write PORT or ADDRESS:PORT, with /udp for UDP, for example "127.0.0.1:5432"`, text)
}

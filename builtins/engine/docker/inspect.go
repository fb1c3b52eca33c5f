package docker

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// labelFilter asks the engine for objects that carry all labels; an empty value stands for any.
func labelFilter(labels map[string]string) filters.Args {
	args := filters.NewArgs()
	for name, value := range labels {
		if value != "" {
			name += "=" + value
		}
		args.Add("label", name)
	}
	return args
}

// Containers lists in one call. Health and exit code are read from the status that the engine writes for
// people, since a listing has them nowhere else.
func (r *Reader) Containers(ctx context.Context, labels map[string]string) ([]engine.Container, error) {
	list, err := r.client.ContainerList(ctx, container.ListOptions{All: true, Filters: labelFilter(labels)})
	if err != nil {
		return nil, failed(err, "listing containers")
	}
	containers := make([]engine.Container, 0, len(list))
	for _, c := range list {
		health, exit := parseStatus(c.Status)
		found := engine.Container{
			ID: c.ID, Image: c.Image, ImageID: c.ImageID,
			State: engine.State(c.State), Health: health, ExitCode: exit,
			Created: time.Unix(c.Created, 0), Labels: c.Labels,
		}
		if len(c.Names) > 0 {
			found.Name = strings.TrimPrefix(c.Names[0], "/")
		}
		if c.NetworkSettings != nil {
			found.Addresses = addresses(c.NetworkSettings.Networks)
		}
		containers = append(containers, found)
	}
	return containers, nil
}

// parseStatus reads "Up 2 minutes (healthy)", "Exited (137) 3 seconds ago".
func parseStatus(status string) (health string, exit int) {
	_, word, _ := strings.Cut(status, "(")
	word, _, _ = strings.Cut(word, ")")
	switch word {
	case "healthy", "unhealthy":
		return word, 0
	case "health: starting":
		return "starting", 0
	}
	exit, _ = strconv.Atoi(word) // 0 where it is no number
	return "", exit
}

// addresses prefers what was asked for over what is: a stopped container has the first alone.
func addresses(networks map[string]*network.EndpointSettings) map[string]netip.Addr {
	found := map[string]netip.Addr{}
	for name, e := range networks {
		if e == nil {
			continue
		}
		candidates := []string{e.IPAddress, e.GlobalIPv6Address}
		if e.IPAMConfig != nil {
			candidates = append([]string{e.IPAMConfig.IPv4Address, e.IPAMConfig.IPv6Address}, candidates...)
		}
		for _, text := range candidates {
			if addr, err := netip.ParseAddr(text); err == nil {
				found[name] = addr
				break
			}
		}
	}
	return found
}

// Container tells all about one container.
func (r *Reader) Container(ctx context.Context, id string) (engine.Container, error) {
	c, err := r.client.ContainerInspect(ctx, id)
	if err != nil {
		return engine.Container{}, failed(err, "container %s", id)
	}
	found := engine.Container{
		ID: c.ID, Name: strings.TrimPrefix(c.Name, "/"), ImageID: c.Image,
		State: engine.State(c.State.Status), ExitCode: c.State.ExitCode, OOMKilled: c.State.OOMKilled,
		Created: parseTime(c.Created), Started: parseTime(c.State.StartedAt), PID: c.State.Pid, Finished: parseTime(c.State.FinishedAt),
		Restart: restartText(c.HostConfig.RestartPolicy), RestartCount: c.RestartCount,
		Limits: limitsOf(c.HostConfig.Resources),
	}
	if c.Config != nil {
		found.Image, found.Labels, found.Env = c.Config.Image, c.Config.Labels, c.Config.Env
	}
	if c.NetworkSettings != nil {
		found.Addresses = addresses(c.NetworkSettings.Networks)
	}
	if h := c.State.Health; h != nil && h.Status != container.NoHealthcheck {
		found.Health = h.Status
		if n := len(h.Log); n > 0 {
			found.HealthLog = h.Log[n-1].Output
		}
	}
	return found, nil
}

func limitsOf(r container.Resources) engine.Limits {
	limits := engine.Limits{Memory: r.Memory, CPUs: float64(r.NanoCPUs) / 1e9}
	if r.PidsLimit != nil && *r.PidsLimit > 0 {
		limits.PIDs = *r.PidsLimit
	}
	return limits
}

// parseTime reads the engine's times, of which the zero one stands for never.
func parseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

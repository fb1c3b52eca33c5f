package docker

import (
	"context"
	"slices"
	"strings"

	"github.com/deployrecipe/recipe/builtins/engine"
)

// Info asks the engine about itself, in one call and once: it runs programs to answer, which takes as long as all
// else that a plan asks.
func (r *Reader) Info(ctx context.Context) (engine.Info, error) {
	if about := r.about.Load(); about != nil {
		return *about, nil
	}
	info, err := r.client.Info(ctx)
	if err != nil {
		return engine.Info{}, failed(err, "asking the engine about itself")
	}
	about := &engine.Info{
		ID:          info.ID,
		Name:        info.Name,
		Version:     info.ServerVersion,
		API:         r.client.ClientVersion(),
		OS:          info.OSType,
		Arch:        goArch(info.Architecture),
		Rootless:    slices.ContainsFunc(info.SecurityOptions, func(o string) bool { return strings.HasPrefix(o, "name=rootless") }),
		Desktop:     isDesktop(info.OperatingSystem),
		Memory:      info.MemTotal,
		CPUs:        info.NCPU,
		StoreDriver: info.Driver,
		Root:        info.DockerRootDir,
		HostAddress: r.target.address(),
	}
	r.about.Store(about)
	return *about, nil
}

// goArch translates the kernel's name of an architecture, which engines report, to Go's.
func goArch(name string) string {
	switch name {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armv7l", "armv6l", "armhf":
		return "arm"
	case "i386", "i686":
		return "386"
	}
	return name
}

// isDesktop knows the products that run the engine in a virtual machine by the name of the system in it.
func isDesktop(system string) bool {
	for _, name := range []string{"Docker Desktop", "OrbStack", "Rancher Desktop"} {
		if strings.Contains(system, name) {
			return true
		}
	}
	return false
}

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything is each argument of a service and a job, beside those that the example has.
const everything = `
network "one" {}
network "two" { internal = true }
volume "data" { protect = true }

service "all" {
  image      = image.web
  entrypoint = ["/server"]
  command    = ["worker"]
  env        = { TICK = "500ms", GONE = null, PEER = service.web.name }
  networks   = [network.one, network.two]
  user       = "1000:1001"
  workdir    = "/work"
  hostname   = "all.example.test"
  labels     = { "com.example.team" = "shop" }
  init       = true
  tmpfs      = { "/scratch" = "size=1m,mode=1777" }
  ulimits    = { nofile = 2048, nproc = { soft = 100, hard = 200 } }
  cap_add    = ["NET_BIND_SERVICE"]
  cap_drop   = ["ALL"]
  devices    = ["/dev/null:/dev/xnull:r"]
  extra_hosts = { "db.test" = "10.9.8.7" }
  dns        = ["192.0.2.53"]
  logging = {
    driver  = "json-file"
    options = { "max-size" = "1m" }
  }
  shm_size = "32MiB"
  expose "http" {
    port    = 8080
    publish = "127.0.0.1:PUBLISH"
  }
  mount "/data" {
    volume    = volume.data
    exclusive = true
  }
  mount "/host" {
    source    = "./host"
    read_only = true
  }
  file "/etc/all.conf" {
    content = "all"
    mode    = "0640"
  }
  limits {
    memory = "64MiB"
    cpus   = 0.5
    pids   = 64
  }
  stop {
    signal  = "SIGINT"
    timeout = "3s"
  }
  restart = "on-failure:3"
}

job "once" {
  image      = image.web
  entrypoint = ["/server"]
  command    = ["migrate"]
  networks   = [network.two]
  user       = "1000"
  hostname   = "once"
  read_only  = true
  tmpfs      = ["/scratch"]
  mount "/data" { volume = volume.data }
  limits { memory = "32MiB" }
  timeout    = "1m"
  depends_on = [service.all]
}
`

// inspected is what an engine tells of a container, as far as arguments show there.
type inspected struct {
	Config struct {
		User, WorkingDir, Hostname, StopSignal string
		StopTimeout                            int
		Entrypoint, Cmd, Env                   []string
		Labels                                 map[string]string
	}
	HostConfig struct {
		Init           bool
		ReadonlyRootfs bool
		Tmpfs          map[string]string
		Ulimits        []struct {
			Name       string
			Soft, Hard int64
		}
		CapAdd, CapDrop, Dns []string
		ExtraHosts           []string
		Devices              []struct{ PathOnHost, PathInContainer, CgroupPermissions string }
		LogConfig            struct {
			Type   string
			Config map[string]string
		}
		ShmSize, Memory, NanoCpus int64
		PidsLimit                 int64
		PortBindings              map[string][]struct{ HostIp, HostPort string }
		RestartPolicy             struct {
			Name              string
			MaximumRetryCount int
		}
	}
	Mounts []struct {
		Type, Name, Source, Destination string
		RW                              bool
	}
	NetworkSettings struct {
		Networks map[string]struct{ Aliases []string }
	}
}

// inspect asks the engine for a container in the engine's own words.
func (d *deploy) inspect(name string) (c inspected) {
	d.Helper()
	network, address, _ := strings.Cut(d.engine.Host(), "://")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	response, err := client.Get("http://engine/containers/" + name + "/json")
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&c); err != nil || response.StatusCode != http.StatusOK {
		d.Fatalf("asking for %s: %s, %v", name, response.Status, err)
	}
	return c
}

// Every argument of a service and of a job arrives at the engine as it is written.
func TestServiceArguments(t *testing.T) {
	t.Parallel()
	d := newDeploy(t)
	published := freePort(t)
	a := standard()
	a.count = 1
	a.more = strings.NewReplacer("PUBLISH", fmt.Sprint(published)).Replace(everything)
	d.write("host/greeting", "hello")
	d.recipe(a)
	d.apply()
	d.settled()
	running := d.running("all")
	if len(running) != 1 {
		t.Fatalf("%d run", len(running))
	}
	for name := range running {
		d.checkAll(name, d.inspect(name), published)
		if header, text := d.fileIn(name, "/etc/all.conf"); text != "all" || header.Mode&0o7777 != 0o640 {
			t.Errorf("the file is %q, mode %o", text, header.Mode)
		}
		if _, text := d.fileIn(name, "/host/greeting"); text != "hello" {
			t.Errorf("the host's file is %q", text)
		}
	}
	// A protected volume stays whatever happens to the rest.
	if o := d.must(0, "destroy", "--volumes", "--auto-approve"); !strings.Contains(o.stdout, "volume "+d.name+"-data is kept: it is protected") {
		t.Errorf("the protected volume is not spoken of\n%s", o)
	}
	if left := d.objects(); !cmp.Equal(left, []string{"volume " + d.name + "-data"}) {
		t.Errorf("left over: %q", left)
	}
}

func (d *deploy) checkAll(name string, c inspected, published int) {
	d.Helper()
	check := func(what string, got, want any) {
		d.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			d.Errorf("%s of %s (-want +got):\n%s", what, name, diff)
		}
	}
	h := c.HostConfig
	check("entrypoint", c.Config.Entrypoint, []string{"/server"})
	check("command", c.Config.Cmd, []string{"worker"})
	check("user", c.Config.User, "1000:1001")
	check("workdir", c.Config.WorkingDir, "/work")
	check("hostname", c.Config.Hostname, "all.example.test")
	check("label", c.Config.Labels["com.example.team"], "shop")
	check("env", strings.Contains(fmt.Sprint(c.Config.Env), "TICK=500ms") && !strings.Contains(fmt.Sprint(c.Config.Env), "GONE"), true)
	check("init, read_only", []bool{h.Init, h.ReadonlyRootfs}, []bool{true, false})
	check("tmpfs", h.Tmpfs, map[string]string{"/scratch": "size=1m,mode=1777"})
	check("ulimits", fmt.Sprint(h.Ulimits), "[{nofile 2048 2048} {nproc 100 200}]")
	check("capabilities", strings.ReplaceAll(fmt.Sprint(h.CapAdd, h.CapDrop), "CAP_", ""), "[NET_BIND_SERVICE] [ALL]")
	check("devices", fmt.Sprint(h.Devices), "[{/dev/null /dev/xnull r}]")
	check("extra_hosts", h.ExtraHosts, []string{"db.test:10.9.8.7"})
	check("dns", h.Dns, []string{"192.0.2.53"})
	check("logging", fmt.Sprint(h.LogConfig), "{json-file map[max-size:1m]}")
	check("sizes", []int64{h.ShmSize, h.Memory, h.NanoCpus, h.PidsLimit}, []int64{32 << 20, 64 << 20, 5e8, 64})
	check("publish", fmt.Sprint(h.PortBindings["8080/tcp"]), fmt.Sprintf("[{127.0.0.1 %d}]", published))
	check("restart", fmt.Sprint(h.RestartPolicy), "{on-failure 3}")
	check("stop", fmt.Sprint(c.Config.StopSignal, c.Config.StopTimeout), "SIGINT3")
	mounts := map[string]string{}
	for _, m := range c.Mounts {
		mounts[m.Destination] = strings.Join(strings.Fields(fmt.Sprintln(m.Type, m.Name, m.RW)), " ")
	}
	check("mounts", mounts, map[string]string{"/data": "volume " + d.name + "-data true", "/host": "bind false"})
	check("networks", len(c.NetworkSettings.Networks), 2)
	for network := range c.NetworkSettings.Networks {
		check("network "+network, network == d.name+"-one" || network == d.name+"-two", true)
	}
}

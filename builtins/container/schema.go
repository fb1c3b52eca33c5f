package container

import "github.com/deployrecipe/recipe/lang/schema"

// Args are the arguments that every block with a container takes: services and jobs.
func Args() []schema.Arg {
	return []schema.Arg{
		{Name: "image", Type: schema.EitherOf(schema.RefTo("image"), schema.Str()), Required: true,
			Doc: "The image to run: a reference to an image block, or an image reference such as \"redis:7\", which is used if the engine has it and pulled otherwise."},
		{Name: "command", Type: schema.ListOf(schema.Str()),
			Doc: "The command's words, in place of the image's CMD."},
		{Name: "entrypoint", Type: schema.ListOf(schema.Str()),
			Doc: "The entry point's words, in place of the image's ENTRYPOINT."},
		{Name: "env", Type: schema.MapOf(schema.Str()), Secret: true,
			Doc: "Environment variables by name. Entries that are null are left out."},
		{Name: "networks", Type: schema.ListOf(schema.RefTo("network")),
			Doc: "The networks to join; the first one carries the traffic of ports. Without it, the recipe's default network."},
		{Name: "user", Type: schema.Str(), Doc: "The user, and after a colon the group, that the process runs as."},
		{Name: "workdir", Type: schema.Str(), Doc: "The working directory of the process."},
		{Name: "hostname", Type: schema.Str(), Doc: "The host name that the process sees."},
		{Name: "labels", Type: schema.MapOf(schema.Str()), Doc: "Further labels of the containers. Names that begin with \"recipe.\" are taken."},
		{Name: "init", Type: schema.Boolean(), Doc: "Runs a small init as process 1, which reaps orphaned processes and hands on signals."},
		{Name: "read_only", Type: schema.Boolean(), Doc: "Makes the root file system read-only."},
		{Name: "tmpfs", Type: schema.EitherOf(schema.MapOf(schema.Str()), schema.ListOf(schema.Str())),
			Doc: "Paths kept in memory: a list of paths, or a map from paths to mount options."},
		{Name: "ulimits", Type: schema.MapOf(schema.EitherOf(schema.Whole(-1, 1<<53), schema.Obj(
			schema.Arg{Name: "soft", Type: schema.Whole(-1, 1<<53), Required: true, Doc: "The soft limit."},
			schema.Arg{Name: "hard", Type: schema.Whole(-1, 1<<53), Required: true, Doc: "The hard limit."}))),
			Doc: "Resource limits by name (nofile, nproc, ...): a number, or an object of soft and hard."},
		{Name: "cap_add", Type: schema.ListOf(schema.Str()), Doc: "Kernel capabilities to add to the engine's default ones."},
		{Name: "cap_drop", Type: schema.ListOf(schema.Str()), Doc: "Kernel capabilities to take away; \"ALL\" takes all."},
		{Name: "devices", Type: schema.ListOf(schema.Str()), Doc: "Devices of the engine's machine, as HOST[:CONTAINER[:PERMISSIONS]]."},
		{Name: "extra_hosts", Type: schema.MapOf(schema.Str()), Doc: "Further lines of /etc/hosts, from host name to address."},
		{Name: "dns", Type: schema.ListOf(schema.Str()), Doc: "DNS servers in place of the engine's."},
		{Name: "logging", Type: schema.Obj(
			schema.Arg{Name: "driver", Type: schema.Str(), Required: true, Doc: "The log driver's name."},
			schema.Arg{Name: "options", Type: schema.MapOf(schema.Str()), Doc: "The driver's options."}),
			Doc: "The engine's log driver for the containers."},
		{Name: "shm_size", Type: schema.Bytes(), Doc: "The size of /dev/shm."},
		{Name: "platform", Type: schema.Str(), Doc: "The platform to run, for example \"linux/arm64\", where an image has several."},
	}
}

// Blocks are the nested blocks that every block with a container takes.
func Blocks() []schema.Block {
	return []schema.Block{
		{Name: "mount", Label: "path", Doc: "Puts a volume or a path of the engine's machine into the container.", Args: []schema.Arg{
			{Name: "volume", Type: schema.RefTo("volume"), Doc: "The volume to mount."},
			{Name: "source", Path: true, Type: schema.Str(), Doc: "A path of the engine's machine to mount instead; a relative one starts at the recipe's directory."},
			{Name: "read_only", Type: schema.Boolean(), Default: "false", Doc: "Forbids writing."},
			{Name: "exclusive", Type: schema.Boolean(), Default: "false", Doc: "Says that two releases must never have it at once: the old one is stopped before the new one starts."},
		}},
		{Name: "file", Label: "path", Doc: "Puts a file into the container before it starts.", Args: []schema.Arg{
			{Name: "content", Type: schema.Str(), Required: true, Secret: true, Doc: "What the file holds."},
			{Name: "mode", Type: schema.Str(), Default: `"0444"`, Doc: "The file's permissions, in octal."},
			{Name: "user", Type: schema.Whole(0, 1<<31), Default: "0", Doc: "The number of the user who owns the file."},
			{Name: "group", Type: schema.Whole(0, 1<<31), Default: "0", Doc: "The number of the group that owns the file."},
		}},
		{Name: "limits", Max: 1, Doc: "Bounds what a container may use. Changes are made in place.", Args: []schema.Arg{
			{Name: "memory", Type: schema.Bytes(), Change: schema.InPlace, Doc: "Memory of one container."},
			{Name: "cpus", Type: schema.Num(), Change: schema.InPlace, Doc: "Processors of one container, fractions allowed."},
			{Name: "pids", Type: schema.Whole(0, 1<<31), Change: schema.InPlace, Doc: "Processes and threads of one container."},
		}},
		{Name: "stop", Max: 1, Doc: "How a container is asked to end.", Args: []schema.Arg{
			{Name: "signal", Type: schema.Str(), Default: `"SIGTERM"`, Doc: "The signal that asks it to end."},
			{Name: "timeout", Type: schema.Dur(), Default: `"30s"`, Doc: "How long it may take before it is killed."},
		}},
	}
}

// Health is the block that says when a container is fit to serve.
func Health() schema.Block {
	return schema.Block{Name: "health", Max: 1, Doc: "Says how to tell that a container is fit to serve. Exactly one of http, tcp and exec.", Args: []schema.Arg{
		{Name: "http", Change: schema.ProxyOnly, Doc: "Asks by HTTP GET; any status from 200 to 399 is a pass.", Type: schema.Obj(
			schema.Arg{Name: "port", Type: schema.EitherOf(schema.Whole(1, 65535), schema.Str()), Required: true, Doc: "The name of an expose block, or a number."},
			schema.Arg{Name: "path", Type: schema.Str(), Doc: "The path to ask for; \"/\" without it."},
			schema.Arg{Name: "host", Type: schema.Str(), Doc: "The Host header to send."})},
		{Name: "tcp", Change: schema.ProxyOnly, Doc: "Connects; being accepted is a pass.", Type: schema.Obj(
			schema.Arg{Name: "port", Type: schema.EitherOf(schema.Whole(1, 65535), schema.Str()), Required: true, Doc: "The name of an expose block, or a number."})},
		{Name: "exec", Type: schema.ListOf(schema.Str()), Doc: "Runs a command in the container; exit code 0 is a pass."},
		{Name: "interval", Type: schema.Dur(), Default: `"1s"`, Change: schema.ProxyOnly, Doc: "The time from one probe to the next, and the most between two while nobody listens yet."},
		{Name: "timeout", Type: schema.Dur(), Default: `"1s"`, Change: schema.ProxyOnly, Doc: "How long one probe may take."},
		{Name: "retries", Type: schema.Whole(1, 100), Default: "3", Change: schema.ProxyOnly, Doc: "Failures in a row that take a serving container out."},
		{Name: "start_timeout", Type: schema.Dur(), Default: `"60s"`, Change: schema.PlanOnly, Doc: "How long a container may take from its start to its first pass."},
	}}
}

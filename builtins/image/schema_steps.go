package image

import "github.com/deployrecipe/recipe/lang/schema"

// fileBlocks are the instructions that begin stages and bring files.
func fileBlocks() []schema.Block {
	shared := []schema.Arg{
		{Name: "from", Type: schema.ListOf(schema.Str()), Required: true, Doc: "The paths to copy, within the context or what is copied from; * and ? stand for any characters."},
		required(str("to", "The path to copy to, a directory if it ends with a slash.")),
		str("chown", "The owner of the copies, as USER or USER:GROUP."),
		str("chmod", "The permissions of the copies, in octal."),
		{Name: "link", Type: schema.Boolean(), Default: "false", Doc: "Makes a layer of its own that does not depend on what is below; needs Docker 23.0."},
		{Name: "exclude", Type: schema.ListOf(schema.Str()), Doc: "Patterns of paths that are not copied; needs Docker 29.0."},
	}
	return []schema.Block{
		{Name: "from", Doc: "Begins a stage of the build with an image.", Args: []schema.Arg{
			required(imageArg("image", "What to start from: an image reference, an image block, an earlier stage's name or \"scratch\", which is empty. A reference is resolved to a digest once, which is kept while the text stays the same.")),
			str("as", "The name by which later blocks copy from this stage."),
			str("platform", "The platform of the image, as OS/ARCHITECTURE."),
		}},
		{Name: "copy", Doc: "Copies files into the image.", Args: append([]schema.Arg{
			str("stage", "The earlier stage to copy from, in place of the context."),
			imageArg("image", "The image to copy from, in place of the context."),
			{Name: "parents", Type: schema.Boolean(), Default: "false", Doc: "Keeps the directories that the paths lie in; needs Docker 29.1."},
		}, shared...)},
		{Name: "add", Doc: "Copies files into the image, fetches URLs and git repositories, and unpacks local archives.", Args: append([]schema.Arg{
			str("checksum", "What a fetched file must hash to, as sha256:HEX; needs Docker 25.0."),
			{Name: "keep_git_dir", Type: schema.Boolean(), Default: "false", Doc: "Keeps the .git directory of a fetched repository; needs Docker 25.0."},
			{Name: "unpack", Type: schema.Boolean(), Doc: "Whether archives are unpacked, fetched ones too; needs Docker 29.0."},
		}, shared...)},
	}
}

// commandBlocks are the instructions that hold commands.
func commandBlocks() []schema.Block {
	duration := func(name, doc string) schema.Arg { return schema.Arg{Name: name, Type: schema.Dur(), Doc: doc} }
	return []schema.Block{
		{Name: "run", Doc: "Runs a command and keeps what it changed.", Args: append(execArgs(),
			schema.Arg{Name: "network", Type: schema.OneOf("default", "none", "host"), Doc: "The network that the command sees; needs Docker 23.0 unless it is \"default\"."},
			schema.Arg{Name: "security", Type: schema.OneOf("sandbox", "insecure"), Doc: "How far the command is confined; \"insecure\" needs Docker 29.1 and the engine's permission."},
		), Blocks: []schema.Block{mountBlock()}},
		{Name: "cmd", Doc: "Sets the default command, or the arguments of the entry point.", Args: execArgs()},
		{Name: "entrypoint", Doc: "Sets the entry point.", Args: execArgs()},
		{Name: "shell", Doc: "Sets the shell that reads the shell forms after it.", Args: []schema.Arg{
			{Name: "exec", Type: schema.ListOf(schema.Str()), Required: true, Doc: "The shell's words; the text becomes one more."},
		}},
		{Name: "healthcheck", Doc: "Sets how the engine checks a container of the image. A service's own health block comes before it.", Args: append(execArgs(),
			schema.Arg{Name: "none", Type: schema.Boolean(), Default: "false", Doc: "Takes away the check of the image that this one starts from."},
			duration("interval", "The time between checks."),
			duration("timeout", "How long a check may take."),
			duration("start_period", "The time in which failed checks do not count."),
			duration("start_interval", "The time between checks during the start period; needs Docker 25.0."),
			schema.Arg{Name: "retries", Type: schema.Whole(0, 1000), Doc: "How many checks in a row must fail."},
		)},
	}
}

func mountBlock() schema.Block {
	owner := func(name, doc string) schema.Arg {
		return schema.Arg{Name: name, Type: schema.Whole(0, 1<<32-1), Doc: doc}
	}
	return schema.Block{
		Name: "mount", Label: "type", Sequence: true,
		Doc: "Lets the command see something that does not become part of the image: bind (files of the context, a stage or an image), cache (a directory kept between builds), tmpfs, secret or ssh (the user's SSH agent).",
		Args: []schema.Arg{
			str("target", "The path at which the command sees it."),
			str("source", "The path within what is mounted; for bind and cache."),
			str("stage", "The earlier stage to mount from; for bind and cache."),
			imageArg("image", "The image to mount from; for bind and cache."),
			str("id", "The name that tells caches apart, the target without it; or the agent's name, for ssh."),
			{Name: "sharing", Type: schema.OneOf("shared", "private", "locked"), Doc: "What builds at the same time do with one cache."},
			str("mode", "The permissions, in octal; for cache, secret and ssh."),
			owner("uid", "The number of the user who owns it; for cache, secret and ssh."),
			owner("gid", "The number of the group that owns it; for cache, secret and ssh."),
			{Name: "size", Type: schema.Bytes(), Doc: "How much a tmpfs holds at most; needs Docker 23.0."},
			{Name: "secret", Type: schema.Str(), Secret: true, Doc: "The sensitive value to show: a reference to a secret block or a sensitive variable. It is handed over during the build and becomes part of nothing."},
			str("env", "The environment variable that holds the secret, in place of a file; needs Docker 28.0."),
			{Name: "required", Type: schema.Boolean(), Doc: "Whether the build fails without it; for secret, where true is the default, and ssh."},
			{Name: "read_only", Type: schema.Boolean(), Doc: "Whether writing is forbidden; true for bind and false for cache without it."},
		},
	}
}

// settingBlocks are the instructions that set what an image says of its containers.
func settingBlocks() []schema.Block {
	return []schema.Block{
		{Name: "arg", Doc: "Declares a build argument for the rest of the stage. Those of args are declared in every stage with a run block anyway.", Args: []schema.Arg{
			required(str("name", "The argument's name.")),
			str("default", "Its value where args gives none."),
		}},
		{Name: "env", Doc: "Sets environment variables.", Args: []schema.Arg{
			{Name: "vars", Type: schema.MapOf(schema.Str()), Required: true, Doc: "The variables by name."},
		}},
		{Name: "label", Doc: "Sets labels of the image.", Args: []schema.Arg{
			{Name: "labels", Type: schema.MapOf(schema.Str()), Required: true, Doc: "The labels by name. Names that begin with \"recipe.\" are taken."},
		}},
		{Name: "workdir", Doc: "Sets the working directory, and makes it.", Args: []schema.Arg{
			required(str("path", "The directory.")),
		}},
		{Name: "user", Doc: "Sets the user for what comes after and for containers.", Args: []schema.Arg{
			required(str("name", "The user, and after a colon the group, by name or number.")),
		}},
		{Name: "expose", Doc: "Says which ports the program listens on.", Args: []schema.Arg{
			{Name: "ports", Type: schema.ListOf(schema.EitherOf(schema.Whole(1, 65535), schema.Str())), Required: true, Doc: "The ports: numbers, or text such as \"53/udp\"."},
		}},
		{Name: "volume", Doc: "Says which paths hold data that is no part of the image.", Args: []schema.Arg{
			{Name: "paths", Type: schema.ListOf(schema.Str()), Required: true, Doc: "The paths."},
		}},
		{Name: "stopsignal", Doc: "Sets the signal that asks the program to end.", Args: []schema.Arg{
			required(str("signal", "The signal, by name or number.")),
		}},
	}
}

// onbuildBlock holds an instruction for images that start from this one.
func onbuildBlock() schema.Block {
	var allowed []schema.Block
	for _, b := range append(fileBlocks(), append(commandBlocks(), settingBlocks()...)...) {
		if b.Name != "from" {
			allowed = append(allowed, b)
		}
	}
	return schema.Block{
		Name: "onbuild", Ordered: true, Blocks: allowed,
		Doc: "Keeps one instruction for the builds that start from this image.",
	}
}

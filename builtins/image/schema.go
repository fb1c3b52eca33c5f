package image

import "github.com/deployrecipe/recipe/lang/schema"

// Schema describes the image block.
func (k *Kind) Schema() *schema.Block {
	return &schema.Block{
		Name: "image", Label: "name", Resource: true, Ordered: true,
		Doc:     "An image that services and jobs run: built from the instruction blocks in it, which stand for those of a Dockerfile and keep their order; or from a Dockerfile; or pulled. It is built again when a file that it copies, an instruction, an argument or a base image changes, and not otherwise. Text is literal, $ and \\ included, except in shell forms, which the image's shell reads. The recipe's own files and .git are no part of the context unless .dockerignore takes them back with !.",
		Args:    arguments(),
		Blocks:  append(fileBlocks(), append(commandBlocks(), append(settingBlocks(), onbuildBlock())...)...),
		Exports: exports(),
	}
}

func arguments() []schema.Arg {
	return []schema.Arg{
		{Name: "context", Path: true, Type: schema.Str(), Default: `"."`, Doc: "The directory whose files can be copied, relative to the recipe's; .dockerignore is honoured."},
		{Name: "tags", Type: schema.ListOf(schema.Str()), Change: schema.InPlace, Doc: "Further names that the image gets on the engine, as NAME:TAG."},
		{Name: "args", Type: schema.MapOf(schema.Str()), Doc: "Build arguments by name. They reach run blocks as environment variables, and a Dockerfile by its ARG instructions."},
		{Name: "platform", Type: schema.Str(), Doc: "The platform to build for or to pull, as OS/ARCHITECTURE; the engine's own without it."},
		{Name: "pull", Type: schema.Str(), Doc: "The reference of an image to pull instead of building one. It is resolved to a digest once, which is kept while the text stays the same."},
		{Name: "dockerfile", Type: schema.Str(), Doc: "The path, within the context, of a Dockerfile to build instead of instruction blocks."},
		{Name: "target", Type: schema.Str(), Doc: "The stage at which the build ends, the last one without it."},
	}
}

func exports() []schema.Export {
	return []schema.Export{
		{Name: "ref", Doc: "The reference of the image: RECIPE/NAME:DIGEST for one that is built, where DIGEST stands for all that it is made of; NAME@DIGEST for one that is pulled."},
		{Name: "tags", Doc: "The further names that the image gets."},
	}
}

// execArgs are the two forms of a command.
func execArgs() []schema.Arg {
	return []schema.Arg{
		{Name: "exec", Type: schema.ListOf(schema.Str()), Doc: "The command's words, run without a shell and taken as they are."},
		{Name: "shell", Type: schema.Str(), Doc: "A text for the image's shell. One of several lines is run by /bin/sh -e, or by what the stage's shell block says, and ends with the first line that fails."},
	}
}

func str(name, doc string) schema.Arg { return schema.Arg{Name: name, Type: schema.Str(), Doc: doc} }

func required(a schema.Arg) schema.Arg {
	a.Required = true
	return a
}

func imageArg(name, doc string) schema.Arg {
	return schema.Arg{Name: name, Type: schema.EitherOf(schema.RefTo("image"), schema.Str()), Doc: doc}
}

package resolve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deployrecipe/recipe/eval/state"
)

// readers are the functions whose results may differ although nothing in the recipe does, with what they read. The
// calls of no others are told in a chain: what those give follows from what they are given.
var readers = map[string]string{
	"env": "environment", "gitrevision": "git", "contextdigest": "files", "fileset": "files", "fileexists": "file",
	"file": "file", "templatefile": "file", "filebase64": "file", "filebase64sha256": "file", "filebase64sha512": "file",
	"filemd5": "file", "filesha1": "file", "filesha256": "file", "filesha512": "file",
}

// readers are the calls in an expression of functions that read something outside of the recipe.
func (p *parsed) readers() []*hclsyntax.FunctionCallExpr {
	native, ok := p.expr.(hclsyntax.Node)
	if !ok {
		return nil
	}
	var calls []*hclsyntax.FunctionCallExpr
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && readers[call.Name] != "" {
			calls = append(calls, call)
		}
		return nil
	})
	return calls
}

// reader adds a function that reads, with a digest of what it read where that is long.
func (c *chain) reader(f frame, call *hclsyntax.FunctionCallExpr, depth int) {
	if f.in.funcs.own[call.Name] != nil {
		return // one of the recipe's own by that name
	}
	l := state.Link{Name: call.Name + "()", Depth: depth, Source: readers[call.Name]}
	setPlace(&l, call.Range())
	if len(call.Args) > 0 {
		first := c.value(f, call.Args[0])
		if isSensitive(first) || !first.IsKnown() || first.IsNull() || first.Type() != cty.String {
			return
		}
		l.Name = call.Name + "(" + strconv.Quote(first.AsString()) + ")"
		if read, ok := f.in.funcs.given["file"]; ok && call.Name == "templatefile" {
			text, err := read.Call([]cty.Value{first})
			if err == nil {
				c.set(&l, text)
			}
			c.add(f, l)
			return
		}
	}
	c.set(&l, c.value(f, call))
	if call.Name == "contextdigest" && len(call.Args) > 0 && l.Value != nil {
		l.Value = c.files(f, c.value(f, call.Args[0]), l.Value)
	}
	c.add(f, l)
}

// ContextFiles names, among the functions that are handed in, the one that tells of each file that contextdigest reads
// what it holds, as a map of digests. No expression can write the name.
const ContextFiles = "files of contextdigest"

// maxFiles is of how many files a chain tells: a record keeps them all.
const maxFiles = 1000

// files adds to the digest of a directory those of its files, so that it can be told which of them changed.
func (c *chain) files(f frame, dir cty.Value, digest json.RawMessage) json.RawMessage {
	read, ok := f.in.funcs.given[ContextFiles]
	if !ok {
		return digest
	}
	found, err := read.Call([]cty.Value{dir})
	var d digested
	if err != nil || json.Unmarshal(digest, &d.SHA256) != nil || found.LengthInt() > maxFiles {
		return digest
	}
	d.Files = map[string]string{}
	for name, file := range found.AsValueMap() {
		sum := sha256.Sum256([]byte(file.AsString()))
		d.Files[name] = hex.EncodeToString(sum[:4])
	}
	text, err := json.Marshal(d)
	if err != nil {
		return digest
	}
	return text
}

// value evaluates a part of an expression again; what goes wrong was reported before.
func (c *chain) value(f frame, expr hcl.Expression) cty.Value {
	diags := c.r.diags
	defer func() { c.r.diags = diags }()
	c.r.diags = nil
	v, ok := c.r.eval(&node{}, f, expr)
	if !ok {
		return cty.DynamicVal
	}
	return v
}

// setValue puts a value into a link, a long one as its digest.
func setValue(l *state.Link, r *resolver, v cty.Value) {
	if v == cty.NilVal || l.Sensitive {
		return
	}
	if v.ContainsMarked() {
		l.Sensitive = true
		return
	}
	if !v.IsWhollyKnown() {
		return
	}
	e := encoder{refs: r.refs, keepNull: true}
	text := e.bytes(v)
	if bytes.Contains(text, []byte(`{"ref":`)) {
		return // blocks are told by their own links
	}
	if len(text) > maxValue {
		sum := sha256.Sum256(text)
		text, _ = json.Marshal(digested{SHA256: hex.EncodeToString(sum[:6]), Size: len(text)})
	}
	l.Value = text
}

// digested stands for a long value, and for a directory with the digests of its files.
type digested struct {
	SHA256 string            `json:"sha256"`
	Size   int               `json:"size,omitempty"`
	Files  map[string]string `json:"files,omitempty"`
}

func setPlace(l *state.Link, rng hcl.Range) { l.File, l.Line = rng.Filename, rng.Start.Line }

// argSource is where an argument's value comes from, for what asks by the argument alone.
func (r *resolver) argSource(o *object, name string) state.Source {
	if a := o.b.Args[name]; a != nil {
		return r.source(frame{in: o.in, of: o}, a)
	}
	return state.Source{Range: o.b.Range}
}

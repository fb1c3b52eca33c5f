package syntax

import (
	"bytes"
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// boundJSON scans JSON. It need not be valid: what matters is that nothing that the parser would follow deeper, now or
// when a string is read as a template, goes unseen.
func boundJSON(src []byte, name string) hcl.Diagnostics {
	depth := 0
	for i := 0; i < len(src); {
		n := 1
		switch c := src[i]; {
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return hcl.Diagnostics{tooDeep(*at(src, name, i, 1), strict())}
			}
		case c == '}' || c == ']':
			depth = max(0, depth-1)
		case c == '"':
			n = stringLen(src[i:])
			if diags := boundString(src[i : i+n]); diags.HasErrors() {
				diags[0].Subject = at(src, name, i, n)
				return diags
			}
		case c == '-' || c >= '0' && c <= '9':
			n = numberLen(src[i:])
			if tooLarge(src[i : i+n]) {
				return hcl.Diagnostics{numberTooLarge(*at(src, name, i, n))}
			}
		}
		i += n
	}
	return nil
}

// stringLen returns the length of the JSON string that src begins with, up to the end of the line if it is not
// closed.
func stringLen(src []byte) int {
	for i := 1; i < len(src); i++ {
		switch c := src[i]; {
		case c == '\\':
			i++
		case c == '"':
			return i + 1
		case c < 0x20:
			return i
		}
	}
	return len(src)
}

func numberLen(src []byte) int {
	for i, c := range src {
		if !bytes.ContainsRune([]byte("+-.eE0123456789"), rune(c)) {
			return i
		}
	}
	return len(src)
}

// boundString checks what a JSON string holds. It will be read as a template, and in the place of a type or
// reference as an expression; only a long one can be out of the lax bounds for that.
func boundString(quoted []byte) hcl.Diagnostics {
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil // the parser reports it
	}
	if bytes.Contains([]byte(s), []byte("${")) || bytes.Contains([]byte(s), []byte("%{")) {
		tokens, _ := hclsyntax.LexTemplate([]byte(s), "", hcl.InitialPos)
		if diags := boundTokens(tokens, strict()); diags.HasErrors() {
			return diags
		}
	}
	if len(s) <= lax().depth {
		return nil
	}
	tokens, _ := hclsyntax.LexExpression([]byte(s), "", hcl.InitialPos)
	return boundTokens(tokens, lax())
}
